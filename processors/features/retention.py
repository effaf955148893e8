"""Retention: how probably the learner still recalls what was known when last practised."""

from __future__ import annotations

from math import exp2, log2, sqrt
from typing import TYPE_CHECKING

from processors.features.decay import DAY_SEC
from processors.features.records.skill import HALF_LIVES_SEC

if TYPE_CHECKING:
    from processors.features.records.skill import SkillState
    from processors.state import LearnerState

NAME = "retention"
KIND = "extreme"
UNIT = "probability; stability in days"
BASE_DAYS = 3.0
"""Stability after one sitting with as many successes as failures; a prior, not fitted to data."""
SPACING_DAYS = 7.0
LEAST_DAYS, MOST_DAYS = 0.25, 1000.0
_NIL = 1e-200
"""Below this, sums have lost their precision: all that they count is decades old."""
_MOST_BACK = 30.0
"""Half-lives that a sum is reckoned back: by more, the rounding of 1e-16 would show."""
_PER_DAY = DAY_SEC / HALF_LIVES_SEC[0] - DAY_SEC / HALF_LIVES_SEC[1]


def retention(state: LearnerState, skill: int, at: float) -> float:
    """`2^(-elapsed / stability)` since the skill was last practised; 0 where it never was.

    The half-life form of the forgetting curve (Settles & Meeder, ACL 2016, equation 1).
    """
    evidence = state.skill(skill)
    return 0.0 if evidence is None else recall(evidence, at)


def recall(evidence: SkillState, at: float) -> float:
    """`retention` of a skill by its evidence."""
    elapsed_sec = max(0.0, at - evidence.last_practised)
    return exp2(-elapsed_sec / (DAY_SEC * stability_days(evidence)))


def stability_days(evidence: SkillState) -> float:
    """Half-life of the memory: `3 d * sqrt((1 + S) / (1 + F)) * (1 + age / 7 d)`.

    S and F are the successes and failures with a half-life of 90 days, when the skill was last
    practised; `age` is `spacing_days`. So stability grows with success, and more where practice
    was spread over days than where it was massed (Cepeda et al., Psychological Science 2008).
    """
    half_lives = DAY_SEC * _idle_days(evidence) / HALF_LIVES_SEC[1]
    back = exp2(min(half_lives, _MOST_BACK))
    balance = (1.0 + back * evidence.successes_90d) / (1.0 + back * evidence.failures_90d)
    days = BASE_DAYS * sqrt(balance) * (1.0 + spacing_days(evidence) / SPACING_DAYS)
    return min(max(days, LEAST_DAYS), MOST_DAYS)


def spacing_days(evidence: SkillState) -> float:
    """Mean age of all practice when the skill was last practised; 0 for a single sitting.

    Read from two sums of the same events: with `N_h = sum_i w_i 2^(-age_i / h)`, the one age that
    gives `N_14 / N_90` is `-log2(N_14 / N_90) / (1 / 14 - 1 / 90)` days. It leans to recent ones.
    """
    short = evidence.successes_14d + evidence.failures_14d
    long = evidence.successes_90d + evidence.failures_90d
    if min(short, long) < _NIL:
        return 0.0
    return max(0.0, -log2(short / long) / _PER_DAY - _idle_days(evidence))


def _idle_days(evidence: SkillState) -> float:
    """How long the sums have faded since the last practice; 0 unless newer was withdrawn."""
    return (evidence.as_of - evidence.last_practised) / DAY_SEC
