"""Gaussian weights of one model: a block that every event teaches, and many of single things.

Both are learned by the filter of `gaussian`: for the score `z = mu . x` of variance V, an event
whose log likelihood has slope r and curvature -S in z moves `mu` by `C x r D` and `C` by
`- (C x) (C x)' S D` with `D = 1 / (1 + S V)`.
"""

from collections.abc import Mapping
from math import exp
from typing import Any, NamedTuple

import numpy as np

from online_models.block import Block
from online_models.compiled import compiled
from online_models.gaussian import LEAST, block_learn, block_score, learned
from online_models.merge_rules import Gaussian, Rule
from online_models.parts import OfParts
from online_models.tables import (
    Names,
    Values,
    hashes_of,
)
from online_models.things import Entries, Joined
from online_models.weights import (
    Floats,
    Keys,
    Table,
    Weights,
    keep,
    look_up,
)

Prior = tuple[float, float]
"""Mean and variance of a weight that has learned nothing."""

LIMIT = 1e3
"""Inputs beyond are no honest ones: those are logarithms, shares and signs."""

_BLOCK = "shared"
_PAIR = 2
_KIND = 0xFF
_FAR = 30.0


@compiled
def are_finite(inputs: Floats) -> bool:
    """Whether all of `inputs` can be learned from; NaN fails the comparison."""
    return bool((inputs * inputs).sum() <= LIMIT * LIMIT)


def sigmoid(score: float) -> float:
    """`1 / (1 + e^-score)` within [`LEAST`, 1 - `LEAST`]; `LEAST` where the score is no number."""
    plain = 1.0 / (1.0 + exp(-min(max(-_FAR, score), _FAR)))
    return min(max(plain, LEAST), 1.0 - LEAST)


class Priors:
    """What the weights of a model start from.

    Args:
        shared: of the block, by name, in the order of its inputs.
        sparse: variance by kind of thing; means are 0.
        drift: what variances of the block grow by at each use.
    """

    def __init__(
        self, shared: Mapping[str, Prior], sparse: Mapping[int, float], drift: float = 1e-7
    ) -> None:
        self.names = tuple(shared)
        self.drift = drift
        self._shared = np.array([*shared.values()]).T
        self.starts = np.tile((0.0, 1.0), (max(sparse) + 1, 1))
        """Mean and variance by kind."""
        self.starts[[*sparse], 1] = [*sparse.values()]
        self.kinds = frozenset(sparse)

    def block(self) -> Block:
        """The shared weights, knowing nothing."""
        return Block(_BLOCK, self.names, self._shared, self.drift)

    def rules(self) -> dict[int, Rule]:
        """How the weights of many replicas become one, by width."""
        return {self.block().width: self.block().rule, _PAIR: Gaussian(self._start)}

    def _start(self, names: Names) -> Values:
        kinds = hashes_of(names) & np.uint64(_KIND)
        return self.starts[np.minimum(kinds.astype(np.intp), len(self.starts) - 1)]


Arrays = tuple[Any, ...]
"""A plain tuple of arrays: a named one takes longer on its way into compiled code."""


class Held(NamedTuple):
    """Weights as compiled code reads them."""

    mean: Floats
    """Of the shared weights."""
    covariance: Floats
    own: Table
    base: Table
    starts: Floats
    """Mean and variance by kind of what neither table has."""


class Lesson(NamedTuple):
    """What an event says of the score."""

    slope: float
    """Of the log likelihood in the score: y - p for a probability."""
    curvature: float
    """Minus the second derivative of the same: p (1 - p) for a probability."""
    informs: float = 1.0
    """1 where the event brings information, 0 where it corrects what an earlier one said."""


class Beliefs(OfParts):
    """The weights in one partition: its own over those of a base; a part of a model.

    Args:
        priors: what they start from.
        max_keys: own weights of single things held at most; then the half that says least goes.
    """

    def __init__(self, priors: Priors, max_keys: int) -> None:
        self.drift = priors.drift
        """What variances of the block grow by at each use."""
        self._block = priors.block()
        self._weights = Weights(priors.starts, max_keys, priors.kinds)
        super().__init__(self._weights, self._block)

    @property
    def mean(self) -> Floats:
        """Of the shared weights; may be written."""
        mean: Floats = self._block.mean
        return mean

    @property
    def held(self) -> Arrays:
        """What compiled code makes a `Held` of."""
        block, weights = self._block, self._weights
        return block.mean, block.covariance, weights.own, weights.base, weights.start

    def read(self, x: Floats, entries: Entries) -> tuple[float, float]:
        """The score and its variance."""
        found: tuple[float, float] = _read(x, tuple(entries), self.held)
        return found

    def read_many(self, x: Floats, entries: Joined) -> Floats:
        """`read` of each row of `x`, shape (rows, 2)."""
        found: Floats = _read_many(x, tuple(entries), self.held)
        return found

    def learn(self, x: Floats, entries: Entries, lesson: Lesson) -> None:
        """Move every weight whose input is not 0."""
        into = self.into(len(entries.keys))  # first: it may make another table
        _learn(x, tuple(entries), tuple(lesson), self.held, into, self.drift)
        self.count()

    def into(self, entries: int) -> Arrays:
        """Where compiled code notes which sparse weights it has learned, so many at most.

        To be asked for before `held`, since it makes room.
        """
        weights = self._weights
        weights.make_room(entries)
        return weights.changes, weights.notes

    def count(self) -> None:
        """Something was learned."""
        self._block.count[0] += 1.0


@compiled
def probability(score: float) -> float:
    """`sigmoid`, compiled; NaN where the score is no number."""
    return float(min(max(1.0 / (1.0 + np.exp(-score)), LEAST), 1.0 - LEAST))


@compiled
def pairs_of(keys: Keys, held: Any) -> Floats:
    """Mean and variance of the sparse weights of `keys`, shape (n, 2)."""
    pairs, starts = np.empty((len(keys), 2)), held.starts
    for n in range(len(keys)):
        kind = keys[n] & np.uint64(_KIND)
        pairs[n, 0], pairs[n, 1] = starts[kind, 0], starts[kind, 1]
    look_up(keys, 0, len(keys), held.own, held.base, pairs)
    return pairs


@compiled
def read(x: Floats, entries: Any, held: Any) -> Any:
    """The score and its variance."""
    score, spread = block_score(x, held.mean, held.covariance, np.empty(len(x)))
    pairs, inputs = pairs_of(entries.keys, held), entries.x
    for n in range(len(inputs)):
        score += pairs[n, 0] * inputs[n]
        spread += pairs[n, 1] * inputs[n] * inputs[n]
    return score, spread


@compiled
def _read(x: Floats, entries: Any, held: Any) -> Any:
    return read(x, Entries(*entries), Held(*held))


@compiled
def _read_many(x: Floats, entries: Any, held: Any) -> Floats:
    return read_many(x, Joined(*entries), Held(*held))


@compiled
def read_many(x: Floats, entries: Any, held: Any) -> Floats:
    """`read` of each row of `x`, shape (rows, 2)."""
    out, first = np.empty((len(x), 2)), 0
    ends, values = entries.ends, entries.x
    pairs, reach = pairs_of(entries.keys, held), np.empty(x.shape[1])
    for row in range(len(x)):
        score, spread = block_score(x[row], held.mean, held.covariance, reach)
        for n in range(first, ends[row]):
            score += pairs[n, 0] * values[n]
            spread += pairs[n, 1] * values[n] * values[n]
        out[row, 0], out[row, 1], first = score, spread, ends[row]
    return out


@compiled
def learn(x: Floats, entries: Any, lesson: Any, held: Any, into: Any, drift: float) -> None:
    """Move every weight whose input is not 0; `into` and `drift` are those of `Beliefs`."""
    pairs, inputs, reach = pairs_of(entries.keys, held), entries.x, np.empty(len(x))
    _, spread = block_score(x, held.mean, held.covariance, reach)
    for n in range(len(inputs)):
        spread += pairs[n, 1] * inputs[n] * inputs[n]
    damping = 1.0 / (1.0 + lesson.curvature * spread)
    error = lesson.slope * damping
    shrink = lesson.informs * lesson.curvature * damping
    block_learn(held.mean, held.covariance, reach, error, shrink, lesson.informs * drift)
    for n in range(len(inputs)):
        mean, variance = learned(pairs[n, 0], pairs[n, 1], inputs[n], error, shrink, 0.0)
        pairs[n, 0], pairs[n, 1] = mean, variance
    keep(entries.keys, inputs, (0, len(inputs)), pairs, held.own, (into[0], into[1]))


@compiled
def _learn(x: Floats, entries: Any, lesson: Any, held: Any, into: Any, drift: float) -> None:
    learn(x, Entries(*entries), Lesson(*lesson), Held(*held), into, drift)
