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

from collections.abc import Sequence
from math import isfinite
from typing import Any, ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import (
    Beliefs,
    Held,
    Lesson,
    Priors,
    learn,
    probability,
    read,
    read_many,
    sigmoid,
)
from online_models.compiled import compiled
from online_models.merging import Merging
from online_models.parts import OfParts
from online_models.things import CONTENT, ITEM, SKILL, Entries, Joined, Thing, joined
from online_models.weights import Floats

MAX_KEYS = 1 << 17
"""Weights of single things of one partition's own."""
MAX_MERGED = 1 << 19

PRIORS = Priors(
    {"bias": (0.0, 0.3), "level": (0.0, 0.3), "trust": (0.0, 0.03)},
    {ITEM: 0.05, CONTENT: 0.05, SKILL: 0.05},
)
"""`trust` is what z counts more than it says."""
_TRUST = 2
"""Place of `trust`."""


class Gained(NamedTuple):
    """Change of the probability of a right answer."""

    predicted: float
    observed: float


class GainModel(OfParts):
    """Expected change of proficiency by activities; learns at each answer after some.

    Its numbers: "shared" is a `Block`; (mean, variance) by key of the offsets of activity, kind of
    content and skill.

    Args:
        max_keys: weights of single things of its own that it holds at most.
    """

    name: ClassVar[str] = "gain"
    schema: ClassVar[str] = "gain/1: shared: block; key: mean, variance"
    merging: ClassVar[Merging] = Merging(PRIORS.rules(), MAX_MERGED)

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._beliefs = Beliefs(PRIORS, max_keys)
        super().__init__(self._beliefs)

    def expected(self, scores: Sequence[float], things: Sequence[Thing]) -> list[float]:
        """Change of P(success) by doing each of `things`.

        Args:
            scores: log odds without it, one for each.
            things: what would be done, each alone.
        """
        known = np.array([_bounded(score) for score in scores])
        gains: list[float] = _gains(known, tuple(joined(things)), self._beliefs.held).tolist()
        return gains

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
        beliefs, known = self._beliefs, _bounded(score)
        x, entries = _inputs(known, done)
        inputs = x, *entries
        if not (isfinite(score) and isfinite(outcome)):
            before, after = _expected(known, inputs, beliefs.held)
        else:
            y, into = min(max(outcome, 0.0), 1.0), beliefs.into(len(entries.keys))
            before, after = _learn(known, inputs, y, beliefs.held, into, beliefs.drift)
            beliefs.count()
        return Gained(after - before, outcome - before)


def _bounded(score: float) -> float:
    """`score` as far as a probability can be told; 0 where it is no number."""
    return min(max(score, -_FAR), _FAR) if isfinite(score) else 0.0


def _inputs(score: float, done: Sequence[Thing]) -> tuple[Floats, Entries]:
    count = float(len(done))
    x = np.array((count, count * (1.0 - sigmoid(score)), score))
    if len(done) == 1:
        return x, done[0].entries()
    _, keys, values = joined(done)
    return x, Entries(keys, values)


@compiled
def _expect(score: float, x: Floats, entries: Any, held: Any) -> Any:
    """P(success) before and after what was done."""
    after = probability(score + read(x, entries, held)[0])
    return probability(score * (1.0 + held.mean[_TRUST])), after


@compiled
def _expected(score: float, inputs: Any, held: Any) -> Any:
    return _expect(score, inputs[0], Entries(*inputs[1:]), Held(*held))


@compiled
def _gains(scores: Floats, entries: Any, weights: Any) -> Floats:
    """Change of P(success) by each thing."""
    held, gains = Held(*weights), np.empty(len(scores))
    x = np.ones((len(scores), 3))
    for n in range(len(scores)):
        x[n, 1], x[n, 2] = 1.0 - probability(scores[n]), scores[n]
    moves = read_many(x, Joined(*entries), held)
    for n in range(len(scores)):
        before = probability(scores[n] * (1.0 + held.mean[_TRUST]))
        gains[n] = probability(scores[n] + moves[n, 0]) - before
    return gains


@compiled
def _learn(score: float, inputs: Any, y: float, weights: Any, into: Any, drift: float) -> Any:
    """`_expect`, and then learn outcome `y`."""
    x, entries, held = inputs[0], Entries(*inputs[1:]), Held(*weights)
    before, after = _expect(score, x, entries, held)
    learn(x, entries, Lesson(y - after, after * (1.0 - after), 1.0), held, into, drift)
    return before, after


_FAR = 9.0
