"""Gaussian weights by name: some that every event teaches, and many of single things.

Both are learned by assumed-density filtering (Opper, "A Bayesian Approach to On-line Learning",
1998): for the input x of a weight, `mean += v x pull`, `v += drift - (v x)^2 shrink`, with
`pull = r D`, `shrink = S D`, `D = 1 / (1 + S V)`, `V = sum v x^2`; r is the slope of the log
likelihood in the score, S its curvature.
"""

from collections.abc import Callable, Iterable, Mapping
from math import exp, hypot
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from online_models.compiled import compiled
from online_models.contract import Numbers
from online_models.merge_rules import DenseGaussian, Gaussian, Rule
from online_models.named_numbers import NamedNumbers, is_name
from online_models.tables import EMPTY, ModelBase, Names, Values
from online_models.things import Entries

Floats = npt.NDArray[np.float64]

SHARED_WIDTH, SPARSE_WIDTH = 3, 2


class Priors(NamedTuple):
    """Mean and variance of weights that have learned nothing."""

    shared: Mapping[str, tuple[float, float]]
    """By name, in the order of the inputs."""
    sparse: Mapping[str, float]
    """Variance by kind, one letter; their means are 0."""

    def rules(self) -> dict[int, Rule]:
        """How the weights of many replicas become one."""
        return {
            SHARED_WIDTH: DenseGaussian(_start(lambda name: (*self.shared[name], 0.0))),
            SPARSE_WIDTH: Gaussian(_start(lambda name: (0.0, self.sparse[name[0]]))),
        }

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        if name in self.shared:
            return len(values) == SHARED_WIDTH and values[1] > 0.0 and values[2] >= 0.0
        known = name[:1] in self.sparse and name[1:2] == ":" and is_name(name[2:])
        return known and len(values) == SPARSE_WIDTH and values[1] > 0.0


def _start(prior: Callable[[str], tuple[float, ...]]) -> Callable[[Names], Values]:
    def start(names: Names) -> Values:
        return np.array([prior(name.decode()) for name in names.tolist()])

    return start


LIMIT = 1e3
"""Inputs beyond are no honest ones: those are logarithms, shares and signs."""


def are_finite(inputs: Iterable[float]) -> bool:
    """Whether all of `inputs` can be learned from; NaN fails the comparison."""
    return hypot(*inputs) <= LIMIT


LEAST = 1e-4
"""No probability is ever nearer to 0 or 1."""


def sigmoid(score: float) -> float:
    """`1 / (1 + e^-score)` within [`LEAST`, 1 - `LEAST`]; 1/2 where the score is no number."""
    if score != score:  # noqa: PLR0124 - NaN
        return 0.5
    plain = 1.0 / (1.0 + exp(-min(max(score, -_FAR), _FAR)))
    return min(max(plain, LEAST), 1.0 - LEAST)


_FAR = 30.0


class Step(NamedTuple):
    """How far weights move, for a unit of variance and input."""

    pull: float
    shrink: float


def step(slope: float, curvature: float, spread: float) -> Step:
    """The step that an event makes.

    Args:
        slope: of the log likelihood in the score: y - p for a probability.
        curvature: of the same, positive: p (1 - p) for a probability.
        spread: V, the variance of the score.
    """
    damping = 1.0 / (1.0 + curvature * spread)
    return Step(slope * damping, curvature * damping)


class Beliefs:
    """The weights of one model in one partition: its own over those of a base.

    Args:
        priors: what weights start from.
        drift: what the variance of a shared weight grows by at each use.
        max_keys: own sparse weights held at most; then the half that says least goes.
    """

    def __init__(self, priors: Priors, drift: float, max_keys: int) -> None:
        self._names = tuple(priors.shared)
        self._prior = np.array([(*prior, 0.0) for prior in priors.shared.values()]).T
        self._unknown = {kind: (0.0, prior) for kind, prior in priors.sparse.items()}
        self._drift = drift
        self._max_keys = max_keys
        self._sparse = NamedNumbers()
        self.adopt({}, EMPTY)

    def adopt(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase) -> None:
        """Hold exactly `numbers` as own ones, over those of `base`."""
        self.shared = self._prior.copy()
        """(3, shared weights): mean, variance, times learned."""
        self._own = np.zeros(len(self._names), np.bool_)
        self._changed = self._own.copy()
        for place, name in enumerate(self._names):
            self._own[place] = name in numbers
            held = numbers.get(name) or base.numbers.get(name)
            if held:
                self.shared[:, place] = held
        self._sparse.adopt({k: v for k, v in numbers.items() if k[1:2] == ":"}, base)

    def sparse(self, name: str) -> tuple[float, ...]:
        """Mean and variance of a sparse weight."""
        return self._sparse.get(name, self._unknown[name[0]])

    def read(self, x: Floats, entries: Entries) -> tuple[float, float]:
        """The score and its variance."""
        score, spread = _read(self.shared, x)
        more, doubt = self.read_sparse(entries)
        return score + more, spread + doubt

    def read_sparse(self, entries: Entries) -> tuple[float, float]:
        """What the sparse weights add to the score and its variance."""
        score = spread = 0.0
        for name, value in entries:
            mean, variance = self.sparse(name)
            score += mean * value
            spread += variance * value * value
        return score, spread

    def read_many(self, x: Floats, groups: Iterable[Entries]) -> tuple[Floats, Floats]:
        """`read` of each row of `x` with its sparse inputs."""
        sparse = np.array([self.read_sparse(entries) for entries in groups]).reshape(-1, 2)
        mean, variance, _ = self.shared
        return x @ mean + sparse[:, 0], (x * x) @ variance + sparse[:, 1]

    def learn(self, x: Floats, entries: Entries, by: Step) -> None:
        """Move every weight whose input is not 0."""
        _move(self.shared, x, by.pull, by.shrink, self._drift)
        self._changed |= x != 0.0
        for name, value in entries:
            if value:
                mean, variance = self.sparse(name)
                far = variance * value
                self._sparse.put(name, mean + far * by.pull, variance - far * far * by.shrink)
        if len(self._sparse) > self._max_keys:
            self._forget_half()

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        held = self._of_shared(self._own | self._changed) | self._sparse.state()
        return dict(sorted(held.items()))

    def touched(self) -> Numbers:
        """The own numbers that changed since the last call; empty tuples for dropped ones."""
        changes = self._of_shared(self._changed) | self._sparse.touched()
        self._own |= self._changed
        self._changed[:] = False
        return changes

    def _of_shared(self, which: npt.NDArray[np.bool_]) -> Numbers:
        rows = self.shared.T.tolist()
        return {self._names[place]: tuple(rows[place]) for place in np.flatnonzero(which).tolist()}

    def _forget_half(self) -> None:
        own = self._sparse.state()
        least_first = sorted(own, key=lambda name: (self._worth(name, own[name]), name))
        for name in least_first[: len(own) - self._max_keys // 2]:
            self._sparse.drop(name)

    def _worth(self, name: str, values: tuple[float, ...]) -> float:
        """Twice the nats between prior and belief, to first order in the variance."""
        prior = self._unknown[name[0]][1]
        return values[0] * values[0] / prior + (1.0 - values[1] / prior) ** 2


@compiled
def _read(shared: Floats, x: Floats) -> tuple[float, float]:
    score = spread = 0.0
    for n in range(len(x)):
        score += shared[0, n] * x[n]
        spread += shared[1, n] * x[n] * x[n]
    return score, spread


@compiled
def _move(shared: Floats, x: Floats, pull: float, shrink: float, drift: float) -> None:
    for n in range(len(x)):
        if x[n] != 0.0:
            far = shared[1, n] * x[n]
            shared[0, n] += far * pull
            shared[1, n] += drift - far * far * shrink
            shared[2, n] += 1.0
