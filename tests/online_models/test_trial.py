from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from online_models.trial import BLOCK, CERTAIN, LEAST_BLOCKS, NOTHING, Trial

means = st.lists(st.floats(-2, 2), max_size=80)


def fed(values: list[float]) -> Trial:
    trial = Trial()
    for value in values:
        trial.add(value)
    return trial


def noise(count: int, level: float = 0.0, seed: int = 1) -> list[float]:
    rng = Random(seed)
    return [rng.gauss(level, 0.1) for _ in range(count)]


def test_a_young_window_is_students_t() -> None:
    values = noise(40, 0.02)
    keep = 1 - BLOCK / 5000
    weights = [keep ** (39 - n) for n in range(40)]
    total = sum(weights)
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / total
    spread = sqrt(sum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True)) / total)
    blocks = total**2 / sum(w * w for w in weights)
    found = fed(values).long
    assert found.difference == pytest.approx(mean)
    assert found.margin == pytest.approx(mean / spread * sqrt(blocks - 1))
    assert found.margin == pytest.approx(ttest_1samp(values, 0.0).statistic, rel=0.1)


def test_a_short_window_says_nothing() -> None:
    assert fed(noise(LEAST_BLOCKS, 5.0)).short.margin == 0.0
    assert fed(noise(2 * LEAST_BLOCKS, 5.0)).short.margin > 4.0


def test_what_is_always_the_same_is_as_certain_as_can_be() -> None:
    assert fed([0.25] * 50).short.margin == CERTAIN
    assert fed([-0.25] * 50).short.margin == -CERTAIN
    assert fed([0.0] * 50).short.margin == 0.0


def test_the_short_window_has_forgotten_what_the_long_one_remembers() -> None:
    trial = fed(noise(300, 0.1) + noise(120, -0.1))
    assert trial.short.difference == pytest.approx(-0.1, abs=0.02)
    assert trial.long.difference > 0.0


def test_a_rise_is_a_drift_and_what_came_since_is_tested_by_itself() -> None:
    trial = fed(noise(200, -0.1))
    assert trial.since_drift == NOTHING
    later = noise(60, 0.2, seed=2)
    drifted = next(n for n, value in enumerate(later, 1) if trial.add(value))
    assert drifted < 8
    since = trial.since_drift
    assert drifted <= since.events / BLOCK <= drifted + 8
    assert 0.0 < since.difference < 0.25
    for value in later[drifted:]:
        trial.add(value)
    assert trial.since_drift == NOTHING


def test_steady_differences_do_not_drift() -> None:
    trial = Trial()
    assert not any(trial.add(value) for value in noise(3000, 0.3))


@given(before=means, after=means)
def test_adopted_it_goes_on_the_same(before: list[float], after: list[float]) -> None:
    trial, copy = fed(before), Trial()
    copy.adopt(trial.numbers())
    for value in after:
        assert copy.add(value) == trial.add(value)
    assert copy.numbers() == trial.numbers()
    assert (copy.short, copy.long, copy.since_drift) == (
        trial.short,
        trial.long,
        trial.since_drift,
    )
