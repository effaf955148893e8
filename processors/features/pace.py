"""Pace: how long the learner takes, compared with what is planned."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from processors.features.decay import left
from processors.features.records.totals import PACE_SEC

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "pace"
KIND = "linear"
UNIT = "actual minutes / planned minutes"
PRIOR_EVENTS = 2.0


def pace(state: LearnerState, at: float) -> float:
    """`exp(L / (n + 2))`: geometric mean of actual / planned, drawn to 1 as by two more events.

    L = sum of ln(actual / planned), each kept within 1/8 and 8 times, and n = how many, both with a
    half-life of 90 days, over whole activities whose two lengths are known.
    """
    totals = state.totals
    rest = left(totals.as_of, at, PACE_SEC)
    return exp(totals.pace_logs * rest / (totals.pace_events * rest + PRIOR_EVENTS))
