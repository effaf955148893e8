from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.duration import TASK, DurationModel, log_minutes
from online_models.forecast import CELLS, Forecast, Shape, phi
from online_models.things import Thing
from online_models.weights import Floats

ONE, OTHER = Thing(1 << 11, 0, ()), Thing(2 << 11, 0, ())


def inputs(**values: float) -> Floats:
    """`TASK` of a task of which nothing but this is known."""
    known = {"bias": 1.0, "unplanned": 1.0, **values}
    return np.array([known.get(name, 0.0) for name in TASK])


def of_one(model: DurationModel) -> Forecast:
    return model.forecast([ONE], inputs()[None, :])


def test_before_anything_was_seen_plans_are_right() -> None:
    model = DurationModel()
    for minutes in (5.0, 60.0):
        planned = inputs(unplanned=0.0, length=0.5 * np.log(minutes / 15.0))
        forecast = model.forecast([ONE], planned[None, :])
        assert forecast.quantile(0.5)[0] == pytest.approx(minutes, rel=1e-6)
        assert 0.2 < forecast.level(minutes / 2)[0] < 0.4
        assert 0.6 < forecast.level(2 * minutes)[0] < 0.8


def test_activities_and_their_spread_are_learned() -> None:
    model, rng = DurationModel(), Random(1)
    for _ in range(3000):
        model.learn(ONE, inputs(), 60.0 * np.exp(rng.gauss(np.log(5.0), 0.2)))
        model.learn(OTHER, inputs(), 60.0 * np.exp(rng.gauss(np.log(40.0), 0.8)))
    forecast = model.forecast([ONE, OTHER], np.stack([inputs(), inputs()]))
    assert forecast.quantile(0.5) == pytest.approx([5.0, 40.0], rel=0.1)
    assert forecast.spread[1] > 1.4 * forecast.spread[0]
    assert forecast.level(np.array([30.0, 30.0])) == pytest.approx([1.0, 0.36], abs=0.08)


def test_a_distribution_that_is_not_normal_is_covered_all_the_same() -> None:
    """Half are done in about a minute, half take about twenty."""
    model, rng, levels = DurationModel(), Random(2), []
    for n in range(6000):
        seconds = rng.choice((60.0, 1200.0)) * np.exp(rng.gauss(0.0, 0.3))
        level = model.learn(ONE, inputs(), seconds).level
        if n > 3000:
            levels.append(level)
    for share in (0.1, 0.5, 0.9):
        assert np.mean(np.array(levels) <= share) == pytest.approx(share, abs=0.03)


def test_an_outlier_pulls_no_harder_than_three_spreads() -> None:
    wild, calm = DurationModel(), DurationModel()
    for model in (wild, calm):
        for _ in range(200):
            model.learn(ONE, inputs(), 300.0)
    wild.learn(ONE, inputs(), 86_000.0)
    calm.learn(ONE, inputs(), 300.0 * np.exp(3.01 * float(of_one(calm).spread[0])))
    assert of_one(wild).mean == pytest.approx(of_one(calm).mean, abs=0.02)


def test_log_minutes_are_kept_within_a_second_and_a_day() -> None:
    assert log_minutes(0.0) == log_minutes(1.0) == pytest.approx(-4.0943, abs=1e-3)
    assert log_minutes(1e12) == log_minutes(86_400.0)


ends = st.lists(st.floats(0.1, 10.0), min_size=CELLS, max_size=CELLS).map(
    lambda counts: np.concatenate(([0.0], np.cumsum(counts) / np.sum(counts)))
)


@settings(deadline=None)
@given(st.floats(-3, 6), st.floats(0.05, 2), ends, st.floats(0.02, 0.98))
def test_quantiles_are_the_inverse_of_levels(
    mean: float, spread: float, shape: Floats, level: float
) -> None:
    forecast = Forecast(np.array([mean]), np.array([spread]), shape)
    minutes = forecast.quantile(level)
    if 0.017 < minutes[0] < 1439.0:
        assert forecast.level(minutes)[0] == pytest.approx(level, abs=1e-6)
    assert forecast.level(1e-9)[0] <= forecast.level(1e9)[0]


@settings(deadline=None)
@given(st.floats(-2, 4), st.floats(0.1, 1.5), ends)
def test_densities_are_slopes_of_levels(mean: float, spread: float, shape: Floats) -> None:
    forecast = Forecast(np.full(4001, mean), np.full(4001, spread), shape)
    logs = np.linspace(mean - 6 * spread, mean + 6 * spread, 4001)
    area = np.trapezoid(forecast.density(np.exp(logs)), logs)
    assert area == pytest.approx(1.0, abs=0.01)


def test_phi_is_the_normal_distribution() -> None:
    assert phi(np.array([0.0, 1.959964, -1.0])) == pytest.approx([0.5, 0.975, 0.158655], abs=1e-6)


def test_a_shape_that_has_seen_nothing_changes_nothing() -> None:
    assert np.diff(Shape().ends) == pytest.approx(np.full(CELLS, 1.0 / CELLS))
