"""Vector: what the models read, numbers by name, nearly all within -3 and 3.

`x = {**learner_part, **activity_part}`. Names without a colon are quantities; one of several skills
is their mean. Names with a colon are switches:

| switch                       | on for                                           | value          |
|------------------------------|--------------------------------------------------|----------------|
| `i:<activity>`               | the activity                                     | 1              |
| `s:<skill>`                  | each of its m skills                             | 1 / m          |
| `c:<content>`                | its kind of content                              | 1              |
| `h:<skills>:<outcomes>`      | up to 3 newest outcomes on its set of skills     | .4             |
| `p:<skills>:<outcome>:<own>` | skills and outcome of the attempt before         | .3             |
| `g:<tries>:<gap>:<outcome>`  | tries at the activity, time since, last outcome  | .4             |

Hashes are hexadecimal, outcomes 1 for 1/2 and more, tries and gaps rounded to powers of 2 and of 4.
A switch below 1 is one that should learn slowly. What is not known is left out, which a linear
model reads as 0.
"""

from __future__ import annotations

from functools import lru_cache
from math import log, log1p
from typing import TYPE_CHECKING

from processors.features.affinity import NEUTRAL, affinity
from processors.features.engagement import engagement
from processors.features.pace import pace
from processors.features.recent import log_odds, recent
from processors.features.records import history
from processors.features.skill_inputs import NAMES, input_gap, skill_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.state import LearnerState

Vector = dict[str, float]

SLOW, SLOWER = 1.0, 1.0
HALF = 0.5
TYPICAL_MINUTES = 15.0
_LAST = ("last_1", "last_2", "last_3")
_SAME = ("same_1", "same_2", "same_3")


def learner_part(state: LearnerState, at: float) -> Vector:
    """What is the same for all activities at `at` (POSIX seconds)."""
    return Inputs(state, at).learner()


def activity_part(  # noqa: PLR0913, PLR0917 - the facts of an activity, which the caller has apart
    state: LearnerState,
    key: int,
    skills: tuple[int, ...],
    difficulty: float | None,
    content: int,
    planned_minutes: float | None,
    at: float,
) -> Vector:
    """`Inputs.activity` for a single activity."""
    return Inputs(state, at).activity(key, skills, difficulty, content, planned_minutes)


class Inputs:
    """Vectors of one learner at one moment; what activities share is worked out once.

    Valid until the state changes.

    Args:
        state: the learner's.
        at: POSIX seconds.
    """

    __slots__ = ("_affinities", "_at", "_by_skills", "_recent", "_state")

    def __init__(self, state: LearnerState, at: float) -> None:
        self._state = state
        self._at = at
        self._recent = recent(state.history_rows)
        self._by_skills: dict[tuple[int, ...], Vector] = {}
        self._affinities: dict[int, float] = {}

    def learner(self) -> Vector:
        """What is the same for all activities."""
        state, at, last = self._state, self._at, self._recent
        good, bad = state.totals.whole
        ability = log_odds(good, bad)
        part = {
            "bias": 1.0,
            "ability": ability,
            "ability_n": ability * log1p(good + bad) / 4.0,
            "recent_4": last.over_4,
            "recent_16": last.over_16,
            "engagement": log1p(engagement(state, at)) / 2.0,
            "pace": log(pace(state, at)),
        }
        part.update(zip(_LAST, map(_sign, last.outcomes), strict=False))
        if state.history_rows:
            part["away"] = input_gap(at, history.newest_sec(state.history_rows))
        return part

    def activity(
        self,
        key: int,
        skills: tuple[int, ...],
        difficulty: float | None,
        content: int,
        planned_minutes: float | None,
    ) -> Vector:
        """What there is of this learner and one activity.

        Args:
            key: hash of the activity.
            skills: hashes of its skills.
            difficulty: in [0, 1]; None where nobody knows.
            content: hash of its kind of content; 0 where nobody said.
            planned_minutes: its length; None where nobody knows.
        """
        part = self._of_skills(skills).copy()
        part[_switch("item", key)] = 1.0
        self._add_tries(part, key)
        if difficulty is not None:
            part["difficulty"] = hard = 4.0 * (difficulty - 0.5)
            part["stretch"] = hard * part.get("odds", 0.0)
        if content:
            part[_switch("content", content)] = 1.0
            part["affinity"] = self._affinity(content)
        if planned_minutes:
            part["length"] = 0.5 * log(planned_minutes / TYPICAL_MINUTES)
        return part

    def _affinity(self, content: int) -> float:
        value = self._affinities.get(content)
        if value is None:
            value = 0.5 * log(affinity(self._state, content, self._at) / NEUTRAL)
            self._affinities[content] = value
        return value

    def _of_skills(self, skills: tuple[int, ...]) -> Vector:
        part = self._by_skills.get(skills)
        if part is None:
            part = self._by_skills[skills] = {}
            self._add_skills(part, skills)
            self._add_sequence(part, skills)
        return part

    def _add_skills(self, part: Vector, skills: tuple[int, ...]) -> None:
        """Quantities of the skills; one that is new counts 0 in their mean."""
        share = 1.0 / len(skills) if skills else 0.0
        part.update((_switch("skill", skill), share) for skill in skills)
        rows = filter(None, map(self._state.skill_rows.get, skills))
        known = [skill_inputs(row, self._at) for row in rows]
        part["new"] = 1.0 - share * len(known)
        means = [share * sum(values) for values in zip(*known, strict=True)]
        part.update(zip(NAMES, means, strict=bool(means)))

    def _add_sequence(self, part: Vector, skills: tuple[int, ...]) -> None:
        """How the newest attempts, and those on the same set of skills, bear on these skills."""
        last, own = self._recent, _set_name(skills)
        slots = self._slots(skills)
        outcomes = last.on(slots)[:3] if slots else []
        part.update(zip(_SAME, map(_sign, outcomes), strict=False))
        part[f"skills_tries:{own}:{_pattern(outcomes)}"] = SLOW
        if outcomes:
            part["same_1_gap"] = part["same_1"] * part["gap"]
        if last.outcomes:
            before = map(self._state.skill_rows.key_at, history.members(last.skills[0]))
            result = _pattern(last.outcomes[:1])
            part[f"after_skills:{_set_name(tuple(before))}:{result}:{own}"] = SLOWER
        if slots and last.skills[:1] == (slots,):
            part["stay"], part["stay_sign"] = 1.0, part["same_1"]

    def _slots(self, skills: tuple[int, ...]) -> int:
        """The set of slots that the history would know these skills by; 0 where one is new."""
        slots = [self._state.skill_rows.slot(skill) for skill in skills]
        return 0 if None in slots else sum([1 << slot for slot in slots if slot is not None])

    def _add_tries(self, part: Vector, key: int) -> None:
        """Earlier attempts at the activity itself."""
        record = self._state.record(key)
        if record is None or record.last_outcome is None:
            part["rehearsal:0"] = SLOW
            return
        gap = input_gap(self._at, record.last_outcome_at)
        sign = _sign(record.last_outcome)
        part["item_successes"] = log1p(record.successes)
        part["item_failures"] = log1p(record.attempts - record.successes)
        part["item_last"] = sign
        part["item_gap"] = gap
        part["item_last_gap"] = sign * gap
        part[f"rehearsal:{_power_of_2(record.attempts)}:{_power_of_4(gap)}:{int(sign >= 0.0)}"] = (
            SLOW
        )


def _sign(outcome: float) -> float:
    """An outcome as a number from -1 to 1."""
    return 2.0 * outcome - 1.0


def _pattern(outcomes: Sequence[float]) -> str:
    return "".join(["1" if outcome >= HALF else "0" for outcome in outcomes])


def _power_of_2(tries: int) -> int:
    return min(tries.bit_length(), 7)


def _power_of_4(gap: float) -> int:
    return int(gap * _FOURS)


_FOURS = 10.0 / log(4.0)


@lru_cache(maxsize=1 << 14)
def _switch(prefix: str, key: int) -> str:
    return f"{prefix}:{key:x}"


@lru_cache(maxsize=1 << 14)
def _set_name(skills: tuple[int, ...]) -> str:
    """A name of a set of skills, whatever their order."""
    return f"{sum(skills) & 0xFFFF_FFFF_FFFF_FFFF:x}"
