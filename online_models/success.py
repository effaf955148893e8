"""Will this learner succeed at this item?

The base model adds up the weights of all that a row holds. The *stacker* then weighs the sums of
the groups: how far the items, the learner's form or what came before can be trusted is learned as
well, and so the probability is calibrated. With s_g the sum of group g and V as in `gaussian`:

    u_g = s_g / sqrt(1 + V / 4),  u_0 = .3
    p = sigmoid(sum w_g u_g / sqrt(1 + .39 sum var_g u_g^2))

Stacking: Wolpert, Neural Networks 5 (1992); the base goes on learning from its own p.
"""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from online_models.compiled import compiled
from online_models.gaussian import SPREAD, add_up, keep, learn, look_up, probability
from online_models.linear import MAX_KEYS, ProbabilityModel, dense_start
from online_models.merge_rules import DenseGaussian
from online_models.merging import Merging
from online_models.priors import DRIFTS
from online_models.sheet import Group, Sheet
from online_models.tables import Names, Values
from online_models.vector import WIDTH, NamedVector
from online_models.weights import Floats, Keys, Table

STACK = ("stack:constant", *(f"stack:{group.name.lower()}" for group in Group))
_STACK_VARIANCE = 0.1
_STACK_DRIFT = 1e-7
_STACK_SPREAD = 0.39
_CONSTANT = 0.3


@compiled
def _inputs(parts: Floats, spread: float, out: Floats) -> None:
    """What the stacker reads: a constant, and the sum of each group."""
    out[0] = _CONSTANT
    for group in range(len(parts)):
        out[1 + group] = parts[group] / np.sqrt(1.0 + SPREAD * spread)


@compiled
def _stacked(inputs: Floats, stack: Floats) -> tuple[float, float]:
    """The stacker's probability, and V of its own weights."""
    score = spread = 0.0
    for n in range(len(inputs)):
        score += stack[0, n] * inputs[n]
        spread += stack[1, n] * inputs[n] * inputs[n]
    return probability(score, _STACK_SPREAD * spread), spread


@compiled
def _learn_stack(inputs: Floats, stack: Floats, error: float, slope: float) -> None:
    for n in range(len(inputs)):
        if inputs[n] != 0.0:
            step = stack[1, n] * inputs[n]
            stack[0, n] += step * error
            stack[1, n] += _STACK_DRIFT - step * step * slope
            stack[2, n] += 1.0


@compiled
def _predict(
    sheet: Sheet, own: Table, base: Table, prior: Floats, dense: Floats, stack: Floats
) -> Floats:
    parts, inputs = np.zeros(len(prior)), np.zeros(1 + len(prior))
    out = np.zeros(len(sheet))
    for n in range(len(sheet)):
        look_up(sheet[n], own, base, prior)
        spread = add_up(sheet[n], dense, parts)
        _inputs(parts, spread, inputs)
        out[n], _ = _stacked(inputs, stack)
    return out


@compiled
def _learn(
    row: Any,
    y: float,
    frozen: bool,
    own: Table,
    base: Table,
    prior: Floats,
    dense: Floats,
    stack: Floats,
    changes: Keys,
    notes: Any,
    drift: Floats,
) -> float:
    parts, inputs = np.zeros(len(prior)), np.zeros(1 + len(prior))
    look_up(row, own, base, prior)
    spread = add_up(row, dense, parts)
    _inputs(parts, spread, inputs)
    stacked, own_spread = _stacked(inputs, stack)
    if not frozen:
        slope = stacked * (1.0 - stacked)
        damping = 1.0 / (1.0 + slope * own_spread)
        _learn_stack(inputs, stack, (y - stacked) * damping, slope * damping)
    p = probability(parts.sum(), SPREAD * spread)
    slope = p * (1.0 - p)
    damping = 1.0 / (1.0 + slope * spread)
    learn(row, dense, drift, (y - p) * damping, slope * damping, frozen)
    if not frozen:
        keep(row, own, changes, notes)
    return stacked


def _vector_start(names: Names) -> Values:
    """Mean, variance and count of quantities and of the stacker that nobody has learned."""
    start = dense_start(names)
    start[np.char.startswith(names, b"stack:")] = (1.0, _STACK_VARIANCE, 0.0)
    start[names == STACK[0].encode()] = (0.0, _STACK_VARIANCE, 0.0)
    return start


class SuccessModel(ProbabilityModel):
    """P(success); y is the outcome in [0, 1]. Baseline: the mean outcome of the item."""

    name: ClassVar[str] = "success"
    merging: ClassVar[Merging] = replace(
        ProbabilityModel.merging,
        rules={**ProbabilityModel.merging.rules, WIDTH: DenseGaussian(_vector_start)},
    )

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        super().__init__(max_keys)
        self._stack = NamedVector(STACK, _vector_start(np.array(STACK, "S")))

    @property
    def _vectors(self) -> tuple[NamedVector, ...]:
        return self._dense, self._stack

    def predict(self, sheet: Sheet) -> Floats:
        """Probability for each row."""
        return _predict(sheet, *self._arrays, self._stack.values)

    def learn(self, sheet: Sheet, y: float, *, frozen: bool = False) -> float:
        """See `LinearModel.learn`."""
        weights = self._weights
        weights.make_room(int(sheet[0]["size"]))
        target = max(0.0, min(1.0, y))
        into = (self._stack.values, weights.changes, weights.notes, DRIFTS)
        return float(_learn(sheet[0], target, frozen, *self._arrays, *into))
