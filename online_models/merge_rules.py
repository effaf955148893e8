"""The rules by which numbers of replicas are merged; `merging` applies them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from online_models.tables import Names, Rows, Values

CLIP = 3.0
"""A merge moves a mean at most so many times as far as any replica has moved it."""

_LEAST, _MOST = 1e-15, 1e15
"""Variances beyond are taken for these."""

Start = Callable[[Names], Values]
"""Names -> what each holds that nobody has learned, (n, width)."""

Moves = Sequence[tuple[Rows, Values]]
"""A replica each: rows that it has changed, and what it has made of them."""


class Rule(Protocol):
    """How numbers of one width are merged; the arrays have one row a name."""

    def start(self, names: Names) -> Values:
        """What is held under a name that nobody has learned."""

    def merge(self, before: Values, moves: Moves) -> Values:
        """The next base from the one before and what replicas have made of it."""

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """`merged` with what a replica has learned between `taken` and `now`."""

    def information(self, names: Names, values: Values) -> Values:
        """(n,): how much each name says; what says least is dropped first."""

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """The same beliefs, held as firmly as `share` of what was seen would have them held.

        `share` lies in [0, 1]: with 1 nothing changes, with 0 means and facts stay, and the next
        event moves them as it would have moved the start.
        """


@dataclass(frozen=True, slots=True)
class Gaussian:
    """(mean, variance): precisions and precision-weighted means are added up.

    With precision `p = 1 / variance`: `p = p0 + sum_r (p_r - p0)` and `p m = p0 m0 + sum_r (p_r m_r
    - p0 m0)`, the product of what each replica's answers say (Bayesian committee machine: Tresp,
    Neural Computation 12, 2000, eq. 9), written here as moves: `m = m0 + sum_r p_r (m_r - m0) / p`.
    Then |m - m0| is limited to `CLIP` times the largest move, since the answers of many replicas
    say less than their sum where few numbers are learned by all.
    """

    prior: Start

    def start(self, names: Names) -> Values:
        """The prior."""
        return self.prior(names)

    def merge(self, before: Values, moves: Moves) -> Values:
        """Sums of natural parameters, the mean's move limited."""
        precision, steps, limit = _joined(before, moves)
        move = np.clip(steps / precision, -limit, limit)
        return np.column_stack((before[:, 0] + move, 1.0 / precision))

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """Differences of natural parameters, the mean's move limited likewise."""
        old, new = _precision(taken), _precision(now)
        precision = _positive(_precision(merged) + (new - old), _precision(merged), new)
        step = new * (now[:, 0] - merged[:, 0]) - old * (taken[:, 0] - merged[:, 0])
        limit = CLIP * np.abs(now[:, 0] - taken[:, 0])
        move = np.clip(step / precision, -limit, limit)
        return np.column_stack((merged[:, 0] + move, 1.0 / precision))

    def information(self, names: Names, values: Values) -> Values:
        """Nats between the prior and what is believed now (Kullback-Leibler, Gaussians)."""
        prior = self.prior(names)
        ratio = values[:, 1] / prior[:, 1]
        shift = (values[:, 0] - prior[:, 0]) ** 2 / prior[:, 1]
        return 0.5 * (ratio + shift - 1.0 - np.log(ratio))

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """`p = p0 + share (p - p0)` about the same mean."""
        prior = _precision(self.prior(names))
        precision = prior + share * (_precision(values) - prior)
        return np.column_stack((values[:, 0], 1.0 / precision))


@dataclass(frozen=True, slots=True)
class DenseGaussian:
    """(mean, variance, count): a `Gaussian` that also counts how often it was learned."""

    prior: Start

    def start(self, names: Names) -> Values:
        """The prior."""
        return self.prior(names)

    def merge(self, before: Values, moves: Moves) -> Values:
        """As `Gaussian`; counts are added."""
        merged = Gaussian(self.prior).merge(before, moves)
        counts = before[:, 2].copy()
        for rows, values in moves:
            counts[rows] += values[:, 2] - before[rows, 2]
        return np.column_stack((merged, counts))

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """As `Gaussian`; what was counted since is added."""
        rebased = Gaussian(self.prior).rebase(merged, taken, now)
        return np.column_stack((rebased, merged[:, 2] + (now[:, 2] - taken[:, 2])))

    def information(self, names: Names, values: Values) -> Values:
        """How often it was learned."""
        del names
        return values[:, 2]

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """As `Gaussian`, with that share of the count."""
        tempered = Gaussian(self.prior).temper(names, values, share)
        return np.column_stack((tempered, share * values[:, 2]))


@dataclass(frozen=True, slots=True)
class Mean:
    """(values ..., count): the moves' mean, weighed by what each replica has counted since."""

    prior: Start

    def start(self, names: Names) -> Values:
        """The prior."""
        return self.prior(names)

    def merge(self, before: Values, moves: Moves) -> Values:
        """Counted mean of the moves."""
        return _averaged(before, moves)

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """What was added since is added."""
        return merged + (now - taken)

    def information(self, names: Names, values: Values) -> Values:
        """What was counted."""
        del names
        return values[:, -1]

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """The same means, with that share of the count."""
        del names
        return np.column_stack((values[:, :-1], share * values[:, -1]))


@dataclass(frozen=True, slots=True)
class Additive:
    """Sums of what was seen, starting from 0; what each replica has added is added.

    Where they fade, the last number is the time they are brought up to:
    `S(t) = S(s) 2^(-(t - s) / half_life)`.
    """

    width: int
    half_life: float | None = None
    """In units of the last number; None where nothing fades."""
    count: int = 0
    """Which of the numbers says how much was seen."""

    def start(self, names: Names) -> Values:
        """Zeros."""
        return np.zeros((len(names), self.width))

    def merge(self, before: Values, moves: Moves) -> Values:
        """Everything brought to the newest time, then added."""
        at = before[:, -1].copy()
        for rows, values in moves:
            at[rows] = np.maximum(at[rows], values[:, -1])
        merged = self._at(before, at)
        for rows, values in moves:
            added = self._at(values, at[rows]) - self._at(before[rows], at[rows])
            merged[rows] += added
        return self._dated(merged, at)

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """What was added since, at the newest time, is added."""
        at = np.maximum(np.maximum(merged[:, -1], taken[:, -1]), now[:, -1])
        added = self._at(now, at) - self._at(taken, at)
        return self._dated(self._at(merged, at) + added, at)

    def information(self, names: Names, values: Values) -> Values:
        """What was seen, at the newest time."""
        del names
        at = np.full(len(values), values[:, -1].max(initial=0.0))
        return self._at(values, at)[:, self.count]

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """That share of the sums."""
        del names
        tempered = share * values
        return tempered if self.half_life is None else self._dated(tempered, values[:, -1])

    def _at(self, values: Values, at: Values) -> Values:
        """`values` as of `at`, which is not before their own time."""
        if self.half_life is None:
            return values.copy()
        return values * np.exp2(-(at - values[:, -1]) / self.half_life)[:, None]

    def _dated(self, values: Values, at: Values) -> Values:
        if self.half_life is not None:
            values[:, -1] = at
        return values


@dataclass(frozen=True, slots=True)
class Newest:
    """Facts (values ..., when they were stated): what was stated last holds.

    Of what was stated at one time the largest holds, number by number from the first.
    """

    width: int

    def start(self, names: Names) -> Values:
        """Zeros, stated in 1970."""
        return np.zeros((len(names), self.width))

    def merge(self, before: Values, moves: Moves) -> Values:
        """What was stated last."""
        merged = before.copy()
        for rows, values in moves:
            merged[rows] = _newest(merged[rows], values)
        return merged

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """What was stated last."""
        del taken
        return _newest(merged, now)

    def information(self, names: Names, values: Values) -> Values:
        """When it was stated."""
        del names
        return values[:, -1]

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """Facts stay facts."""
        del names, share
        return values.copy()


def _newest(one: Values, other: Values) -> Values:
    """Row by row."""
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    rows = [max(pair, key=lambda row: (row[-1], row)) for pair in pairs]
    return np.array(rows).reshape(one.shape)


def _precision(values: Values) -> Values:
    return 1.0 / np.clip(values[:, 1], _LEAST, _MOST)


def _positive(precision: Values, *bounds: Values) -> Values:
    """`precision`, but never less than the least of `bounds`: variances may grow meanwhile."""
    return np.maximum(precision, np.minimum.reduce(bounds))


def _joined(before: Values, moves: Moves) -> tuple[Values, Values, Values]:
    """Precision, precision-weighted sum of moves, and the farthest that the mean may move."""
    base = _precision(before)
    precision, least = base.copy(), base.copy()
    steps, limit = np.zeros(len(before)), np.zeros(len(before))
    for rows, values in moves:
        own, move = _precision(values), values[:, 0] - before[rows, 0]
        precision[rows] += own - base[rows]
        least[rows] = np.minimum(least[rows], own)
        steps[rows] += own * move
        limit[rows] = np.maximum(limit[rows], CLIP * np.abs(move))
    return _positive(precision, least), steps, limit


def _averaged(before: Values, moves: Moves) -> Values:
    """(values ..., count): counted mean of the moves, sum of the counts."""
    steps, counted = np.zeros_like(before[:, :-1]), np.zeros(len(before))
    for rows, values in moves:
        count = np.maximum(values[:, -1] - before[rows, -1], 0.0)
        steps[rows] += count[:, None] * (values[:, :-1] - before[rows, :-1])
        counted[rows] += count
    moved = steps / np.where(counted > 0.0, counted, 1.0)[:, None]
    return np.column_stack((before[:, :-1] + moved, before[:, -1] + counted))


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Several rules of two numbers each, for the parts of one row."""

    rules: tuple[Rule, ...]

    def start(self, names: Names) -> Values:
        """The parts' starts."""
        return np.hstack([rule.start(names) for rule in self.rules])

    def merge(self, before: Values, moves: Moves) -> Values:
        """The parts merged."""
        parts = [
            rule.merge(before[:, part], [(rows, values[:, part]) for rows, values in moves])
            for rule, part in self._parts()
        ]
        return np.hstack(parts)

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """The parts re-based."""
        return np.hstack(
            [
                rule.rebase(merged[:, part], taken[:, part], now[:, part])
                for rule, part in self._parts()
            ]
        )

    def information(self, names: Names, values: Values) -> Values:
        """The sum of what the parts say."""
        return sum(
            (rule.information(names, values[:, part]) for rule, part in self._parts()),
            np.zeros(len(names)),
        )

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """The parts tempered."""
        return np.hstack(
            [rule.temper(names, values[:, part], share) for rule, part in self._parts()]
        )

    def _parts(self) -> list[tuple[Rule, slice]]:
        return [(rule, slice(2 * n, 2 * n + 2)) for n, rule in enumerate(self.rules)]
