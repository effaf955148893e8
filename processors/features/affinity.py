"""Affinity: which share of the learner's activity goes to a kind of content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.features.decay import left
from processors.features.records.contents import HALF_LIFE_SEC, LIMIT

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "affinity"
KIND = "linear"
UNIT = "share"
NEUTRAL = 1.0 / LIMIT


def affinity(state: LearnerState, content: int, at: float) -> float:
    """`(A_c + 1) / (sum A + 8)`, A_c = engaging events with content c, half-life 30 days.

    1/8 where nothing is known (additive smoothing over 8 kinds), and for unnamed content.
    """
    if not content:
        return NEUTRAL
    rest = left(state.totals.as_of, at, HALF_LIFE_SEC)
    used = state.contents.get(content, 0.0) * rest
    return (used + 1.0) / (sum(state.contents.values()) * rest + LIMIT)
