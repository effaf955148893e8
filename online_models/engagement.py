"""Will this learner start and finish this activity if it is offered?

Whether an offer is finished is decided after `HORIZON_SEC`, for all offers alike, and learned then:
if what is finished were learned at once and what is not when it is given up, the model would swing
with every wave of either (everybody is assigned the same course on the same day). Until then what
was read when the offer was made is kept, so that nothing that came later is learned from. Learners
who never come back count, too: the horizon passes with the events of the others.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any, ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import Beliefs, Held, Lesson, Priors, are_finite, read_many
from online_models.compiled import compiled
from online_models.gaussian import LEAST, probability
from online_models.merging import Merging
from online_models.offers import Key, OpenOffers
from online_models.parts import OfParts
from online_models.things import CONTENT, ITEM, SKILL, Joined, Thing, joined
from online_models.weights import Floats

MAX_KEYS = 1 << 17
"""Weights of single things of one partition's own."""
MAX_MERGED = 1 << 19
MAX_OPEN = 10_000
HORIZON_SEC = 7 * 86_400.0

OFFER = (
    "bias",
    "away",
    "engagement",
    "session",
    "habit",
    "form",
    "ability",
    "odds",
    "begun",
    "affinity",
    "length",
    "difficulty",
    "stretch",
)
"""What is read of learner and activity: 1; log of the time since the newest event, of the events
of the last week and of this sitting; half log odds of finishing what was begun, of the newest
outcomes, of many, and of its skills; 1 for what was begun; log of the affinity for its kind; half
the log of its planned minutes over 15; its difficulty, and that times the odds."""

PRIORS = Priors(dict.fromkeys(OFFER, (0.0, 0.1)), {ITEM: 0.8, CONTENT: 0.3, SKILL: 0.1})
MAX_SKILLS = 4
"""Skills of an activity that count."""
_NO_SKILLS = (0,) * MAX_SKILLS
_WIDTH = 5 + MAX_SKILLS + len(OFFER)
_NOT_EXACT = 11
"""Bits of a hash that a 64-bit float has no room for."""


class Settled(NamedTuple):
    """What became of an offer, beside what was expected when it was made."""

    activity: int
    predicted: float
    baseline: float
    finished: bool


class EngagementModel(OfParts):
    """P(finished before a horizon if offered); learns when that is decided.

    Its numbers: "shared" is a `Block`; (mean, variance) by key of the offsets of activity, kind of
    content and skill; by `o:<learner>:<activity>` what is kept of an open offer (time, finished,
    predicted, baseline, kind, skills, inputs): these stay with their replica.

    Args:
        max_keys: weights of single things of its own that it holds at most.
        max_open: offers kept open; of more, the older half is settled as it is.
        horizon_sec: what is finished later does not count, but as another try.
    """

    name: ClassVar[str] = "engagement"
    schema: ClassVar[str] = "engagement/2: shared: block; key: mean, variance; o: open offers"
    merging: ClassVar[Merging] = Merging(PRIORS.rules(), MAX_MERGED, keeps=True)

    def __init__(
        self,
        max_keys: int = MAX_KEYS,
        max_open: int = MAX_OPEN,
        horizon_sec: float = HORIZON_SEC,
    ) -> None:
        self._horizon_sec = horizon_sec
        self._beliefs = Beliefs(PRIORS, max_keys)
        self._open = OpenOffers(_WIDTH, max_open)
        super().__init__(self._beliefs, self._open)

    def chance(self, things: Sequence[Thing], inputs: Floats) -> list[float]:
        """P(finished if offered) of each; `inputs` has a row of `OFFER` for each."""
        chances: list[float] = _chances(inputs, tuple(joined(things)), self._beliefs.held).tolist()
        return chances

    def is_open(self, learner: int, activity: int) -> bool:
        """Whether an offer is made already, and nobody knows yet what becomes of it."""
        return self._open.get(Key(learner, activity)) is not None

    def offer(
        self, learner: int, thing: Thing, inputs: Floats, at: float, baseline: float
    ) -> float:
        """Something is offered; returns the chance that it is finished.

        Nothing is kept where it is open already, or something is not finite.

        Args:
            learner: hash of the learner.
            thing: what is offered.
            inputs: `OFFER`.
            at: POSIX seconds.
            baseline: what the baseline expects; kept beside the prediction.
        """
        p = _chance(*self._beliefs.read(inputs, thing.entries()))
        key = Key(learner, thing.activity)
        usable = are_finite(inputs) and isfinite(baseline) and isfinite(at)
        if usable and self._open.get(key) is None:
            skills = (*thing.skills, *_NO_SKILLS)[:MAX_SKILLS]
            kept = map(_exact, (thing.content, *skills))
            self._open.put(key, (at, 0.0, p, baseline, *kept, *inputs.tolist()))
            for overdue in self._open.overdue():
                self._settle(*overdue)
        return p

    def finish(self, learner: int, activity: int) -> None:
        """Something was finished; nothing happens where it is no open offer."""
        key = Key(learner, activity)
        row = self._open.get(key)
        if row is not None:
            self._open.change(key, (row[0], 1.0, *row[2:]))

    def settle(self, now: float) -> list[Settled]:
        """What became of the offers whose horizon has passed at `now`, the oldest first."""
        return [self._settle(*gone) for gone in self._open.older_than(now - self._horizon_sec)]

    def _settle(self, key: Key, row: tuple[float, ...]) -> Settled:
        """Learn what became of an offer."""
        _, finished, predicted, baseline, content, *rest = row
        skills = tuple([int(skill) for skill in rest[:MAX_SKILLS] if skill])
        entries = Thing(key.activity, int(content), skills).entries()
        x = np.array(rest[MAX_SKILLS:])
        p = _chance(*self._beliefs.read(x, entries))
        self._beliefs.learn(x, entries, Lesson(finished - p, p * (1.0 - p)))
        return Settled(key.activity, predicted, baseline, finished > 0.0)


def _exact(hashed: int) -> float:
    """As much of a hash as a float holds, which is what its key is made of."""
    return float(hashed >> _NOT_EXACT << _NOT_EXACT)


@compiled
def _chance(score: float, spread: float) -> float:
    """A probability that knows how little is known (MacKay: see `gaussian`)."""
    p = probability(score, _SPREAD * spread)
    return LEAST if np.isnan(p) else p


@compiled
def _chances(inputs: Floats, entries: Any, held: Any) -> Floats:
    found = read_many(inputs, Joined(*entries), Held(*held))
    out = np.empty(len(found))
    for n in range(len(found)):
        out[n] = _chance(found[n, 0], found[n, 1])
    return out


_SPREAD = 0.25
