"""The only door to River: its generalised linear models, typed, with every number named.

River brings the models, the losses and the way of an update (`GLM.learn_one`); here are the two
parts it leaves open: an optimiser that can say what it changed, and a loss for partial success.
Weights and accumulators are reached by subclassing, never from outside.
"""

from collections.abc import Iterable, Mapping
from math import exp, log, log1p, sqrt
from typing import Any

from river import linear_model, optim
from river.__version__ import __version__
from river.linear_model.base import GLM
from river.utils import VectorDict

RIVER_VERSION: str = __version__

SPARSE_MARK = ":"
"""Part of the name of every one-hot feature ("i:<item>"), of no other."""


class AdaGrad(optim.base.Optimizer):
    """Per-weight step `rate * g / sqrt(a)`, where `a` is the sum of g^2 plus a start value.

    Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization", JMLR 12 (2011), eq. 1 with diagonal G. River's own AdaGrad has one rate for all
    and starts near 0, so that a key's first step is as large as the rate. Two rates, since a
    one-hot is seen rarely and has to learn from few events what a dense feature learns from all.
    """

    def __init__(self, dense: float = 0.1, sparse: float = 0.3, start: float = 0.1) -> None:
        super().__init__(dense)
        self.dense = dense
        self.sparse = sparse
        self.start = start
        self.sums: dict[str, float] = {}

    def _step_with_vector(self, w: Any, g: Any) -> Any:
        sums = self.sums
        for key, slope in g.items():
            if slope:
                total = sums.get(key, self.start) + slope * slope
                sums[key] = total
                rate = self.sparse if SPARSE_MARK in key else self.dense
                w[key] -= rate * slope / sqrt(total)
        return w


class SoftLog(optim.losses.BinaryLoss):
    """Cross-entropy with y in [0, 1]: a score of 0.65 is 0.65 of a success.

    River's `Log` truncates y to 0 or 1.
    """

    def __call__(self, y_true: Any, y_pred: Any) -> Any:
        """`log(1 + e^z) - y z` (the stable form), z a logit."""
        return max(y_pred, 0.0) + log1p(exp(-abs(y_pred))) - y_true * y_pred

    def gradient(self, y_true: Any, y_pred: Any) -> Any:
        """`sigmoid(z) - y`."""
        return sigmoid(y_pred) - y_true


def sigmoid(score: float) -> float:
    """Logistic function, clipped to [1e-4, 1 - 1e-4]: no answer is ever certain."""
    if -_LOGIT_LIMIT < score < _LOGIT_LIMIT:
        return 1.0 / (1.0 + exp(-score))
    return _LEAST if score < 0.0 else 1.0 - _LEAST


_LEAST = 1e-4
_LOGIT_LIMIT = log((1.0 - _LEAST) / _LEAST)


class NamedWeights(GLM):
    """Access to what a River linear model knows: key -> (weight, accumulator)."""

    optimizer: AdaGrad

    def dot(self, x: dict[str, float]) -> float:
        """Sum of weight times value; unknown keys count 0."""
        return float(self._weights.dot(x))

    def learn(self, x: dict[str, float], y: float) -> None:
        """One step of River's `learn_one`; changes the keys of `x` that are not 0."""
        self.learn_one(x, y)

    @property
    def known(self) -> Mapping[str, float]:
        """Accumulators of all keys learned so far."""
        return self.optimizer.sums

    def numbers(self, keys: Iterable[str]) -> dict[str, tuple[float, ...]]:
        """(weight, accumulator) of those of `keys` that were ever learned."""
        weights, sums = self._weights, self.optimizer.sums
        return {key: (weights[key], sums[key]) for key in keys if key in sums}

    def adopt(self, numbers: Mapping[str, tuple[float, ...]]) -> None:
        """Know exactly `numbers`."""
        self._weights = VectorDict({key: pair[0] for key, pair in numbers.items()})
        self.optimizer.sums = {key: pair[1] for key, pair in numbers.items()}


class Logistic(NamedWeights, linear_model.LogisticRegression):
    """River's logistic regression for y in [0, 1]."""

    def __init__(self) -> None:
        super().__init__(optimizer=AdaGrad(), loss=SoftLog(), intercept_lr=0.0)


class Regression(NamedWeights, linear_model.LinearRegression):
    """River's linear regression; the clipped slope of the squared loss makes it Huber's, delta 1.

    Huber, "Robust Estimation of a Location Parameter", 1964: outliers pull, but no harder than
    an error of 1 does.
    """

    def __init__(self) -> None:
        super().__init__(
            optimizer=AdaGrad(),
            loss=optim.losses.Squared(),
            intercept_lr=0.0,
            clip_gradient=2.0,
        )
