from math import log

import pytest

from online_models.items import PRIOR_OUTCOMES, ItemModel
from online_models.tables import ModelBase, tables_of


def test_difficulty_moves_from_the_mean_of_all_to_the_items_own() -> None:
    model = ItemModel()
    assert model.difficulty(1) == 0.5
    for _ in range(100):
        model.learn(1, 1.0, None)
        model.learn(2, 0.0, None)
    assert model.difficulty(1) == pytest.approx(PRIOR_OUTCOMES * 0.5 / (100 + PRIOR_OUTCOMES))
    assert model.difficulty(2) == pytest.approx(1 - model.difficulty(1))
    assert model.difficulty(3) == pytest.approx(0.5)


def test_few_answers_say_little() -> None:
    model = ItemModel()
    for item in range(200):
        model.learn(item, float(item % 4 > 0), None)
    model.learn(999, 0.0, None)
    assert 0.26 < model.difficulty(999) < 0.45


def test_minutes_are_the_geometric_mean_drawn_a_little_to_all() -> None:
    model = ItemModel()
    for _ in range(50):
        model.learn(1, None, 60.0)
        model.learn(1, None, 60.0 * 4)
        model.learn(2, None, 60.0 * 2)
    assert model.minutes(1) == pytest.approx(2.0)
    assert model.minutes(2) == pytest.approx(2.0)
    assert model.minutes(3) is None


def test_an_item_answered_but_never_timed_has_no_minutes() -> None:
    model = ItemModel()
    model.learn(1, 1.0, None)
    model.learn(2, None, 30.0)
    assert model.minutes(1) is None
    assert model.difficulty(2) == pytest.approx(1 - 2 / 3)


def test_extreme_values_are_cut() -> None:
    model = ItemModel()
    model.learn(1, 17.0, 1e300)
    model.learn(1, -17.0, 1e-320)
    assert model.state()["1"] == pytest.approx((2, 1, 2, log(1440) + log(1 / 60)))


def test_the_half_worked_on_least_goes_and_stays_in_the_sum_of_all() -> None:
    model = ItemModel(max_items=4)
    for item in (1, 2, 1, 3, 4, 4, 5):
        model.learn(item, 1.0, None)
    assert model.state().keys() == {"*", "1", "4"}
    assert model.state()["*"] == (7.0, 7.0, 0.0, 0.0)
    assert model.touched()["2"] == ()


def test_what_is_forgotten_returns_to_the_base() -> None:
    base = ModelBase(tables_of({"*": (9.0, 9.0, 0.0, 0.0), "1": (9.0, 9.0, 0.0, 0.0)}))
    model = ItemModel(max_items=1)
    model.restore({}, base)
    assert model.difficulty(1) < model.difficulty(2)
    before = model.difficulty(1)
    model.learn(1, 0.0, None)
    assert model.state()["1"] == (10.0, 9.0, 0.0, 0.0)
    model.learn(2, 0.0, None)
    assert model.state().keys() == {"*"}
    assert model.difficulty(1) == pytest.approx(before, abs=0.06)


@pytest.mark.parametrize(
    "numbers",
    [
        {"1": (1.0, 1.0, 0.0, 0.0, 1.0)},
        {"*": (1.0, 2.0, 0.0, 0.0)},
        {"*": (1.0, 1.0, -1.0, 0.0)},
        {"*": (1.0, 1.0, 0.0, 0.0), "x y": (1.0, 1.0, 0.0, 0.0)},
    ],
    ids=str,
)
def test_what_are_no_items_is_refused(numbers: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="model 'items'"):
        ItemModel().restore(numbers)
