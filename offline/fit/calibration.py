"""Calibration: log odds are stretched and shifted so that predictions come true as often as said.

`logit p' = a logit p + b` (Platt, "Probabilistic outputs for support vector machines", 1999), with
(a, b) fitted to predictions that were made before their outcomes were learned. It is folded into
the model's own numbers, so that whoever serves them needs to know nothing of it: all means are
multiplied by a, and b is added to the weight of the constant. Variances stay, and so does how far
the next event moves a weight.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from offline.fit.tally import Counted, log_odds_of_bins
from online_models.beliefs import Priors
from online_models.block import packed, unpacked
from online_models.engagement import PRIORS as ENGAGEMENT
from online_models.priors import INPUTS
from online_models.retention import PRIORS as RETENTION
from online_models.success import CONSTANT, SuccessModel, stack
from online_models.tables import Table, Tables
from online_models.weights import Floats

_EVIDENCE = 400.0
"""Predictions at even odds that a model is given credit for before the first one is looked at: so
many it takes to believe that it is not calibrated."""

_STEPS = 50
_CLOSE = 1e-9


class Line(NamedTuple):
    """`logit p' = stretch logit p + shift`."""

    stretch: float
    shift: float


AS_IT_IS = Line(1.0, 0.0)


def fitted(counted: Counted) -> Line:
    """The line that makes predictions come true; nearly `AS_IT_IS` where they do, or are few.

    Newton's method on the log likelihood and a Gaussian prior about `AS_IT_IS`.
    """
    if not counted.trials.any():
        return AS_IT_IS
    x = np.column_stack((log_odds_of_bins(), np.ones(len(counted.trials))))
    prior = np.eye(2) * _EVIDENCE / 4.0
    start = line = np.array(AS_IT_IS)
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-(x @ line)))
        slope = x.T @ (counted.successes - counted.trials * p) - prior @ (line - start)
        curvature = (x.T * (counted.trials * p * (1.0 - p))) @ x + prior
        step = np.linalg.solve(curvature, slope)
        line = line + step
        if np.abs(step).max() < _CLOSE:
            break
    stretch, shift = line.tolist()
    return Line(max(stretch, 0.0), shift)


def calibrated(model: str, tables: Tables, line: Line) -> Tables:
    """The numbers of a model, its log odds stretched and shifted.

    Raises:
        KeyError: where that cannot be said of the model; `MODELS` can.
    """
    return MODELS[model](tables, line)


def _success(tables: Tables, line: Line) -> Tables:
    shape = stack().width, len(INPUTS)
    return _with_block(tables, shape, INPUTS.index("constant"), CONSTANT, line)


def _beliefs(priors: Priors) -> "Fold":
    block = priors.block()
    size = block.width, len(priors.names)

    def fold(tables: Tables, line: Line) -> Tables:
        found = _with_block(tables, size, priors.names.index("bias"), 1.0, line)
        pairs = found.get(2)
        if pairs is not None:
            found[2] = Table(pairs.names, pairs.values * (line.stretch, 1.0))
        return found

    return fold


Fold = Callable[[Tables, Line], Tables]


def _with_block(
    tables: Tables, shape: tuple[int, int], constant: int, unit: float, line: Line
) -> Tables:
    """`tables` with the means of the block of that width and size on the line."""
    width, size = shape
    if width not in tables:
        return dict(tables)
    table = tables[width]
    rows = [_on_line(row, size, constant, unit, line) for row in table.values]
    return {**tables, width: Table(table.names, np.array(rows))}


def _on_line(row: Floats, size: int, constant: int, unit: float, line: Line) -> Floats:
    count, mean, covariance = unpacked(row, size)
    mean = line.stretch * mean
    mean[constant] += line.shift / unit
    return packed(count, mean, covariance)


MODELS: Mapping[str, Fold] = {
    SuccessModel.name: _success,
    "engagement": _beliefs(ENGAGEMENT),
    "retention": _beliefs(RETENTION),
}
"""Models whose log odds are linear in their means."""
