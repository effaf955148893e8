"""Block: a few Gaussian weights with names and their full covariance, for what most events have.

Where inputs go together (three half-lives of one count, say), single variances do not know that
their weights share what is learned; the covariance does. One row of numbers: how often it was
learned, the means, the upper triangle of the covariance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from online_models.merge_rules import CLIP, Moves
from online_models.parts import FewNumbers
from online_models.tables import EMPTY, ModelBase, Names, Numbers, Tables, Values, empty
from online_models.weights import Floats

_LEAST = 1e-12
"""Smallest eigenvalue of a precision."""


class Block(FewNumbers):
    """Weights that are learned together: a part of a model.

    Args:
        name: of the row of numbers.
        names: of the weights.
        start: mean and variance of each before anything is learned, shape (2, names).
    """

    def __init__(self, name: str, names: Sequence[str], start: Floats) -> None:
        self.name, self.names = name, tuple(names)
        self._start = packed(0.0, start[0], np.diag(start[1]))
        self.restore_tables({}, EMPTY)

    @property
    def width(self) -> int:
        """Numbers of the row."""
        return len(self._start)

    @property
    def rule(self) -> "BlockRule":
        """How replicas of it are merged."""
        return BlockRule(len(self.names), self._start)

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """Hold what `own` has under its name, else what `base` has."""
        start = self._row_of(base.tables, self._start)
        self._base = float(start[0])
        row = self._row_of(own, start)
        count, self.mean, self.covariance = unpacked(row, len(self.names))
        self.count = np.array([count])
        """How often it was learned; an array, since compiled code counts."""
        self._told = count

    def state(self) -> Numbers:
        """The row, where anything was learned since the base."""
        return self._row() if self.count[0] != self._base else {}

    def touched(self) -> Numbers:
        """The row, where anything was learned since the last call."""
        if self.count[0] == self._told:
            return {}
        self._told = float(self.count[0])
        return self._row()

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        if name != self.name or len(values) != self.width:
            return False
        _, _, covariance = unpacked(np.array(values), len(self.names))
        return bool(np.all(np.diag(covariance) > 0.0))

    def _row_of(self, tables: Tables, otherwise: Floats) -> Floats:
        held = tables.get(self.width, empty(self.width))
        row: Floats = held.lookup(np.array([self.name.encode()]), otherwise[None])[0]
        return row

    def _row(self) -> Numbers:
        row = packed(float(self.count[0]), self.mean, self.covariance)
        return {self.name: tuple(row.tolist())}


@lru_cache
def _triangle(size: int) -> npt.NDArray[np.intp]:
    """Places of the upper triangle in a flat matrix; numpy's own take longer than all the rest."""
    rows, columns = np.triu_indices(size)
    return rows * size + columns


def packed(count: float, mean: Floats, covariance: Floats) -> Floats:
    """The inverse of `unpacked`."""
    return np.concatenate(([count], mean, covariance.ravel()[_triangle(len(mean))]))


def unpacked(row: Floats, size: int) -> tuple[float, Floats, Floats]:
    """Count, means and covariance of a row."""
    covariance = np.zeros((size, size))
    covariance.ravel()[_triangle(size)] = row[1 + size :]
    covariance.T.flat[_triangle(size)] = row[1 + size :]
    return float(row[0]), row[1 : 1 + size].copy(), covariance


@dataclass(frozen=True, slots=True, eq=False)
class BlockRule:
    """`merge_rules.Gaussian` with matrices.

    Precisions `P = P0 + sum_r (P_r - P0)`, means `m = m0 + sum_r P^-1 P_r (m_r - m0)`; no mean
    moves farther than `CLIP` times its largest move.
    """

    size: int
    untouched: Floats
    """The row before anything is learned."""

    def start(self, names: Names) -> Values:
        """The row before anything is learned."""
        return np.tile(self.untouched, (len(names), 1))

    def merge(self, before: Values, moves: Moves) -> Values:
        """The next base; there is one row, or none."""
        if not len(before):
            return before
        count, mean, covariance = unpacked(before[0], self.size)
        base, counted = _precision(covariance), count
        precisions, steps, farthest = [base], np.zeros(self.size), np.zeros(self.size)
        for _, values in moves:
            own_count, own_mean, own_covariance = unpacked(values[0], self.size)
            counted += own_count - count
            precisions.append(_precision(own_covariance))
            steps += precisions[-1] @ (own_mean - mean)
            farthest = np.maximum(farthest, np.abs(own_mean - mean))
        joined = _inverse(sum((one - base for one in precisions), base), precisions)
        move = np.clip(joined @ steps, -CLIP * farthest, CLIP * farthest)
        return packed(counted, mean + move, joined)[None]

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """Differences of natural parameters, the means' moves limited likewise."""
        if not len(merged):
            return merged
        count, mean, covariance = unpacked(merged[0], self.size)
        old_count, old_mean, old_covariance = unpacked(taken[0], self.size)
        new_count, new_mean, new_covariance = unpacked(now[0], self.size)
        base, old, new = map(_precision, (covariance, old_covariance, new_covariance))
        joined = _inverse(base + (new - old), [base, new])
        step = joined @ (new @ (new_mean - mean) - old @ (old_mean - mean))
        farthest = CLIP * np.abs(new_mean - old_mean)
        move = np.clip(step, -farthest, farthest)
        return packed(count + (new_count - old_count), mean + move, joined)[None]

    def information(self, names: Names, values: Values) -> Values:
        """How often it was learned."""
        del names
        counts: Values = values[:, 0]
        return counts

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """`P = P0 + share (P - P0)` about the same means, with that share of the count."""
        if not len(values):
            return values
        start = _precision(unpacked(self.start(names)[0], self.size)[2])
        count, mean, covariance = unpacked(values[0], self.size)
        known = _precision(covariance)
        tempered = _inverse(start + share * (known - start), [start, known])
        return packed(share * count, mean, tempered)[None]


def _precision(covariance: Floats) -> Floats:
    inverse: Floats = np.linalg.inv(covariance).astype(np.float64)
    return inverse


def _inverse(precision: Floats, known: Sequence[Floats]) -> Floats:
    """Covariance of a precision matrix.

    In no direction is it less certain than the least certain of the precisions `known` is in any:
    where covariances grow, differences of precisions may add up to less than nothing.
    """
    least = min(float(np.linalg.eigvalsh(_even(one))[0]) for one in known)
    values, vectors = np.linalg.eigh(_even(precision))
    return _even((vectors / np.maximum(values, max(least, _LEAST))) @ vectors.T)


def _even(matrix: Floats) -> Floats:
    """`matrix` made symmetric, where rounding has spoilt it."""
    even: Floats = (matrix + matrix.T) / 2.0
    return even
