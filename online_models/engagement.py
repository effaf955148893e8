"""Will this learner start and finish this activity if it is offered?

Whether something offered is finished is known late, and that it never will be is known when it is
too late. So an offer is learned as not finished when it is made, and corrected when it is finished
after all (Ktena et al., "Addressing Delayed Feedback for Continuous Training with Neural Networks
in CTR Prediction", RecSys 2019). In what a Gaussian filter adds up that is exact: with y = 0 the
slope of the log likelihood is `0 - p`, with y = 1 it is `1 - p`; the correction brings the 1 that
was missing, and no information. What was read when the offer was made is kept until then.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import Beliefs, Floats, Priors, Step, are_finite, sigmoid, step
from online_models.contract import Numbers, checked
from online_models.merging import Merging
from online_models.offers import Key, OpenOffers
from online_models.tables import EMPTY, ModelBase
from online_models.things import Thing

MAX_KEYS = 100_000
MAX_OPEN = 10_000
HORIZON_SEC = 14 * 86_400.0
"""What is finished later does not count."""

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

PRIORS = Priors(dict.fromkeys(OFFER, (0.0, 0.1)), {"i": 0.3, "c": 0.1, "s": 0.05})
"""Of single things: offsets of activity, kind of content, skill."""
_DRIFT = 1e-7
_FRONT = 3
_WIDTH = _FRONT + len(OFFER)


class Settled(NamedTuple):
    """What became of an offer, beside what was expected when it was made."""

    activity: int
    predicted: float
    baseline: float
    finished: bool


class EngagementModel:
    """P(finished within `HORIZON_SEC` if offered); learns when offers are made and finished.

    Its numbers: (mean, variance, times learned) of the shared weights; (mean, variance) of
    `<kind>:<hash>`; (time, predicted, baseline, inputs) of `o:<learner>:<activity>`, which are
    open offers: they stay with their replica.

    Args:
        max_keys: sparse weights of its own that it holds at most.
        max_open: offers kept open; of more, the half that was made first is given up.
    """

    name: ClassVar[str] = "engagement"
    schema: ClassVar[str] = "engagement/2: name: mean, variance, times; key: mean, variance; offers"
    merging: ClassVar[Merging] = Merging(PRIORS.rules(), MAX_KEYS)

    def __init__(self, max_keys: int = MAX_KEYS, max_open: int = MAX_OPEN) -> None:
        self._beliefs = Beliefs(PRIORS, _DRIFT, max_keys)
        self._open = OpenOffers(_WIDTH, max_open)

    def chance(self, things: Sequence[Thing], inputs: Floats) -> list[float]:
        """P(finished if offered) of each; `inputs` has a row of `OFFER` for each."""
        scores, _ = self._beliefs.read_many(inputs, [thing.entries for thing in things])
        return [*map(sigmoid, scores.tolist())]

    def is_open(self, learner: int, activity: int) -> bool:
        """Whether an offer is made already, and nobody knows yet what becomes of it."""
        return self._open.get(Key(learner, activity)) is not None

    def offer(
        self, learner: int, thing: Thing, inputs: Floats, at: float, baseline: float
    ) -> float:
        """Something is offered; returns the chance that it is finished.

        Nothing is learned where it is open already, or something is not finite.

        Args:
            learner: hash of the learner.
            thing: what is offered.
            inputs: `OFFER`.
            at: POSIX seconds.
            baseline: what the baseline expects; kept beside the prediction.
        """
        score, spread = self._beliefs.read(inputs, thing.entries)
        p = sigmoid(score)
        key = Key(learner, thing.activity)
        if are_finite((*inputs, baseline)) and isfinite(at) and self._open.get(key) is None:
            self._beliefs.learn(inputs, thing.entries, step(-p, p * (1.0 - p), spread))
            self._open.put(key, (at, p, baseline, *inputs.tolist()))
        return p

    def finish(self, learner: int, thing: Thing, at: float) -> Settled | None:
        """Something was finished at `at`; None where no open offer of it is known."""
        key = Key(learner, thing.activity)
        row = self._open.get(key)
        if row is None or not isfinite(at):
            return None
        self._open.close(key)
        in_time = at - row[0] <= HORIZON_SEC
        if in_time:
            x = np.array(row[_FRONT:])
            score, spread = self._beliefs.read(x, thing.entries)
            p = sigmoid(score)
            missing = step(1.0, p * (1.0 - p), spread).pull
            self._beliefs.learn(x, thing.entries, Step(missing, 0.0))
        return Settled(thing.activity, row[1], row[2], in_time)

    def expire(self, now: float) -> list[Settled]:
        """The offers that are too old at `now` to be finished in time, the oldest first."""
        return [
            Settled(key.activity, row[1], row[2], finished=False)
            for key, row in self._open.older_than(now - HORIZON_SEC)
        ]

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        return dict(sorted({**self._beliefs.state(), **self._open.state()}.items()))

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name or a value does not fit.
        """
        kept = checked(self, numbers, self._fits)
        offers = {name: row for name, row in kept.items() if len(row) == _WIDTH}
        self._open.adopt(offers)
        self._beliefs.adopt({k: v for k, v in kept.items() if k not in offers}, base)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for what was dropped or closed."""
        return {**self._beliefs.touched(), **self._open.touched()}

    def _fits(self, name: str, values: tuple[float, ...]) -> bool:
        return self._open.fits(name, values) or PRIORS.fits(name, values)
