"""Practice: how much evidence there is for a skill, whole and recent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.features.records.skill import Pair

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "practice"
KIND = "linear"
UNIT = "answered questions; an examination weighs 2 or 3"
_NONE = Pair(0.0, 0.0)


class Practice(NamedTuple):
    """Weighted successes and failures of one skill."""

    attempts: int
    """Events that were evidence, each counted as 1; up to 65,535."""
    whole: Pair
    """Since ever."""
    within_14d: Pair
    """`sum_i w_i 2^(-(t - t_i) / h)`, h = 14 days."""
    within_90d: Pair
    """h = 90 days."""


def practice(state: LearnerState, skill: int, at: float) -> Practice:
    """Counts at several half-lives (as in DAS3H, Choffin et al., EDM 2019, but fading)."""
    evidence = state.skill(skill)
    if evidence is None:
        return Practice(0, _NONE, _NONE, _NONE)
    return Practice(
        evidence.attempts,
        evidence.whole,
        evidence.within_14d(at),
        evidence.within_90d(at),
    )
