"""What models read of one skill: its evidence as quantities of about one size."""

from __future__ import annotations

from functools import lru_cache
from math import exp2, log, log1p

from processors.features.proficiency import PRIOR_FAILURES, PRIOR_SUCCESSES
from processors.features.records.skill import HALF_LIVES_SEC, UNITS, skill_state
from processors.features.retention import recall

NAMES = (
    "proficiency",
    "odds",
    "odds_n",
    "successes",
    "failures",
    "successes_1d",
    "failures_1d",
    "successes_14d",
    "failures_14d",
    "gap",
    "gap_2",
    "recall",
)


@lru_cache(maxsize=4096)
def skill_inputs(row: bytes, at: float) -> tuple[float, ...]:
    """The quantities called `NAMES`, from a row of `processors.features.records.skill`.

    proficiency: half log odds of its mean. odds: `ln((S + 1.4) / (F + .6)) / 2` of all evidence,
    odds_n the same times `ln(1 + attempts) / 3`. successes, failures: `ln(1 + count) / 2`; with a
    half-life `ln(1 + count)`. gap: `input_gap` since the last practice; gap_2 its square.
    """
    evidence = skill_state(row)
    good, bad = evidence.success_units / UNITS, evidence.failure_units / UNITS
    waited = min(0.0, evidence.as_of - at)
    left_1, left_14, left_90 = [exp2(waited / life) for life in HALF_LIVES_SEC]
    a = PRIOR_SUCCESSES + left_90 * evidence.successes_90d
    b = PRIOR_FAILURES + left_90 * evidence.failures_90d
    odds = 0.5 * log((good + 1.4) / (bad + 0.6))
    gap = input_gap(at, evidence.last_practised)
    return (
        0.5 * log(a / b),
        odds,
        odds * log1p(evidence.attempts) / 3.0,
        0.5 * log1p(good),
        0.5 * log1p(bad),
        log1p(left_1 * evidence.successes_1d),
        log1p(left_1 * evidence.failures_1d),
        log1p(left_14 * evidence.successes_14d),
        log1p(left_14 * evidence.failures_14d),
        gap,
        gap * gap,
        recall(evidence, at),
    )


def input_gap(at: float, before: float) -> float:
    """`ln(1 + seconds) / 10`: 0 at once, 1 after six hours, 1.7 after a year."""
    return 0.1 * log1p(at - before) if at > before else 0.0
