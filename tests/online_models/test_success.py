"""The success model beside the same model written down once more, in plain Python and numpy."""

from collections import defaultdict
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.priors import (
    COUNTED,
    COUNTER_VARIANCE,
    DENSE_VARIANCE,
    DRIFT,
    INPUTS,
    MAIN,
    PAIR_SHARE,
    STACK_START,
    VARIANCE,
)
from online_models.sheet import DENSE, ENTRIES, Dense, Group, Sheet, blank, sheet_of
from online_models.success import SuccessModel

GROUPS = {group.name.lower(): group for group in Group}


def sigmoid(score: float, spread: float) -> float:
    return min(max(1 / (1 + exp(-score / sqrt(1 + spread))), 1e-4), 1 - 1e-4)


class Plain:
    """Weights by name; formulas of `online_models.gaussian` and `online_models.success`."""

    def __init__(self) -> None:
        self.weights = defaultdict(lambda: None)
        self.alone = defaultdict(lambda: [0.0, COUNTER_VARIANCE])
        self.beyond = defaultdict(lambda: [0.0, COUNTER_VARIANCE])
        self.dense = [np.zeros(len(DENSE)), np.eye(len(DENSE)) * DENSE_VARIANCE]
        self.stack = [STACK_START[0].copy(), np.diag(STACK_START[1])]

    def group(self, name: str) -> Group:
        return GROUPS.get(name.partition(":")[0], Group.OTHER)

    def weight(self, name: str) -> list[float]:
        if self.weights[name] is None:
            self.weights[name] = [0.0, VARIANCE.get(self.group(name), 1.0)]
        return self.weights[name]

    def share(self, name: str, value: float) -> float:
        pair = PAIR_SHARE * value if self.group(name) is Group.SKILLS_PAIR else 1.0
        return value if self.group(name) is Group.SKILL else pair

    def read(self, x: dict[str, float]) -> tuple:
        dense = np.array([x.get(name, 0.0) for name in DENSE])
        sparse = {name: value for name, value in x.items() if name not in DENSE}
        main = {name: value for name, value in sparse.items() if self.group(name) in MAIN}
        parts = defaultdict(float, {Group.DENSE: dense @ self.dense[0]})
        spread = dense @ self.dense[1] @ dense
        for name, value in main.items():
            mean, var = self.weight(name)
            parts[self.group(name)] += mean * value
            spread += var * value**2
        inputs = dict.fromkeys(INPUTS, 0.0) | {"constant": 0.3}
        for group in MAIN:
            inputs[group.name.lower()] = parts[group] / sqrt(1 + spread / 4)
        for name, value in sparse.items():
            group = self.group(name)
            if group in COUNTED:
                for kind, held in (("alone", self.alone[name]), ("beyond", self.beyond[name])):
                    told = self.share(name, value) * held[0] / sqrt(1 + held[1] / 4)
                    inputs[f"{group.name.lower()}:{kind}"] += told
        return dense, sparse, main, sum(parts.values()), spread, np.array(list(inputs.values()))

    def predict(self, x: dict[str, float]) -> float:
        *_, inputs = self.read(x)
        return sigmoid(inputs @ self.stack[0], 0.39 * (inputs @ self.stack[1] @ inputs))

    def learn(self, x: dict[str, float], y: float) -> None:
        dense, sparse, main, total, spread, inputs = self.read(x)
        stacked, stack_spread = self.predict(x), inputs @ self.stack[1] @ inputs
        p = sigmoid(total, spread / 4)
        slope = p * (1 - p)
        damping = 1 / (1 + slope * spread)
        for name, value in main.items():
            held = self.weight(name)
            t = held[1] * value
            held[0] += t * (y - p) * damping
            held[1] -= t * t * slope * damping
        self.move(self.dense, dense, (y - p) * damping, slope * damping, DRIFT[Group.DENSE])
        for name in sparse:
            if self.group(name) in COUNTED:
                self.count(self.alone[name], 0.0, y)
                self.count(self.beyond[name], total, y)
        slope = stacked * (1 - stacked)
        damping = 1 / (1 + slope * stack_spread)
        self.move(self.stack, inputs, (y - stacked) * damping, slope * damping, 1e-9)

    @staticmethod
    def count(held: list[float], offset: float, y: float) -> None:
        p = sigmoid(offset + held[0], 0.39 * held[1])
        damping = 1 / (1 + p * (1 - p) * held[1])
        held[0] += held[1] * (y - p) * damping
        held[1] += 1e-5 - held[1] ** 2 * p * (1 - p) * damping

    @staticmethod
    def move(block: list, x: np.ndarray, error: float, slope: float, drift: float) -> None:
        reach = block[1] @ x
        block[0] += reach * error
        block[1] -= slope * np.outer(reach, reach)
        block[1] += drift * np.diag(reach != 0.0)


names = st.sampled_from(
    ["bias", "gap", "odds", "item:1", "item:2", "skill:1", "skills_pair:1", "item_form:1", "what"]
)
values = st.floats(-3, 3).filter(lambda x: abs(x) > 1e-3)
lessons = st.lists(
    st.tuples(st.dictionaries(names, values, min_size=1), st.floats(0, 1)), min_size=1, max_size=12
)


@settings(deadline=None)
@given(lessons=lessons)
def test_every_step_is_the_formula(lessons: list[tuple[dict[str, float], float]]) -> None:
    model, plain = SuccessModel(), Plain()
    for x, y in lessons:
        assert model.predict_one(x) == pytest.approx(plain.predict(x), abs=1e-9)
        model.learn_one(x, y)
        plain.learn(x, y)


def own_weight(sheet: Sheet, group: Group, var: float) -> None:
    row = sheet[0]
    row["x"][0], row["group"][0], row["var"][0] = 1.0, group, var
    row["size"], row["own"] = 1, 1


def test_own_weights_learn_in_the_row_and_nowhere_else() -> None:
    model, sheet = SuccessModel(), blank(1)
    own_weight(sheet, Group.OWN_ABILITY, 0.3)
    model.learn(sheet, 1.0)
    damping = 1 / (1 + 0.25 * 0.3)
    assert sheet[0]["mean"][0] == pytest.approx(0.3 * 0.5 * damping)
    assert sheet[0]["var"][0] == pytest.approx(0.3 + 3e-4 - 0.09 * 0.25 * damping)
    assert model.state().keys() == {"quantities", "stack"}


def test_frozen_only_the_learners_own_weights_learn() -> None:
    model = SuccessModel()
    model.learn_one({"gap": 1.0, "item:1": 1.0}, 1.0)
    before = model.state()
    model.touched()
    sheet = blank(1)
    own_weight(sheet, Group.OWN_SKILL, 0.2)
    predicted = model.learn(sheet, 0.0, frozen=True)
    assert 0.4 < predicted < 0.6
    assert model.state() == before
    assert model.touched() == {}
    assert sheet[0]["mean"][0] < 0.0


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
        x = {"last_outcomes:1": 1.0, f"item:{n % 2}": 1.0, "bias": 1.0}
        model.learn_one(x, float(n % 2))
    assert model.predict_one({"item:1": 1.0, "bias": 1.0}) > 0.95
    assert model.predict_one({"item:0": 1.0, "bias": 1.0}) < 0.05


def test_full_of_contexts_it_keeps_those_that_say_most() -> None:
    model = SuccessModel(max_keys=40)
    for n in range(400):
        model.learn_one({"bias": 1.0, "item:always": 1.0}, 0.0)
        model.learn_one({"bias": 1.0, f"item:{n}": 1.0}, 1.0)
    contexts = [name for name, numbers in model.state().items() if len(numbers) == 6]
    assert len(contexts) <= 40
    assert model.predict_one({"bias": 1.0, "item:always": 1.0}) < 0.1
    assert model.predict_one({"bias": 1.0, "item:never": 1.0}) > 0.5


@pytest.mark.parametrize(
    "numbers",
    [
        {"a1": (1.0, 0.1)},
        {"a1": (1.0, 0.0, 0.0, 1.0, 0.0, 1.0)},
        {"quantities": (1.0,) * 5},
        {"stack": (0.0,) * SuccessModel.merging.rules[6].start(np.array([b"1"])).size},
        {"no name": (1.0,) * 6},
    ],
)
def test_numbers_that_are_no_state_are_refused(numbers: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="does not fit 'success/3"):
        SuccessModel().restore(numbers)
