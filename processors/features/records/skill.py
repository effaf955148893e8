"""SkillState: what is known of a learner's evidence for one skill."""

from __future__ import annotations

from math import exp2
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from processors.features.decay import DAY_SEC, clock_sec, left, shift
from processors.trace import SHARE_STEPS

if TYPE_CHECKING:
    from processors.trace import Trace

ROW = Struct("<IQIHII4d")
ROW_TYPE = np.dtype(
    [
        ("last", "<u4"),
        ("key", "<u8"),
        ("as_of", "<u4"),
        ("attempts", "<u2"),
        ("success_units", "<u4"),
        ("failure_units", "<u4"),
        ("successes_14d", "<f8"),
        ("failures_14d", "<f8"),
        ("successes_90d", "<f8"),
        ("failures_90d", "<f8"),
        ("mean", "<i2"),
        ("var", "<u2"),
        ("tries", "u1"),
        ("successes_10m", "<u2"),
        ("failures_10m", "<u2"),
        ("form_good", "<u2"),
        ("form_bad", "<u2"),
    ]
)
"""A row as compiled code sees it; what comes after `ROW` is the models' own (`quantised`)."""

TAIL = bytes(ROW_TYPE.itemsize - ROW.size)
HALF_LIVES_SEC = (14 * DAY_SEC, 90 * DAY_SEC)
UNITS = 2 * SHARE_STEPS
"""Undecayed counts are whole numbers of 1/20000: sums of half weights and 1/10000 shares."""
MAX_16 = 2**16 - 1
MAX_32 = 2**32 - 1
_NOTHING = (0.0,) * 4


class Pair(NamedTuple):
    """Weighted successes and failures."""

    successes: float
    failures: float


class SkillState(NamedTuple):
    """Weighted successes and failures of one skill, whole and fading at two half-lives."""

    last_practised: int
    """Time of the latest evidence, `clock_sec`."""
    key: int
    as_of: int
    """Moment that the fading sums hold for, `clock_sec`; not before `last_practised`."""
    attempts: int
    """How many events were evidence."""
    success_units: int
    failure_units: int
    successes_14d: float
    failures_14d: float
    successes_90d: float
    failures_90d: float

    @property
    def whole(self) -> Pair:
        """Counts that do not fade."""
        return Pair(self.success_units / UNITS, self.failure_units / UNITS)

    def within_14d(self, at: float) -> Pair:
        """Counts that fade with a half-life of 14 days, at `at`."""
        rest = left(self.as_of, at, HALF_LIVES_SEC[0])
        return Pair(self.successes_14d * rest, self.failures_14d * rest)

    def within_90d(self, at: float) -> Pair:
        """Counts that fade with a half-life of 90 days, at `at`."""
        rest = left(self.as_of, at, HALF_LIVES_SEC[1])
        return Pair(self.successes_90d * rest, self.failures_90d * rest)


def skill_state(row: bytes) -> SkillState:
    """The row, unpacked."""
    return SkillState._make(ROW.unpack_from(row))


def units_of(trace: Trace) -> tuple[int, int]:
    """Successes and failures that `trace` weighs, in whole units of 1/20000."""
    weight, whole = round(trace.weight * 2.0), SHARE_STEPS
    if trace.outcome is None:
        return weight * whole, 0
    share = round(trace.outcome * whole)
    return weight * share, weight * (whole - share)


def with_evidence(row: bytes | None, key: int, at: float, units: tuple[int, int]) -> bytes:
    """The row with evidence more, which may be late.

    Args:
        row: the row before; None where there was no evidence.
        key: the skill's hash.
        at: time of the evidence, POSIX seconds.
        units: what `units_of` gave.
    """
    now = clock_sec(at)
    if row is None:
        row = ROW.pack(now, key, now, 0, 0, 0, *_NOTHING)
    last, _, as_of, attempts, good, bad, *sums = ROW.unpack_from(row)
    return ROW.pack(
        max(last, now),
        key,
        max(as_of, now),
        min(attempts + 1, MAX_16),
        min(good + units[0], MAX_32),
        min(bad + units[1], MAX_32),
        *_summed(sums, shift(as_of, at), units[0] / UNITS, units[1] / UNITS),
    )


def without_evidence(row: bytes, at: float, units: tuple[int, int], last: int) -> bytes | None:
    """The row with evidence less; None where none is left.

    Args:
        row: a row that holds the evidence.
        at: time of the evidence, POSIX seconds.
        units: what `units_of` gave.
        last: time of the latest evidence that stays, `clock_sec`.
    """
    _, key, as_of, attempts, good, bad, *sums = ROW.unpack_from(row)
    if attempts <= 1:
        return None
    moved = shift(as_of, at)
    rest = _summed(sums, moved, -units[0] / UNITS, -units[1] / UNITS)
    return ROW.pack(
        last,
        key,
        moved[0],
        attempts - 1,
        max(good - units[0], 0),
        max(bad - units[1], 0),
        *[max(0.0, value) for value in rest],
    )


def _summed(
    sums: list[float], moved: tuple[int, int, float], good: float, bad: float
) -> tuple[float, ...]:
    """The four fading sums with more (or, below 0, less) at the event's time."""
    _, idle, age = moved
    life_14, life_90 = HALF_LIVES_SEC
    kept_14, kept_90 = exp2(-idle / life_14), exp2(-idle / life_90)
    new_14, new_90 = exp2(-age / life_14), exp2(-age / life_90)
    return (
        sums[0] * kept_14 + good * new_14,
        sums[1] * kept_14 + bad * new_14,
        sums[2] * kept_90 + good * new_90,
        sums[3] * kept_90 + bad * new_90,
    )
