"""How well did it go: the outcome in [0, 1] that a statement is evidence of, or None.

*share* is the score as a part of what was attainable: `scaled`, else (raw - min) / (max - min),
with min 0 where it is not said, clipped to [0, 1]. A score whose max equals its min (weight-0
problems of Open edX) has no share. *success* is `result.success`, counted as 1 or 0.

| kind                    | outcome                           | because                        |
|-------------------------|-----------------------------------|--------------------------------|
| answered, evaluated     | success, else share               | Moodle sends no score, some of |
|                         |                                   | H5P no success                 |
| scored, graded, earned  | share; success if no score is     | a grade says more than a       |
|                         | given                             | threshold does                 |
| passed / failed         | share, else 1 / 0                 | many senders give no score     |
| completed, attempted    | share, else success, else None    | being done is no knowledge     |
| mastered, achieved      | share, else 1                     |                                |
| satisfied, waived       | None                              | they follow from evidence that |
|                         |                                   | counted before, or from none   |
| everything else         | None                              | looking is not knowing, and    |
|                         |                                   | unfinished work has no grade   |

Traps, each of which overrides the table with None:

- Open edX sends three statements for one answer and running grades after it. Its answers
  (`evaluated`) and its verdicts on courses count; its `attempted` and `earned` do not.
- The parent of several questions: Open edX `GroupActivity`, H5P `compound`, and the H5P
  libraries that hold other questions. Each question reports for itself.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from schemas.kinds import Kind
from schemas.statement.repairs import Deviation
from schemas.statement.vocabulary import (
    EXT_CMI5_PROGRESS,
    EXT_OPENEDX,
    EXT_VIDEO_PROGRESS,
    H5P_COMPOUNDS,
    H5P_LIBRARY,
)

Json = Mapping[str, Any]
_NOTHING: Json = {}
_PARENTS = frozenset((Deviation.OBJECT_GROUP_ACTIVITY.value, Deviation.OBJECT_COMPOUND.value))
_AGGREGATES_OF_OPENEDX = (Kind.ATTEMPTED, Kind.SCORED)
_COMPOUND_IDS = tuple(H5P_LIBRARY + library for library in H5P_COMPOUNDS)


def outcome_of(kind: Kind, statement: Json, deviations: tuple[str, ...] = ()) -> float | None:
    """Evidence of knowledge in [0, 1]: 1 correct, 0 wrong; None where it is no evidence."""
    rule = _RULES.get(kind)
    if rule is None or _counts_elsewhere(kind, statement, deviations):
        return None
    return rule(statement)


def progress_of(statement: Json) -> float | None:
    """Share of the activity done, in [0, 1]: cmi5 counts to 100, the video profile to 1."""
    extensions = _result(statement).get("extensions", _NOTHING)
    for name, full in ((EXT_CMI5_PROGRESS, 100.0), (EXT_VIDEO_PROGRESS, 1.0)):
        value = extensions.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _clip(value / full)
    return None


def _counts_elsewhere(kind: Kind, statement: Json, deviations: tuple[str, ...]) -> bool:
    if not _PARENTS.isdisjoint(deviations):
        return True
    context = statement.get("context", _NOTHING)
    if kind in _AGGREGATES_OF_OPENEDX and EXT_OPENEDX in context.get("extensions", _NOTHING):
        return True
    categories = context.get("contextActivities", _NOTHING).get("category", ())
    return any(activity["id"].startswith(_COMPOUND_IDS) for activity in categories)


def _share(statement: Json) -> float | None:
    score = _result(statement).get("score", _NOTHING)
    low, high = score.get("min", 0), score.get("max")
    if high is not None and not (isfinite(high - low) and high > low):
        return None
    if "scaled" in score:
        return _clip(score["scaled"])
    if "raw" in score and high is not None:
        return _clip((score["raw"] - low) / (high - low))
    return None


def _clip(share: float) -> float:
    return min(max(float(share), 0.0), 1.0)


def _success(statement: Json) -> float | None:
    success = _result(statement).get("success")
    return None if success is None else float(success)


def _result(statement: Json) -> Json:
    result: Json = statement.get("result", _NOTHING)
    return result


def _answer(statement: Json) -> float | None:
    success = _success(statement)
    return _share(statement) if success is None else success


def _work(statement: Json) -> float | None:
    share = _share(statement)
    return _success(statement) if share is None else share


def _grade(statement: Json) -> float | None:
    return _share(statement) if "score" in _result(statement) else _success(statement)


def _passed(statement: Json) -> float | None:
    share = _share(statement)
    return 1.0 if share is None else share


def _failed(statement: Json) -> float | None:
    return _share(statement) or 0.0


def _mastered(statement: Json) -> float | None:
    verb = statement["verb"]["id"].removesuffix("/")
    return _passed(statement) if verb.endswith(("/mastered", "/achieved")) else None


_RULES: dict[Kind, Callable[[Json], float | None]] = {
    Kind.ANSWERED: _answer,
    Kind.SCORED: _grade,
    Kind.PASSED: _passed,
    Kind.FAILED: _failed,
    Kind.COMPLETED: _work,
    Kind.ATTEMPTED: _work,
    Kind.MASTERED: _mastered,
}
