"""Block: a few Gaussian weights with names and their full covariance, for what most events have.

Where inputs go together (three half-lives of one count, say), single variances do not know that
their weights share what is learned; the covariance does. One row of numbers: how often it was
learned, the means, the upper triangle of the covariance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from online_models.merge_rules import CLIP, Moves
from online_models.parts import FewNumbers
from online_models.tables import EMPTY, ModelBase, Names, Numbers, Tables, Values, empty
from online_models.weights import Floats

FAR = 4.0
"""Standard deviations of a weight, in quadratic mean over a block's. Merges move bases by up to 2;
a fit in several passes has been 24 away."""
_LEAST = 1e-12
"""Smallest share of itself that a precision may fall to."""
_ROUNDING = 1e-9
"""Smallest eigenvalue of a covariance, as a share of the largest."""


class Block(FewNumbers):
    """Weights that are learned together: a part of a model.

    Args:
        name: of the row of numbers.
        names: of the weights.
        start: mean and variance of each before anything is learned, shape (2, names).
        drift: what each variance may grow by when it is learned.
    """

    def __init__(self, name: str, names: Sequence[str], start: Floats, drift: float = 0.0) -> None:
        self.name, self.names, self._drift = name, tuple(names), drift
        self._start = packed(0.0, start[0], np.diag(start[1]))
        self.restore_tables({}, EMPTY)

    @property
    def width(self) -> int:
        """Numbers of the row."""
        return len(self._start)

    @property
    def rule(self) -> "BlockRule":
        """How replicas of it are merged."""
        return BlockRule(len(self.names), self._start, self._drift)

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
    """`merge_rules.Gaussian` with matrices, for weights that drift.

    A replica's covariance falls by what its events tell and grows by `drift` with each of them, so
    that in the long run both are in balance. Precisions alone do not tell the one from the other:
    their differences would be what was forgotten, added up over replicas, and worth less than
    nothing; and where they are in balance, nothing would keep the moves of many replicas from being
    added up to far beyond what all of them have moved towards. So

        P = (C0 + sum_r V_r)^-1 + sum_r E_r          with E_r, V_r of `_told(C0, P_r)`
        m = m0 + Q^-1 sum_r P_r (m_r - m0)
        Q = (C0 + d sum_r n_r)^-1 + sum_r E'_r       with E'_r of `_told(C0 + d n_r, P_r)`

    where `n_r` are the events of replica r and d is the drift: Q counts what events told before it
    was forgotten. Without drift, P = Q = P0 + sum_r (P_r - P0). No mean moves farther than `CLIP`
    times its largest move.
    """

    size: int
    untouched: Floats
    """The row before anything is learned."""
    drift: float = 0.0
    """What each variance may grow by with an event."""

    def start(self, names: Names) -> Values:
        """The row before anything is learned."""
        return np.tile(self.untouched, (len(names), 1))

    def merge(self, before: Values, moves: Moves) -> Values:
        """The next base; there is one row, or none."""
        if not len(before):
            return before
        count, mean, covariance = self._read(before[0])
        own = [self._read(values[0]) for _, values in moves]
        news = [_News.of(covariance, one[2], self._drifted(one[0] - count)) for one in own]
        step = sum((n.precision @ (one[1] - mean) for n, one in zip(news, own, strict=True)), 0.0)
        counted = sum(one[0] - count for one in own)
        farthest = np.max([np.abs(one[1] - mean) for one in own], axis=0)
        told = _joined(news)
        move = np.linalg.solve(told.firmness(covariance, self._drifted(counted)), step)
        return packed(
            count + counted,
            mean + np.clip(move, -CLIP * farthest, CLIP * farthest),
            told.added_to(covariance),
        )[None]

    def rebase(self, merged: Values, taken: Values, now: Values) -> Values:
        """What was told and forgotten between `taken` and `now`, on `merged`.

        Where `merged` lies more than `FAR` from `taken`, as a fit does that has come to other
        weights for much the same predictions, means move as they have moved. To weigh evidence
        there would need it free of the limits that means are held within, and it is not.
        """
        if not len(merged):
            return merged
        count, mean, covariance = self._read(merged[0])
        old_count, old_mean, old_covariance = self._read(taken[0])
        new_count, new_mean, new_covariance = self._read(now[0])
        drifted = self._drifted(new_count - old_count)
        told = _News.of(old_covariance, new_covariance, drifted)
        moved = new_mean - old_mean
        if _distance(mean - old_mean, covariance + old_covariance) <= FAR:
            forgotten = _inverse(_wider(old_covariance, drifted))
            step = told.precision @ (new_mean - mean) - forgotten @ (old_mean - mean)
            move = np.linalg.solve(told.firmness(covariance, drifted), step)
            moved = np.clip(move, -CLIP * np.abs(moved), CLIP * np.abs(moved))
        counted = count + (new_count - old_count)
        return packed(counted, mean + moved, told.added_to(covariance))[None]

    def _drifted(self, events: float) -> float:
        """By how much variances may have grown; none shrink where events are taken back."""
        return self.drift * max(events, 0.0)

    def information(self, names: Names, values: Values) -> Values:
        """How often it was learned."""
        del names
        counts: Values = values[:, 0]
        return counts

    def temper(self, names: Names, values: Values, share: float) -> Values:
        """`P = (C0 + share V)^-1 + share E` about the same means, with that share of the count."""
        del names
        if not len(values):
            return values
        start = self._read(self.untouched)[2]
        count, mean, covariance = self._read(values[0])
        evidence, forgotten = _told(start, _inverse(covariance))
        tempered = _inverse(_inverse(start + share * forgotten) + share * evidence)
        return packed(share * count, mean, tempered)[None]

    def _read(self, row: Floats) -> tuple[float, Floats, Floats]:
        """Count, means and covariance, which rounding may have spoilt."""
        count, mean, covariance = unpacked(row, self.size)
        return count, mean, _sound(covariance)


class _News(NamedTuple):
    """What covariances tell of the events between them; of several replicas, added up."""

    precision: Floats
    """Of the later covariance."""
    evidence: Floats
    """Precision that was gained."""
    forgotten: Floats
    """Variance that was gained."""
    gross: Floats
    """Precision that events told, whether or not it was forgotten since."""

    @classmethod
    def of(cls, before: Floats, after: Floats, drifted: float) -> "_News":
        """Of one replica, whose variances may have grown by `drifted`."""
        precision = _inverse(after)
        gross, _ = _told(_wider(before, drifted), precision)
        return cls(precision, *_told(before, precision), gross)

    def added_to(self, covariance: Floats) -> Floats:
        """The covariance after all of it: forgotten first, then told."""
        return _inverse(_inverse(covariance + self.forgotten) + self.evidence)

    def firmness(self, covariance: Floats, drifted: float) -> Floats:
        """How firmly means are held against what moves them."""
        firm: Floats = _inverse(_wider(covariance, drifted)) + self.gross
        return firm


def _joined(news: Sequence[_News]) -> _News:
    return _News(*(np.sum(parts, axis=0) for parts in zip(*news, strict=True)))


def _told(covariance: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """Precision gained and variance gained from `covariance` to `precision`; both positive.

    With `L L' = C` and `L' P L = U x U'`: directions with x > 1 have become more certain, those
    with x < 1 less, and `P = (C + V)^-1 + E`.
    """
    root = np.linalg.cholesky(covariance)
    ratios, directions = np.linalg.eigh(_even(root.T @ precision @ root))
    gained = np.maximum(ratios - 1.0, 0.0)
    lost = np.maximum(1.0 / np.maximum(ratios, _LEAST) - 1.0, 0.0)
    inward, outward = np.linalg.solve(root.T, directions), root @ directions
    return _even((inward * gained) @ inward.T), _even((outward * lost) @ outward.T)


def _distance(way: Floats, covariance: Floats) -> float:
    """Length of `way` in standard deviations, quadratic mean over weights (Mahalanobis)."""
    return float(np.sqrt(way @ np.linalg.solve(covariance, way) / len(way)))


def _wider(covariance: Floats, by: float) -> Floats:
    wider: Floats = covariance + by * np.eye(len(covariance))
    return wider


def _sound(covariance: Floats) -> Floats:
    """`covariance`, or where it is not positive definite the nearest that is, by eigenvalues."""
    try:
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return _even((vectors * np.maximum(values, _ROUNDING * values[-1])) @ vectors.T)
    return covariance


def _inverse(matrix: Floats) -> Floats:
    """Of a positive definite matrix, symmetric to the last bit."""
    return _even(np.linalg.inv(matrix).astype(np.float64))


def _even(matrix: Floats) -> Floats:
    """`matrix` made symmetric, where rounding has spoilt it."""
    even: Floats = (matrix + matrix.T) / 2.0
    return even
