"""Velocity: how much proficiency the last week has brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.features.decay import DAY_SEC, fade
from processors.features.proficiency import estimate
from processors.features.records.skill import HALF_LIVES_SEC, Pair

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "velocity"
KIND = "history"
UNIT = "change of probability a week"
WINDOW_SEC = 7 * DAY_SEC


def velocity(state: LearnerState, skill: int, at: float) -> float:
    """Proficiency at `at`, less what it would be without the evidence of the 7 days before.

    Sees no further back than the history; 0 where nothing was practised.
    """
    evidence = state.skill(skill)
    if evidence is None:
        return 0.0
    good, bad = evidence.within_90d(at)
    new = _recent(state, skill, at)
    before = estimate(max(0.0, good - new.successes), max(0.0, bad - new.failures))
    return estimate(good, bad).mean - before.mean


def total_velocity(state: LearnerState, at: float) -> float:
    """Sum of `velocity` over all skills of the history."""
    practised = sorted({skill for step in state.history for skill in step.skills})
    return sum(velocity(state, skill, at) for skill in practised)


def _recent(state: LearnerState, skill: int, at: float) -> Pair:
    """What the last week's evidence adds to the counts of 90 days."""
    good = bad = 0.0
    for step in state.history:
        if skill in step.skills and step.at > at - WINDOW_SEC:
            weight = step.weight * fade(max(0.0, at - step.at), HALF_LIVES_SEC[1])
            good += weight * step.share
            bad += weight * (1.0 - step.share)
    return Pair(good, bad)
