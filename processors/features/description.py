"""A learner's features by name, for people and for the offline job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.features.affinity import affinity
from processors.features.engagement import engagement
from processors.features.last_practised import last_practised
from processors.features.pace import pace
from processors.features.performance_delta import performance_delta
from processors.features.practice import Practice, practice
from processors.features.proficiency import proficiency
from processors.features.recent import recent
from processors.features.session import session
from processors.features.velocity import total_velocity, velocity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.features.records.history import Step
    from processors.state import LearnerState

    Names = Callable[[int], str | None]


def describe(state: LearnerState, at: float, names: Names) -> dict[str, Any]:
    """Every feature by name at `at` (POSIX seconds), as plain JSON with its keys in order.

    Args:
        state: the learner's.
        at: POSIX seconds.
        names: the id that a hash stands for; None where nobody knows (shown in hexadecimal).
    """
    successes, failures = state.totals.whole
    newest = recent(state.history_rows)
    return {
        "activities": _by_name(state.activities, names, lambda key: _activity(state, key)),
        "affinity": _by_name(state.contents, names, lambda key: affinity(state, key, at)),
        "engagement": engagement(state, at),
        "events": state.events,
        "failures": failures,
        "finished": state.finished.number(),
        "history": [_step(step, names) for step in state.history],
        "pace": pace(state, at),
        "performance_delta": performance_delta(state),
        "recent": {"over_16": newest.over_16, "over_4": newest.over_4},
        "session": session(state, at)._asdict(),
        "skills": _by_name(state.skills, names, lambda key: _skill(state, key, at)),
        "successes": successes,
        "velocity": total_velocity(state, at),
    }


def _activity(state: LearnerState, key: int) -> dict[str, Any]:
    record = state.record(key)
    return {} if record is None else dict(sorted(record._asdict().items()))


def _skill(state: LearnerState, skill: int, at: float) -> dict[str, Any]:
    practised = practice(state, skill, at)
    return {
        "attempts": practised.attempts,
        "failures": _counts(practised, 1),
        "last_practised": last_practised(state, skill),
        "proficiency": proficiency(state, skill, at)._asdict(),
        "successes": _counts(practised, 0),
        "velocity": velocity(state, skill, at),
    }


def _counts(practised: Practice, which: int) -> dict[str, float]:
    return {
        "14d": practised.within_14d[which],
        "90d": practised.within_90d[which],
        "all": practised.whole[which],
    }


def _step(step: Step, names: Names) -> dict[str, Any]:
    return {
        "activity": _name(step.activity, names) if step.activity else None,
        "at": step.at,
        "kind": step.kind.value,
        "outcome": step.outcome,
        "skills": sorted(_name(skill, names) for skill in step.skills),
    }


def _by_name(keys: Iterable[int], names: Names, value: Callable[[int], Any]) -> dict[str, Any]:
    return {name: value(key) for name, key in sorted((_name(key, names), key) for key in keys)}


def _name(key: int, names: Names) -> str:
    return names(key) or f"{key:016x}"
