"""Measures as functions of sums, so that a bootstrap over learners is one product of matrices.

Whatever is measured is a function f of sums over rows; the sums of each learner are added up first,
a resample counts each learner some times, and f of the sums so counted is the resampled measure.

Where a measure is no such function, it is *linearised* at the rows as they are:

- AUC, by its components: a success counts the share of failures predicted lower, a failure the
  share of successes predicted higher (DeLong et al., Biometrics 44, 1988; for several rows of one
  learner: Obuchowski, Biometrics 53, 1997).
- The slope of calibration, one Newton step from where the fit of all rows ended.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from offline.answers import Numbers
from offline.scores import BINS, auc, bins_of

_LEAST = 1e-15
_MIDDLE = 0.5
_STEPS = 25
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Sums:
    """One measure of some rows, before they are summed."""

    rows: Numbers
    """(n, k)"""
    value: Callable[[Numbers], Numbers]
    """Sums (..., k) -> the measure (...); NaN where it is not defined."""


Prepare: TypeAlias = Callable[[Numbers, Numbers], Sums]
"""(predicted, outcome) -> its sums."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, and which way is up."""

    name: str
    title: str
    prepare: Prepare
    higher_is_better: bool = False
    target: float | None = None
    """Nearest to it is best; None where more, or less, is always better."""

    def loss(self, value: Numbers) -> Numbers:
        """The same as something that should be small."""
        if self.target is not None:
            return np.abs(value - self.target)
        return -value if self.higher_is_better else value


def _mean(rows: Numbers) -> Sums:
    return Sums(np.column_stack((rows, np.ones(len(rows)))), lambda s: s[..., 0] / s[..., 1])


def cross_entropy(predicted: Numbers, outcome: Numbers) -> Numbers:
    """(n,) in nats."""
    p = np.clip(predicted, _LEAST, 1.0 - _LEAST)
    loss: Numbers = -(outcome * np.log(p) + (1.0 - outcome) * np.log1p(-p))
    return loss


def _log_loss(predicted: Numbers, outcome: Numbers) -> Sums:
    return _mean(cross_entropy(predicted, outcome))


def _rmse(predicted: Numbers, outcome: Numbers) -> Sums:
    sums = _mean((predicted - outcome) ** 2)
    return Sums(sums.rows, lambda s: np.sqrt(s[..., 0] / s[..., 1]))


def _ece(predicted: Numbers, outcome: Numbers) -> Sums:
    rows = np.zeros((len(predicted), BINS + 1))
    rows[np.arange(len(predicted)), bins_of(predicted)] = predicted - outcome
    rows[:, BINS] = 1.0
    return Sums(rows, lambda s: np.abs(s[..., :BINS]).sum(axis=-1) / s[..., BINS])


def _auc(predicted: Numbers, outcome: Numbers) -> Sums:
    success = outcome >= _MIDDLE
    whole = auc(predicted, success)
    if whole is None:
        return Sums(np.zeros((len(predicted), 1)), lambda s: np.full(s.shape[:-1], np.nan))
    hits = _share_below(predicted, predicted[~success])
    fails = 1.0 - _share_below(predicted, predicted[success])
    rows = np.column_stack(
        (np.where(success, hits, 0.0), success, np.where(success, 0.0, fails), ~success)
    ).astype(np.float64)
    return Sums(rows, lambda s: s[..., 0] / s[..., 1] + s[..., 2] / s[..., 3] - whole)


def _share_below(values: Numbers, others: Numbers) -> Numbers:
    """(n,): share of `others` below each value, ties half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    share: Numbers = 0.5 * below / len(ordered)
    return share


def log_odds(p: Numbers) -> Numbers:
    """Of each of `p`, (n,)."""
    clipped = np.clip(p, 1e-6, 1.0 - 1e-6)
    odds: Numbers = np.log(clipped) - np.log1p(-clipped)
    return odds


def calibration_line(predicted: Numbers, outcome: Numbers) -> tuple[float, float]:
    """(a, b) of `logit P(y) = a + b logit p`, by maximum likelihood (Cox, Biometrika 45, 1958)."""
    x = np.column_stack((np.ones(len(predicted)), log_odds(predicted)))
    line = np.array((0.0, 1.0))
    for _ in range(_STEPS):
        p = sigmoid(x @ line)
        curvature = (x * (p * (1.0 - p))[:, None]).T @ x + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, x.T @ (outcome - p))
        line = line + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004  as exact as it gets
            break
    return float(line[0]), float(line[1])


def _slope(predicted: Numbers, outcome: Numbers) -> Sums:
    intercept, slope = calibration_line(predicted, outcome)
    x = log_odds(predicted)
    p = sigmoid(intercept + slope * x)
    error, weight = outcome - p, p * (1.0 - p)
    rows = np.column_stack((error, error * x, weight, weight * x, weight * x * x))

    def value(s: Numbers) -> Numbers:
        g0, g1, h00, h01, h11 = (s[..., n] for n in range(5))
        step: Numbers = (h00 * g1 - h01 * g0) / (h00 * h11 - h01 * h01 + _RIDGE)
        return slope + step

    return Sums(rows, value)


def sigmoid(z: Numbers) -> Numbers:
    """Of each of `z`, (n,)."""
    p: Numbers = 1.0 / (1.0 + np.exp(-np.clip(z, -500.0, 500.0)))
    return p


def underconfidence(predicted: Numbers, outcome: Numbers) -> Sums:
    """Log-loss as it would be if the predictions were honest, less the log-loss as it was.

    Above 0 means: knew more than it believed. Expected loss is the entropy of the prediction.
    """
    return _mean(cross_entropy(predicted, predicted) - cross_entropy(predicted, outcome))


def _hits(ranks: Numbers, _: Numbers) -> Sums:
    return _mean((ranks <= 5.0).astype(np.float64))  # noqa: PLR2004


def _gain(ranks: Numbers, _: Numbers) -> Sums:
    return _mean(np.where(ranks <= 10.0, 1.0 / np.log2(ranks + 1.0), 0.0))  # noqa: PLR2004


def _reciprocal(ranks: Numbers, _: Numbers) -> Sums:
    return _mean(1.0 / ranks)


_PROBABILITY = (
    Measure("log_loss", "log-loss", _log_loss),
    Measure("auc", "AUC", _auc, higher_is_better=True),
    Measure("ece", "ECE", _ece),
    Measure("slope", "calibration slope", _slope, target=1.0),
)
_NUMBER = (Measure("rmse", "RMSE", _rmse),)
_RANK = (
    Measure("hr@5", "HR@5", _hits, higher_is_better=True),
    Measure("ndcg@10", "NDCG@10", _gain, higher_is_better=True),
    Measure("mrr", "MRR", _reciprocal, higher_is_better=True),
)

MEASURES: Mapping[str, tuple[Measure, ...]] = MappingProxyType(
    {
        "success": _PROBABILITY,
        "engagement": _PROBABILITY,
        "gain": _PROBABILITY,
        "retention": _PROBABILITY,
        "duration": _NUMBER,
        "relevance": _RANK,
    }
)
"""Model -> its measures, the most telling first. Of *gain* the probability of a right answer after
what was done is judged; of *relevance* ranks are (`offline.proof.turns`)."""
