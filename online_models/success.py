"""Will this learner succeed at this item?

Three layers, each a Gaussian logistic model (`gaussian`) that learns from every answer:

- The *base* adds up the weights of everything that a row holds: quantities, items, skills, what
  came just before, the learner's own weights.
- *Counters*: each context also keeps two log odds of success, one *alone*, one *beyond* what the
  base says, so that a context speaks for itself where the sum of all has gone astray.
- The *stacker* weighs the sums of the groups and the counters: how far items, form or contexts can
  be trusted is learned as well, and that calibrates. Inputs: sum of group g / sqrt(1 + V / 4), sum
  of counters m / sqrt(1 + v / 4), a constant.

Stacking: Wolpert, Neural Networks 5 (1992); counters and a mixer of their log odds are what
context-mixing compressors do (Mahoney, "Adaptive weighing of context models", 2005).
"""

from math import isfinite
from typing import Any, ClassVar

import numpy as np

from online_models.block import Block
from online_models.compiled import compiled
from online_models.features import harmless
from online_models.gaussian import block_learn, block_score, learned, probability
from online_models.merge_rules import Gaussian, SideBySide
from online_models.merging import Merging
from online_models.parts import OfParts
from online_models.priors import (
    ALONE_PLACES,
    BEYOND_PLACES,
    DENSE_VARIANCE,
    DRIFTS,
    INPUTS,
    MAIN_PLACES,
    PAIR_SHARE,
    STACK_START,
    STARTS,
)
from online_models.river_door import Regressor
from online_models.sheet import DENSE, ENTRIES, N_GROUPS, Features, Group, Sheet, sheet_of
from online_models.tables import (
    Names,
    Values,
    hashes_of,
)
from online_models.weights import (
    Floats,
    Keys,
    Table,
    Weights,
    keep,
    look_up,
)

MAX_KEYS = 1 << 19
"""Contexts of one partition's own: 58 MB in a table that is half full."""

MAX_MERGED = 1 << 20
"""Contexts that a merge lets live."""

_WIDTH = STARTS.shape[1]
_LOW_BYTE = np.uint64(0xFF)
_BASE_SPREAD = 0.25
_STACK_SPREAD = 0.39
_STACK_DRIFT = 1e-9
_COUNTER_DRIFT = 1e-5
CONSTANT = 0.3
"""The stacker's first input."""


@compiled
def _base_sums(row: Any, held: Floats, parts: Floats) -> float:
    """Sums of mean times value into `parts`, one a group, of all entries; returns their V."""
    spread = 0.0
    for n in range(row.size):
        value, group = row.x[n], row.group[n]
        if n < row.own:
            mean, var = row.mean[n], row.var[n]
        else:
            mean, var = held[n, 0], held[n, 1]
        if MAIN_PLACES[group] >= 0:
            parts[group] += mean * value
            spread += var * value * value
    return spread


@compiled
def _share(row: Any, n: int) -> float:
    """What the counters of entry `n` count in the stacker."""
    if row.group[n] == Group.SKILL:
        return float(row.x[n])
    return float(PAIR_SHARE * row.x[n] if row.group[n] == Group.SKILLS_PAIR else 1.0)


@compiled
def _stack_inputs(row: Any, held: Floats, parts: Floats, spread: float, inputs: Floats) -> None:
    """What the stacker reads."""
    inputs[:] = 0.0
    inputs[0] = CONSTANT
    for group in range(len(parts)):
        if MAIN_PLACES[group] >= 0:
            inputs[MAIN_PLACES[group]] = parts[group] / np.sqrt(1.0 + _BASE_SPREAD * spread)
    for n in range(row.own, row.size):
        place = ALONE_PLACES[row.group[n]]
        if place >= 0:
            share = _share(row, n)
            inputs[place] += share * held[n, 2] / np.sqrt(1.0 + _BASE_SPREAD * held[n, 3])
            place = BEYOND_PLACES[row.group[n]]
            inputs[place] += share * held[n, 4] / np.sqrt(1.0 + _BASE_SPREAD * held[n, 5])


@compiled
def _counted(mean: float, variance: float, offset: float, y: float) -> tuple[float, float]:
    """A counter, whose log odds come on top of `offset`, after one step."""
    p = probability(offset + mean, _STACK_SPREAD * variance)
    slope = p * (1.0 - p)
    damping = 1.0 / (1.0 + slope * variance)
    return learned(mean, variance, 1.0, (y - p) * damping, slope * damping, _COUNTER_DRIFT)


@compiled
def _read(row: Any, own: Table, base: Table, held: Floats) -> None:
    """Numbers of every entry that is not the learner's own."""
    for n in range(row.own, row.size):
        for k in range(_WIDTH):
            held[n, k] = STARTS[row.group[n], k]
    look_up(row.key, row.own, row.size, own, base, held)


@compiled
def _predict(
    sheet: Sheet,
    own: Table,
    base: Table,
    dense_mean: Floats,
    dense_covariance: Floats,
    stack_mean: Floats,
    stack_covariance: Floats,
) -> Floats:
    parts, inputs = np.zeros(N_GROUPS), np.zeros(len(stack_mean))
    held, reach = np.zeros((ENTRIES, _WIDTH)), np.zeros(len(dense_mean))
    out, stack_reach = np.zeros(len(sheet)), np.zeros(len(stack_mean))
    for n in range(len(sheet)):
        row = sheet[n]
        parts[:] = 0.0
        _read(row, own, base, held)
        parts[0], spread = block_score(row.dense, dense_mean, dense_covariance, reach)
        spread += _base_sums(row, held, parts)
        _stack_inputs(row, held, parts, spread, inputs)
        score, spread = block_score(inputs, stack_mean, stack_covariance, stack_reach)
        out[n] = probability(score, _STACK_SPREAD * spread)
    return out


@compiled
def _learn_own(row: Any, error: float, slope: float) -> None:
    """One step of the learner's own weights, in the row."""
    for n in range(row.own):
        drift = DRIFTS[row.group[n]]
        mean, variance = learned(row.mean[n], row.var[n], row.x[n], error, slope, drift)
        row.mean[n], row.var[n] = mean, variance


@compiled
def _learn_entries(
    row: Any, held: Floats, total: float, y: float, error: float, slope: float
) -> None:
    """One step of what the entries hold; `total` is z of the base."""
    for n in range(row.own, row.size):
        group = row.group[n]
        if MAIN_PLACES[group] >= 0:
            mean, var = learned(held[n, 0], held[n, 1], row.x[n], error, slope, 0.0)
            held[n, 0], held[n, 1] = mean, var
        if ALONE_PLACES[group] >= 0:
            held[n, 2], held[n, 3] = _counted(held[n, 2], held[n, 3], 0.0, y)
            held[n, 4], held[n, 5] = _counted(held[n, 4], held[n, 5], total, y)


@compiled
def _learn(
    sheet: Sheet,
    y: float,
    frozen: bool,
    own: Table,
    base: Table,
    dense_mean: Floats,
    dense_covariance: Floats,
    stack_mean: Floats,
    stack_covariance: Floats,
    changes: Keys,
    notes: Any,
) -> float:
    row = sheet[0]
    parts, inputs = np.zeros(N_GROUPS), np.zeros(len(stack_mean))
    held, reach = np.zeros((ENTRIES, _WIDTH)), np.zeros(len(dense_mean))
    stack_reach = np.zeros(len(stack_mean))
    _read(row, own, base, held)
    parts[0], spread = block_score(row.dense, dense_mean, dense_covariance, reach)
    spread += _base_sums(row, held, parts)
    _stack_inputs(row, held, parts, spread, inputs)
    score, stack_spread = block_score(inputs, stack_mean, stack_covariance, stack_reach)
    stacked = probability(score, _STACK_SPREAD * stack_spread)
    total = parts.sum()
    p = probability(total, _BASE_SPREAD * spread)
    slope = p * (1.0 - p)
    damping = 1.0 / (1.0 + slope * spread)
    error, slope = (y - p) * damping, slope * damping
    _learn_own(row, error, slope)
    if frozen:
        return stacked
    _learn_entries(row, held, total, y, error, slope)
    keep(row.key, row.x, (row.own, row.size), held, own, (changes, notes))
    block_learn(dense_mean, dense_covariance, reach, error, slope, DRIFTS[0])
    slope = stacked * (1.0 - stacked)
    damping = 1.0 / (1.0 + slope * stack_spread)
    error, slope = (y - stacked) * damping, slope * damping
    block_learn(stack_mean, stack_covariance, stack_reach, error, slope, _STACK_DRIFT)
    return stacked


def _start_of(columns: slice) -> Any:
    """What sparse rows start from, those of `columns`, by name."""

    def start(names: Names) -> Values:
        groups = np.minimum(hashes_of(names) & _LOW_BYTE, np.uint64(N_GROUPS - 1))
        return STARTS[groups.astype(np.intp), columns]

    return start


def _quantities() -> Block:
    start = np.array([np.zeros(len(DENSE)), np.full(len(DENSE), DENSE_VARIANCE)])
    return Block("quantities", DENSE, start, DRIFTS[0])


def stack() -> Block:
    """The stacker's weights, knowing nothing."""
    return Block("stack", INPUTS, STACK_START, _STACK_DRIFT)


class SuccessModel(OfParts, Regressor):
    """P(success); y is the outcome in [0, 1]. Baseline: the mean outcome of the item.

    A River regressor as well. Its numbers: by key of a context the mean and variance of its weight,
    of its counter alone and of its counter beyond; "quantities" and "stack" are `Block`s.

    Args:
        max_keys: contexts that it holds at most beside those of its base.
    """

    name: ClassVar[str] = "success"
    schema: ClassVar[str] = (
        "success/3: key: mean, variance of weight, counter alone, counter beyond; "
        "quantities, stack: count, means, upper triangle of the covariance"
    )
    merging: ClassVar[Merging] = Merging(
        {
            _WIDTH: SideBySide(tuple(Gaussian(_start_of(slice(n, n + 2))) for n in (0, 2, 4))),
            _quantities().width: _quantities().rule,
            stack().width: stack().rule,
        },
        MAX_MERGED,
    )

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self.max_keys = max_keys
        self._weights = Weights(STARTS, max_keys)
        self._dense, self._stack = _quantities(), stack()
        super().__init__(self._weights, self._dense, self._stack)

    def predict(self, sheet: Sheet) -> Floats:
        """Probability of success for each row, shape (rows,), in [1e-4, 1 - 1e-4]."""
        return _predict(sheet, *self._arrays)

    def learn(self, sheet: Sheet, y: float, *, frozen: bool = False) -> float:
        """Learn that the first row of `sheet` came out as `y`; returns what was predicted.

        The learner's own weights learn in the sheet.

        Args:
            sheet: finite values only.
            y: finite; beyond [0, 1] it counts as the end of it.
            frozen: only the learner's own weights learn.
        """
        weights, outcome = self._weights, max(0.0, min(1.0, y))
        if not frozen:
            weights.make_room(int(sheet[0]["size"]))
        into = (weights.changes, weights.notes)
        predicted = _learn(sheet, outcome, frozen, *self._arrays, *into)
        if not frozen:
            self._dense.count[0] += 1.0
            self._stack.count[0] += 1.0
        return float(predicted)

    # twice, since names of River's features may be of any sort:
    def predict_one(self, x: Features) -> float:  # type: ignore[override]
        """Probability of success, whatever `x` holds."""
        return float(self.predict(sheet_of(harmless(x)))[0])

    def learn_one(self, x: Features, y: float) -> None:  # type: ignore[override]
        """One step towards `y`; nothing where a value is not finite."""
        usable = harmless(x)
        if len(usable) == len(x) and isfinite(y):
            self.learn(sheet_of(usable), y)

    @property
    def _arrays(self) -> tuple[Table, Table, Floats, Floats, Floats, Floats]:
        """What predicting reads."""
        dense, stack = self._dense, self._stack
        blocks = (dense.mean, dense.covariance, stack.mean, stack.covariance)
        return (self._weights.own, self._weights.base, *blocks)
