"""Engagement: how much the learner has been doing lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.features.decay import left
from processors.features.records.totals import ENGAGEMENT_SEC

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "engagement"
KIND = "linear"
UNIT = "events"


def engagement(state: LearnerState, at: float) -> float:
    """`sum_i 2^(-(t - t_i) / 7 days)` over all events in which the learner was at an activity."""
    return state.totals.engagement * left(state.totals.as_of, at, ENGAGEMENT_SEC)
