"""How fast events follow each other, and how long the learner has been away: from the history."""

from __future__ import annotations

from itertools import pairwise
from math import log, log1p
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from processors.features.records.history import SIZE
from processors.features.session import GAP_SEC

if TYPE_CHECKING:
    from processors.state import LearnerState

BREAK_SEC = 600.0
"""Events that are farther apart say nothing of how long anything took."""

_TIME = Struct(f">IH{SIZE - 6}x")
_PRIOR = 2.0


class Tempo(NamedTuple):
    """Read from the newest 16 events."""

    mean: float
    """Sum of the log minutes between neighbours, over their number and 2."""
    known: float
    """Their number over the same, in [0, 1)."""
    away: float
    """`ln(1 + seconds) / 10` since the newest event; 0 where there is none."""
    session: float
    """`ln(1 + events) / 3` since the last pause of half an hour."""


def tempo_of(state: LearnerState, at: float) -> Tempo:
    """How events followed each other until `at` (POSIX seconds)."""
    times = [sec + ms / 1000.0 for sec, ms in _TIME.iter_unpack(state.history_rows)]
    if not times:
        return _NOTHING
    gaps = [later - before for before, later in pairwise(times)]
    logs = [log(gap / 60.0) for gap in gaps if 0.0 < gap <= BREAK_SEC]
    size = len(logs) + _PRIOR
    away = max(0.0, at - times[-1])
    return Tempo(sum(logs) / size, len(logs) / size, 0.1 * log1p(away), _session(gaps, away))


def _session(gaps: list[float], away: float) -> float:
    events = 0
    for gap in (away, *reversed(gaps)):
        if gap > GAP_SEC:
            break
        events += 1
    return log1p(events) / 3.0


_NOTHING = Tempo(0.0, 0.0, 0.0, 0.0)
