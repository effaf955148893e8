from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from river.optim import losses

from online_models.river_door import Logistic, Regression, SoftLog, sigmoid

logits = st.floats(-8, 8)
shares = st.floats(0, 1)


@given(z=logits, y=shares)
def test_soft_loss_has_the_slope_it_says(z: float, y: float) -> None:
    loss, step = SoftLog(), 1e-5
    measured = (loss(y, z + step) - loss(y, z - step)) / (2 * step)
    assert loss.gradient(y, z) == pytest.approx(measured, abs=1e-6)


@given(z=logits, y=st.booleans())
def test_soft_loss_is_rivers_log_loss_where_the_answer_is_whole(z: float, y: bool) -> None:
    assert SoftLog()(float(y), z) == pytest.approx(losses.Log()(y, z))
    assert SoftLog().gradient(float(y), z) == pytest.approx(losses.Log().gradient(y, z))


@given(z=st.floats(allow_nan=False))
def test_sigmoid_is_never_certain_and_never_overflows(z: float) -> None:
    assert 1e-4 * (1 - 1e-9) <= sigmoid(z) <= 1 - 1e-4 * (1 - 1e-9)


def test_two_steps_by_hand() -> None:
    model = Logistic()
    x = {"gap": 0.5, "i:1": 1.0}
    gap, item, gap_sum, item_sum = 0.0, 0.0, 0.1, 0.1
    for y in (1.0, 0.25):
        slope = 1 / (1 + exp(-(0.5 * gap + item))) - y
        gap_sum += (0.5 * slope) ** 2
        item_sum += slope**2
        gap -= 0.1 * 0.5 * slope / sqrt(gap_sum)
        item -= 0.3 * slope / sqrt(item_sum)
        model.learn(x, y)
    numbers = model.numbers(["gap", "i:1", "unknown"])
    assert numbers.keys() == {"gap", "i:1"}
    assert numbers["gap"] == pytest.approx((gap, gap_sum))
    assert numbers["i:1"] == pytest.approx((item, item_sum))
    assert model.dot({**x, "unknown": 9.0}) == pytest.approx(0.5 * gap + item)


def test_partial_success_settles_between_success_and_failure() -> None:
    model = Logistic()
    for _ in range(2000):
        model.learn({"bias": 1.0}, 0.65)
    assert sigmoid(model.dot({"bias": 1.0})) == pytest.approx(0.65, abs=0.01)


def test_an_outlier_pulls_no_harder_than_an_error_of_one() -> None:
    near, far = Regression(), Regression()
    near.learn({"bias": 1.0}, 1.0)
    far.learn({"bias": 1.0}, 1000.0)
    assert near.numbers(["bias"]) == far.numbers(["bias"])


def test_rare_keys_move_further_than_dense_ones() -> None:
    model = Logistic()
    model.learn({"gap": 1.0, "i:1": 1.0}, 1.0)
    numbers = model.numbers(["gap", "i:1"])
    assert numbers["i:1"][0] == pytest.approx(3 * numbers["gap"][0])
    assert numbers["gap"][0] > 0


def test_adopted_numbers_are_known_exactly() -> None:
    model = Logistic()
    model.learn({"old": 1.0}, 1.0)
    model.adopt({"bias": (log(3), 2.0)})
    assert dict(model.known) == {"bias": 2.0}
    assert model.dot({"bias": 1.0, "old": 1.0}) == log(3)
