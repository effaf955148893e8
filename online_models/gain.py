"""What does an activity teach? Learned from what learners could do before and after.

When a learner answers a question of a skill, what was done for that skill since the last time it
was asked has taught something, or not. What would have been expected without, z (log odds, from the
evidence before it, with forgetting: `retention`), is compared with the answer:

    logit P(correct) = (1 + trust) z + sum over what was done of G
    G = bias + level (1 - p) + offsets of activity, kind of content and skill,  p = sigmoid(z)

The mean of all starts from nothing, too: that doing something teaches is not assumed. Nor does an
activity gain by being done by good learners: they are measured against themselves. How the activity
itself came out is not looked at, since an outcome says what somebody knew, not what was taught
(learning decomposition: Beck, Mostow, "How Who Should Practice", ITS 2008).
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import Beliefs, Floats, Priors, sigmoid, step
from online_models.contract import Numbers, checked
from online_models.merging import Merging
from online_models.tables import EMPTY, ModelBase
from online_models.things import Entries, Thing

MAX_KEYS = 100_000

PRIORS = Priors(
    {"bias": (0.0, 0.3), "level": (0.0, 0.3), "trust": (0.0, 0.03)},
    {"i": 0.05, "c": 0.05, "s": 0.05},
)
"""`trust` is what z counts more than it says. Of single things: offsets of activity, kind of
content, skill."""
_DRIFT = 1e-7


class Gained(NamedTuple):
    """Change of the probability of a right answer."""

    predicted: float
    observed: float


class GainModel:
    """Expected change of proficiency by activities; learns at each answer after some.

    Its numbers: (mean, variance, times learned) of the shared weights; (mean, variance) of
    `<kind>:<hash>`.

    Args:
        max_keys: sparse weights of its own that it holds at most.
    """

    name: ClassVar[str] = "gain"
    schema: ClassVar[str] = "gain/1: name: mean, variance, times learned; key: mean, variance"
    merging: ClassVar[Merging] = Merging(PRIORS.rules(), MAX_KEYS)

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._beliefs = Beliefs(PRIORS, _DRIFT, max_keys)

    def expected(self, score: float, done: Thing) -> float:
        """Change of P(success) by `done`, for who has log odds `score` without it."""
        return self.after(score, [done]) - self.after(score, [])

    def after(self, score: float, done: Sequence[Thing]) -> float:
        """P(success) after `done`, for who had log odds `score` before."""
        known = _bounded(score)
        return sigmoid(known + self._beliefs.read(*_inputs(known, done))[0])

    def learn(self, score: float, done: Sequence[Thing], outcome: float) -> Gained:
        """An answer came out as `outcome`; nothing is learned where something is not finite.

        Args:
            score: log odds of it, from what was known before anything of `done`.
            done: what was done in between for its skills.
            outcome: in [0, 1].
        """
        known, before = _bounded(score), self.after(score, [])
        x, entries = _inputs(known, done)
        more, spread = self._beliefs.read(x, entries)
        after = sigmoid(known + more)
        if isfinite(score) and isfinite(outcome):
            slope = min(max(outcome, 0.0), 1.0) - after
            self._beliefs.learn(x, entries, step(slope, after * (1.0 - after), spread))
        return Gained(after - before, outcome - before)

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        return self._beliefs.state()

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name or a value does not fit.
        """
        self._beliefs.adopt(checked(self, numbers, PRIORS.fits), base)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for dropped weights."""
        return self._beliefs.touched()


def _bounded(score: float) -> float:
    """`score` as far as a probability can be told; 0 where it is no number."""
    return min(max(score, -_FAR), _FAR) if isfinite(score) else 0.0


def _inputs(score: float, done: Sequence[Thing]) -> tuple[Floats, Entries]:
    count = float(len(done))
    x = np.array((count, count * (1.0 - sigmoid(score)), score))
    return x, tuple([entry for thing in done for entry in thing.entries])


_FAR = 9.0
