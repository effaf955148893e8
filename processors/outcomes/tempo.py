"""How fast events follow each other, and how long the learner has been away: from the history."""

from typing import NamedTuple

import numpy as np

from online_models.compiled import compiled
from processors.features.session import GAP_SEC
from processors.outcomes.steps import Steps, time_of

BREAK_SEC = 600.0
"""Events that are farther apart say nothing of how long anything took."""

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


@compiled
def tempo(steps: Steps, at: float) -> Tempo:
    """How events followed each other until `at` (POSIX seconds)."""
    total, count, session, sitting = 0.0, 0, 0, True
    after = away = at
    for n in range(len(steps) - 1, -1, -1):
        time = time_of(steps[n])
        gap = after - time
        sitting = sitting and gap <= GAP_SEC
        session += sitting
        if n == len(steps) - 1:
            away = time
        elif 0.0 < gap <= BREAK_SEC:
            total, count = total + np.log(gap / 60.0), count + 1
        after = time
    size = count + _PRIOR
    gone, sat = 0.1 * np.log1p(max(at - away, 0.0)), np.log1p(session) / 3.0
    return Tempo(total / size, count / size, gone, sat)
