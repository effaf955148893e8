"""Retention: how probably the learner still recalls what was known when last practised."""

from __future__ import annotations

from math import exp2, log2
from typing import TYPE_CHECKING

from processors.features.decay import DAY_SEC
from processors.features.records.skill import HALF_LIVES_SEC

if TYPE_CHECKING:
    from processors.features.records.skill import SkillState
    from processors.state import LearnerState

NAME = "retention"
KIND = "linear"
UNIT = "probability; stability in days"
BASE_DAYS = 3.0
SPACING_DAYS = 7.0
LEAST_DAYS, MOST_DAYS = 0.25, 1000.0
_PER_DAY = DAY_SEC / HALF_LIVES_SEC[1] - DAY_SEC / HALF_LIVES_SEC[2]


def retention(state: LearnerState, skill: int, at: float) -> float:
    """`2^(-elapsed / stability)` since the skill was last practised; 0 where it never was.

    The half-life form of the forgetting curve (Settles & Meeder, ACL 2016, equation 1).
    """
    evidence = state.skill(skill)
    if evidence is None:
        return 0.0
    return recall(evidence, at)


def stability_days(evidence: SkillState) -> float:
    """Half-life of the memory: `3 d * sqrt((1 + S) / (1 + F)) * (1 + age / 7 d)`.

    S and F are the successes and failures of the skill at half-life 90 days when it was last
    practised; `age` is the mean age that its practice had then (`spacing_days`). So stability grows
    with success, and more when practice was spread over days than when it was massed (Cepeda et
    al., Psychological Science 2008).
    """
    good, bad = evidence.successes_90d, evidence.failures_90d
    days = BASE_DAYS * ((1.0 + good) / (1.0 + bad)) ** 0.5 * (1.0 + spacing_days(evidence) / 7.0)
    return min(max(days, LEAST_DAYS), MOST_DAYS)


def spacing_days(evidence: SkillState) -> float:
    """Mean age of all practice when the skill was last practised; 0 for a single sitting.

    Read from two sums of the same events: with `N_h = sum_i w_i 2^(-age_i / h)`, the age that gives
    `N_14 / N_90` is `-log2(N_14 / N_90) / (1 / 14 - 1 / 90)` days, a mean that leans to recent ones.
    """
    short = evidence.successes_14d + evidence.failures_14d
    long = evidence.successes_90d + evidence.failures_90d
    if short <= 0.0 or long <= 0.0:
        return 0.0
    waited = (evidence.as_of - evidence.last_practised) / DAY_SEC
    return max(0.0, -log2(short / long) / _PER_DAY - waited)


def recall(evidence: SkillState, at: float) -> float:
    """The same from a skill's evidence."""
    elapsed_days = max(0.0, at - evidence.last_practised) / DAY_SEC
    return exp2(-elapsed_days / stability_days(evidence))
