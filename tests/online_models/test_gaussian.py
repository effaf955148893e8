"""The formulas of `online_models.gaussian`, once more in plain Python."""

from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.duration import DurationModel
from online_models.engagement import EngagementModel
from online_models.priors import DENSE_VARIANCE, DRIFT, PRIOR
from online_models.sheet import ENTRIES, Dense, Group, blank, sheet_of
from online_models.success import SuccessModel
from online_models.weights import Weights, numbers_of, rows_of, table_of, worth

values = st.floats(-3, 3).filter(lambda x: abs(x) > 1e-3)
NAMES = {"gap": Group.DENSE, "odds": Group.DENSE, "item:1": Group.ITEM, "skill:2": Group.SKILL}
inputs = st.dictionaries(st.sampled_from(sorted(NAMES)), values, min_size=1)


def step(
    held: dict[str, tuple[float, float]], x: dict[str, float], y: float, noise: float | None
) -> float:
    """One event by the formulas; returns what was predicted."""
    z = sum(held[name][0] * value for name, value in x.items())
    spread = sum(held[name][1] * value**2 for name, value in x.items())
    if noise is None:
        p = 1 / (1 + exp(-z / sqrt(1 + spread / 4)))
        error, slope = y - p, p * (1 - p)
    else:
        p, slope = z, 1 / noise
        farthest = 3 * sqrt(noise + spread)
        error = max(-farthest, min(farthest, y - z)) / noise
    damping = 1 / (1 + slope * spread)
    for name, value in x.items():
        mean, var = held[name]
        t = var * value
        drift = DRIFT.get(NAMES[name], 0.0)
        held[name] = mean + t * error * damping, var + drift - t * t * slope * damping
    return p


@settings(deadline=None)
@given(lessons=st.lists(st.tuples(inputs, st.floats(0, 1)), min_size=1, max_size=12))
@pytest.mark.parametrize(("cls", "noise"), [(EngagementModel, None), (DurationModel, 0.5)])
def test_every_step_is_the_formula(
    cls: type, noise: float | None, lessons: list[tuple[dict[str, float], float]]
) -> None:
    model = cls()
    held = {name: (0.0, PRIOR[group]) for name, group in NAMES.items()}
    for x, y in lessons:
        assert model.predict_one(x) == pytest.approx(step(held, x, y, noise), abs=1e-9)
        model.learn_one(x, y)


def test_own_weights_learn_in_the_row_and_nowhere_else() -> None:
    model, sheet = EngagementModel(), blank(1)
    row = sheet[0]
    row["x"][0], row["group"][0], row["var"][0], row["size"] = 1.0, Group.OWN_ABILITY, 0.3, 1
    predicted = model.learn(sheet, 1.0)
    slope = predicted * (1 - predicted)
    damping = 1 / (1 + slope * 0.3)
    assert row["mean"][0] == pytest.approx(0.3 * (1 - predicted) * damping)
    assert row["var"][0] == pytest.approx(0.3 + 3e-4 - 0.09 * slope * damping)
    assert model.state() == {}


@pytest.mark.parametrize("cls", [SuccessModel, EngagementModel, DurationModel])
def test_frozen_only_the_learners_own_weights_learn(cls: type) -> None:
    model = cls()
    model.learn_one({"gap": 1.0, "item:1": 1.0}, 1.0)
    before = model.state()
    model.touched()
    sheet = sheet_of({"gap": 1.0, "item:1": 1.0, "item:2": 1.0})
    size = int(sheet[0]["size"])
    sheet[0]["x"][size], sheet[0]["group"][size], sheet[0]["var"][size] = 1.0, Group.OWN_SKILL, 0.2
    sheet[0]["size"] = size + 1
    model.learn(sheet, 0.0, frozen=True)
    assert model.state() == before
    assert model.touched() == {}
    assert sheet[0]["mean"][size] < 0.0


def test_named_features_have_their_place_or_their_group() -> None:
    row = sheet_of({"gap": 0.5, "item:7": 1.0, "never heard of": 2.0})[0]
    assert row["dense"][Dense.GAP] == 0.5
    assert row["size"] == 2
    assert row["group"][:2].tolist() == [Group.ITEM, Group.OTHER]
    assert (row["key"][:2] & np.uint64(0xFF)).tolist() == [Group.ITEM, Group.OTHER]
    assert sheet_of({f"item:{n}": 1.0 for n in range(2 * ENTRIES)})[0]["size"] == ENTRIES


def test_a_learned_stacker_trusts_the_group_that_tells_the_truth() -> None:
    model = SuccessModel()
    for n in range(2000):
        y = float(n % 2)
        model.learn_one({"last_outcomes:1": 1.0, f"item:{n % 2}": 1.0, "bias": 1.0}, y)
    stack = {name: values[0] for name, values in model.state().items() if name.startswith("stack")}
    assert stack["stack:item"] > 1.0
    assert model.predict_one({"item:1": 1.0, "bias": 1.0}) > 0.9


@settings(deadline=None)
@given(
    held=st.dictionaries(
        st.integers(1, 2**64 - 1), st.tuples(st.floats(-9, 9), st.floats(1e-6, 1)), max_size=60
    )
)
def test_a_table_finds_what_was_put_in(held: dict[int, tuple[float, float]]) -> None:
    rows = rows_of(list(held), list(held.values()) or np.zeros((0, 2)))
    weights = Weights(np.ones(256), 1000)
    weights.adopt(rows, table_of(rows))
    assert len(weights) == len(held)
    expected = {f"{key:x}": pair for key, pair in sorted(held.items())}
    assert numbers_of(weights.rows()) == expected
    assert weights.touched() == {}


def test_what_never_moved_is_worth_nothing() -> None:
    rows = rows_of([Group.ITEM + 256, Group.ITEM + 512], [(0.0, 0.8), (1.0, 0.4)])
    nats = worth(rows, np.full(256, 0.8))
    assert nats[0] == 0.0
    assert nats[1] == pytest.approx(0.5 * (0.5 + 1 / 0.8 - 1 - np.log(0.5)))


def test_dense_prior_is_that_of_its_group() -> None:
    assert PRIOR[Group.DENSE] == DENSE_VARIANCE
