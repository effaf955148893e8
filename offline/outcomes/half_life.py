"""Half-life regression: what a memory model has to beat.

Settles, Meeder, "A Trainable Spaced Repetition Model for Language Learning", ACL 2016, eq. 1-3:
`p = 2^(-t / h)`, t days since the last practice, `h = 2^(theta . x)`, x = (sqrt(1 + right),
sqrt(1 + wrong), 1, which item). Learned one answer at a time, in two ways:

- `Published`: the slope of `(p - y)^2 + .01 (h - h_y)^2 + .1 |theta|^2` with `h_y = -t / log2(y)`,
  steps of .001 / (1 + p) / sqrt(1 + uses of the weight), bounds of h and p as in the published
  code. It is all but sure of what was practised a minute ago, where people do slip.
- `Calibrated`: the log odds of p have a scale a and an offset b of their own,
  `logit P = b - a ln(2^(t / h) - 1)`; a, b and theta learn by cross-entropy, by which they are
  measured here, with Gaussian steps as the models beside it (`online_models.gaussian`).
"""

from collections.abc import Iterator
from math import exp, expm1, log
from typing import Any, NamedTuple, Protocol

import numpy as np

from offline.answers import Answers, Numbers

_DAY_SEC = 86_400.0
_LN2 = log(2.0)
_LEAST = 1e-4
_COMMON = 3
"""Weights that all items share; each item has one more."""


class Repeat(NamedTuple):
    """An answer to an item that its learner had answered before."""

    x: Numbers
    """(4,): sqrt(1 + right), sqrt(1 + wrong), 1, 1."""
    places: list[int]
    """Of their weights."""
    days: float
    """Since the item was answered last, at least a second."""
    outcome: float


class Regression(Protocol):
    """Half-life regression, learning in some way."""

    def predict(self, repeat: Repeat) -> float:
        """P(right), in [1e-4, 1 - 1e-4]; the outcome is not looked at."""

    def learn(self, repeat: Repeat, p: float) -> None:
        """What came out, where `p` was predicted."""


def predicted(answers: Answers, at: Numbers, regression: Regression) -> tuple[Numbers, Numbers]:
    """Rows that repeat an item, and what each was predicted, before it was learned.

    Args:
        answers: in order.
        at: POSIX seconds of each.
        regression: new; it learns them.
    """
    rows, out = [], []
    for row, repeat in repeats(answers, at):
        p = regression.predict(repeat)
        regression.learn(repeat, p)
        rows.append(row)
        out.append(p)
    return np.array(rows, np.int64), np.array(out)


def repeats(answers: Answers, at: Numbers) -> Iterator[tuple[int, Repeat]]:
    """The rows that repeat an item."""
    last: dict[tuple[int, int], tuple[float, float, float]] = {}
    columns = (answers.user, answers.item, at, answers.correct)
    for row, (user, item, now, y) in enumerate(
        zip(*[column.tolist() for column in columns], strict=True)
    ):
        right, wrong, before = last.get((user, item), (0.0, 0.0, now))
        if (user, item) in last:
            x = np.array((np.sqrt(1.0 + right), np.sqrt(1.0 + wrong), 1.0, 1.0))
            yield row, Repeat(x, [0, 1, 2, _COMMON + item], max(now - before, 1.0) / _DAY_SEC, y)
        last[user, item] = (right + y, wrong + 1.0 - y, now)


class Published:
    """As published, of so many items."""

    SHORTEST, LONGEST = 15.0 / 1440.0, 274.0
    """Bounds of a half-life, days."""

    def __init__(self, items: int) -> None:
        self._weights = np.zeros(_COMMON + items)
        self._uses = np.zeros(len(self._weights))

    def predict(self, repeat: Repeat) -> float:
        """See `Regression`."""
        return _bounded(2.0 ** (-repeat.days / self._half_life(repeat)))

    def learn(self, repeat: Repeat, p: float) -> None:
        """See `Regression`."""
        x, places, days, y = repeat
        half_life = self._half_life(repeat)
        wanted = self._clipped(-days / np.log2(_bounded(y)))
        of_p = 2.0 * (p - y) * _LN2**2 * p * (days / half_life) * x
        of_h = 2.0 * (half_life - wanted) * _LN2 * half_life * x
        rate = 0.001 / (1.0 + p) / np.sqrt(1.0 + self._uses[places])
        self._weights[places] -= rate * (of_p + 0.01 * of_h + 0.1 * self._weights[places])
        self._uses[places] += 1.0

    def _half_life(self, repeat: Repeat) -> float:
        return self._clipped(_power(self._weights[repeat.places] @ repeat.x))

    def _clipped(self, days: float) -> float:
        return float(min(max(days, self.SHORTEST), self.LONGEST))


class Calibrated:
    """With a scale and an offset of the log odds, of so many items."""

    VARIANCE = 25.0
    """Of the weights at first: half-lives between 45 minutes and a month are likely."""
    LEAST_SCALE = 0.01

    def __init__(self, items: int) -> None:
        self._scale, self._offset = _COMMON + items, _COMMON + items + 1
        self._mean = np.zeros(_COMMON + items + 2)
        self._mean[self._scale] = 0.3
        self._variance = np.full(len(self._mean), self.VARIANCE)
        self._variance[[self._scale, self._offset]] = 0.1, 1.0

    def predict(self, repeat: Repeat) -> float:
        """See `Regression`."""
        kept = -log(expm1(self._age(repeat) * _LN2))
        score = self._mean[self._offset] + self._mean[self._scale] * kept
        return _bounded(1.0 / (1.0 + exp(-min(max(score, -30.0), 30.0))))

    def learn(self, repeat: Repeat, p: float) -> None:
        """See `Regression`."""
        age, scale = self._age(repeat), self._mean[self._scale]
        of_log_half_life = scale * _LN2 * age * _LN2 / -expm1(-age * _LN2)
        slopes = np.array((*(of_log_half_life * repeat.x), -log(expm1(age * _LN2)), 1.0))
        places = [*repeat.places, self._scale, self._offset]
        reach, curvature = self._variance[places] * slopes, p * (1.0 - p)
        damping = 1.0 / (1.0 + curvature * (reach @ slopes))
        self._mean[places] += reach * (repeat.outcome - p) * damping
        self._variance[places] -= reach * reach * curvature * damping
        self._mean[self._scale] = max(self._mean[self._scale], self.LEAST_SCALE)

    def _age(self, repeat: Repeat) -> float:
        """Half-lives since the last practice."""
        age = repeat.days / _power(self._mean[repeat.places] @ repeat.x)
        return min(max(age, 1e-9), 40.0)


def _power(log2_days: Any) -> float:
    return float(2.0 ** min(max(log2_days, -30.0), 20.0))


def _bounded(p: float) -> float:
    return min(max(p, _LEAST), 1.0 - _LEAST)
