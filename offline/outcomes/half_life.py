"""Half-life regression: what a memory model has to beat.

Settles, Meeder, "A Trainable Spaced Repetition Model for Language Learning", ACL 2016, eq. 1-3:
`p = 2^(-t / h)`, t days since the last practice, `h = 2^(theta . x)`, x = (sqrt(1 + right),
sqrt(1 + wrong), 1, which item); bounds of h and p as in the published code. Learned one answer at a
time, in two ways:

- as published: the slope of `(p - y)^2 + .01 (h - h_y)^2 + .1 |theta|^2` with
  `h_y = -t / log2(y)`, steps of .001 / (1 + p) / sqrt(1 + uses of the weight);
- by cross-entropy, which is what it is measured by here, with AdaGrad steps of .3.
"""

from collections.abc import Iterator
from math import log

import numpy as np

from offline.answers import Answers, Numbers

_DAY_SEC = 86_400.0
_SHORTEST, _LONGEST = 15.0 / 1440.0, 274.0
"""Days."""
_LEAST = 1e-4
_LN2 = log(2.0)
_BIAS, _FIRST_ITEM = 2, 3


class Repeats:
    """The rows that repeat an item, and what was practised before."""

    def __init__(self, answers: Answers, at: Numbers) -> None:
        self.rows, self.right, self.wrong, self.days = [], [], [], []
        last: dict[tuple[int, int], tuple[float, float, float]] = {}
        pairs = zip(answers.user.tolist(), answers.item.tolist(), strict=True)
        for row, (pair, now, y) in enumerate(
            zip(pairs, at.tolist(), answers.correct.tolist(), strict=True)
        ):
            right, wrong, before = last.get(pair, (0.0, 0.0, now))
            if pair in last:
                self.rows.append(row)
                self.right.append(right)
                self.wrong.append(wrong)
                self.days.append(max(now - before, 1.0) / _DAY_SEC)
            last[pair] = (right + y, wrong + 1.0 - y, now)


def predicted(answers: Answers, at: Numbers, *, published: bool) -> tuple[Numbers, Numbers]:
    """Rows that repeat an item, and what each was predicted, before it was learned."""
    repeats = Repeats(answers, at)
    learn = _published if published else _by_cross_entropy
    weights = np.zeros(_FIRST_ITEM + len(answers.items))
    memory = np.zeros(len(weights)) if published else np.full(len(weights), 0.1)
    out = []
    for x, places, days, y in _lessons(repeats, answers):
        half_life = float(
            np.clip(2.0 ** np.clip(weights[places] @ x, -20, 20), _SHORTEST, _LONGEST)
        )
        p = min(max(2.0 ** (-days / half_life), _LEAST), 1.0 - _LEAST)
        out.append(p)
        learn(weights, memory, (x, places), (days, half_life, p), y)
    return np.array(repeats.rows), np.array(out)


def _lessons(
    repeats: Repeats, answers: Answers
) -> Iterator[tuple[Numbers, list[int], float, float]]:
    for row, right, wrong, days in zip(
        repeats.rows, repeats.right, repeats.wrong, repeats.days, strict=True
    ):
        x = np.array((np.sqrt(1.0 + right), np.sqrt(1.0 + wrong), 1.0, 1.0))
        places = [0, 1, _BIAS, _FIRST_ITEM + int(answers.item[row])]
        yield x, places, days, float(answers.correct[row])


def _published(
    weights: Numbers,
    uses: Numbers,
    inputs: tuple[Numbers, list[int]],
    seen: tuple[float, float, float],
    y: float,
) -> None:
    x, places = inputs
    days, half_life, p = seen
    target = min(max(y, _LEAST), 1.0 - _LEAST)
    wanted = min(max(-days / np.log2(target), _SHORTEST), _LONGEST)
    of_p = 2.0 * (p - y) * _LN2**2 * p * (days / half_life) * x
    of_h = 2.0 * (half_life - wanted) * _LN2 * half_life * x
    rate = 0.001 / (1.0 + p) / np.sqrt(1.0 + uses[places])
    weights[places] -= rate * (of_p + 0.01 * of_h + 0.1 * weights[places])
    uses[places] += 1.0


def _by_cross_entropy(
    weights: Numbers,
    squares: Numbers,
    inputs: tuple[Numbers, list[int]],
    seen: tuple[float, float, float],
    y: float,
) -> None:
    x, places = inputs
    days, half_life, p = seen
    slope = (p - y) / (1.0 - p) * _LN2**2 * (days / half_life) * x
    squares[places] += slope * slope
    weights[places] -= 0.3 * slope / np.sqrt(squares[places])
