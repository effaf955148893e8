"""Proficiency: how probably the learner does well at a skill, and how sure that is."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from online_models.compiled import compiled
from processors.features.records.skill import HALF_LIVES_SEC, ROW_TYPE

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "proficiency"
KIND = "linear"
UNIT = "probability"
PRIOR_SUCCESSES = 1.0
PRIOR_FAILURES = 2.0


class Estimate(NamedTuple):
    """A probability and its standard deviation."""

    mean: float
    sd: float


def proficiency(state: LearnerState, skill: int, at: float) -> Estimate:
    """Beta posterior of the success probability (Gelman et al., BDA3, section 2.4).

    `a = 1 + S`, `b = 2 + F`, `mean = a / (a + b)`, `sd = sqrt(a b / (a + b + 1)) / (a + b)` with S
    and F = weighted successes and failures of half-life 90 days: what is not practised drifts back
    to 1/3 and grows uncertain. A success never lowers the mean.
    """
    evidence = state.skill(skill)
    if evidence is None:
        return NOTHING_KNOWN
    return estimate(*evidence.within_90d(at))


def levels(state: LearnerState, at: float) -> dict[int, float]:
    """Mean of `proficiency` of each skill with evidence; where `at` is -inf nothing has faded."""
    rows = state.skill_rows.array(ROW_TYPE)
    found = dict(zip(rows["key"].tolist(), _means(rows, at).tolist(), strict=True))
    found.pop(0, None)
    return found


@compiled
def _means(rows: Any, at: float) -> Any:
    means = np.empty(len(rows))
    for n in range(len(rows)):
        row = rows[n]
        rest = np.exp2(min(row.as_of - at, 0.0) / HALF_LIVES_SEC[1])
        good, bad = row.successes_90d * rest, row.failures_90d * rest
        means[n] = (PRIOR_SUCCESSES + good) / ((PRIOR_SUCCESSES + good) + (PRIOR_FAILURES + bad))
    return means


def estimate(successes: float, failures: float) -> Estimate:
    """The posterior after weighted successes and failures, each at least 0."""
    a, b = PRIOR_SUCCESSES + successes, PRIOR_FAILURES + failures
    return Estimate(a / (a + b), sqrt(a * b / (a + b + 1.0)) / (a + b))


NOTHING_KNOWN = estimate(0.0, 0.0)
