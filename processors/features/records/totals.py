"""Totals: sums over all that a learner did."""

from __future__ import annotations

from math import exp2, log
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from processors.features.decay import DAY_SEC, shift
from processors.features.records.skill import MAX_32, UNITS
from schemas.kinds import Kind

if TYPE_CHECKING:
    from processors.trace import Trace

ROW = Struct(">IIII5d")
ENGAGEMENT_SEC = 7 * DAY_SEC
OUTCOMES_SEC = 14 * DAY_SEC
PACE_SEC = 90 * DAY_SEC
_PACE_BOUND = log(8.0)
_WHOLE = frozenset(
    {Kind.COMPLETED, Kind.PASSED, Kind.FAILED, Kind.SCORED, Kind.MASTERED, Kind.SUBMITTED}
)


class Totals(NamedTuple):
    """Sums over all events of a learner."""

    events: int = 0
    as_of: int = 0
    """Moment that the fading sums hold for, `clock_sec`."""
    success_units: int = 0
    failure_units: int = 0
    engagement: float = 0.0
    """Engaging events, half-life 7 days."""
    successes_14d: float = 0.0
    failures_14d: float = 0.0
    pace_logs: float = 0.0
    """Sum of ln(actual / planned), each within ln(1/8) and ln(8), half-life 90 days."""
    pace_events: float = 0.0
    """How many such logarithms, half-life 90 days."""

    @property
    def whole(self) -> tuple[float, float]:
        """Weighted successes and failures of all skills that do not fade."""
        return self.success_units / UNITS, self.failure_units / UNITS


def totals_of(row: bytes) -> Totals:
    """The row, unpacked."""
    return Totals._make(ROW.unpack(row))


def with_trace(totals: Totals, trace: Trace, units: tuple[int, int]) -> Totals:
    """The sums with `trace`, which may be late; `units` is what `units_of` gave."""
    return _summed(totals, trace, 1, units)


def without_trace(totals: Totals, trace: Trace, units: tuple[int, int]) -> Totals:
    """The sums without `trace`, which they must hold; nothing is left where it was the last."""
    if totals.events <= 1:
        return Totals()
    rest = _summed(totals, trace, -1, (-units[0], -units[1]))
    return Totals._make(max(value, 0) for value in rest)._replace(pace_logs=rest.pace_logs)


def _summed(totals: Totals, trace: Trace, sign: int, units: tuple[int, int]) -> Totals:
    events, was, good, bad, engagement, good_14, bad_14, logs, timed = totals
    as_of, idle, age = shift(was, trace.at)
    kept, new = exp2(-idle / OUTCOMES_SEC), exp2(-age / OUTCOMES_SEC) / UNITS
    engaged = sign * exp2(-age / ENGAGEMENT_SEC) if trace.engaging else 0.0
    kept_pace = exp2(-idle / PACE_SEC)
    ratio = _log_ratio(trace)
    timing = 0.0 if ratio is None else sign * exp2(-age / PACE_SEC)
    return Totals(
        min(events + sign, MAX_32),
        as_of,
        min(good + units[0], MAX_32),
        min(bad + units[1], MAX_32),
        engagement * exp2(-idle / ENGAGEMENT_SEC) + engaged,
        good_14 * kept + units[0] * new,
        bad_14 * kept + units[1] * new,
        logs * kept_pace + timing * (ratio or 0.0),
        timed * kept_pace + timing,
    )


def _log_ratio(trace: Trace) -> float | None:
    """ln(actual / planned) of a whole activity; None where either is not known."""
    if not trace.seconds or not trace.planned_minutes or trace.kind not in _WHOLE:
        return None
    ratio = log(trace.seconds / 60.0 / trace.planned_minutes)
    return min(max(ratio, -_PACE_BOUND), _PACE_BOUND)
