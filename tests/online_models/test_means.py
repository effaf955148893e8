import pytest

from online_models.baselines import Baselines, OfActivity, elapsed_bucket
from online_models.items import ItemModel
from online_models.means import PRIOR, Means
from online_models.sheet import Dense, blank


def test_a_mean_leans_towards_that_of_its_kind() -> None:
    means = Means()
    assert means.mean("engagement", 1, 0.5) == 0.5
    for n in range(9):
        means.learn("engagement", 1, 1.0)
        means.learn("engagement", 2, float(n % 3 == 0))
    overall = (9 + 3 + 0.5) / 19
    assert means.mean("engagement", 3, 0.5) == pytest.approx(overall)
    assert means.mean("engagement", 1, 0.5) == pytest.approx((9 + PRIOR * overall) / (9 + PRIOR))
    assert means.mean("gain", 1, 0.0) == 0.0


def test_kinds_do_not_mix() -> None:
    means = Means()
    means.learn("gain", 1, -2.0)
    assert means.mean("engagement", 1, 0.5) == 0.5
    assert means.state() == {"gain": (1.0, -2.0), "gain:1": (1.0, -2.0)}


def test_what_was_counted_least_goes_first() -> None:
    means = Means(max_means=8)
    for _ in range(5):
        means.learn("gain", 99, 1.0)
    for key in range(20):
        means.learn("gain", key, 1.0)
    assert "gain:63" in means.state()
    assert len(means.state()) <= 8


def test_baselines_are_the_means_of_all_learners() -> None:
    items, means = ItemModel(), Means()
    baselines = Baselines(items, means)
    assert baselines.success(1) == baselines.engagement(1) == baselines.retention(60.0) == 0.5
    assert baselines.gain() == baselines.duration(1) == 0.0
    for outcome in (1.0, 1.0, 0.0):
        items.learn(1, outcome, 120.0)
        baselines.learn_engagement(1, outcome)
        baselines.learn_retention(3600.0, outcome)
        baselines.learn_gain(outcome / 10)
    assert baselines.success(1) == pytest.approx(1 - items.difficulty(1))
    assert 0.5 < baselines.engagement(2) < baselines.engagement(1) < 1.0
    assert baselines.retention(3600.0) > baselines.retention(86_400.0) > 0.5
    assert 0.0 < baselines.gain() < 0.1
    assert baselines.duration(1) == pytest.approx(0.6931, abs=1e-3)


def test_elapsed_time_is_told_in_powers_of_two() -> None:
    assert [elapsed_bucket(60.0 * minutes) for minutes in (-5, 0, 0.9, 1, 2.9, 3, 7)] == [
        0,
        0,
        0,
        1,
        1,
        2,
        3,
    ]


def test_in_the_place_of_a_model_the_activity_alone_counts() -> None:
    stand_in = OfActivity(lambda activity: activity / 100)
    sheet = blank(3)
    sheet["activity"], sheet["dense"][0, Dense.GAP] = [31, 2, 0], 3.0
    assert stand_in.predict(sheet).tolist() == [0.31, 0.02, 0.0]
