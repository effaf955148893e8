"""Will this learner start and finish this activity if it is offered?

Whether something offered is finished is known late, and that it never will be is known when it is
too late. So an offer is learned as not finished when it is made, and corrected when it is finished
after all (Ktena et al., "Addressing Delayed Feedback for Continuous Training with Neural Networks
in CTR Prediction", RecSys 2019). In what a Gaussian filter adds up that is exact: with y = 0 the
slope of the log likelihood is `0 - p`, with y = 1 it is `1 - p`; the correction brings the 1 that
was missing, and no information. What was read when the offer was made is kept until then.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import Beliefs, Entries, Floats, Priors, Step, are_finite, sigmoid, step
from online_models.contract import Numbers, checked
from online_models.merging import Merging
from online_models.named_numbers import name_of
from online_models.offers import Key, OpenOffers
from online_models.tables import EMPTY, ModelBase

MAX_KEYS = 100_000
MAX_OPEN = 10_000
HORIZON_SEC = 14 * 86_400.0
"""What is finished later does not count."""

OFFER = (
    "bias",
    "away",
    "engaged",
    "session",
    "habit",
    "form",
    "ability",
    "skill_odds",
    "begun",
    "affinity",
    "length",
    "difficulty",
    "stretch",
)
"""What is read of learner and activity: 1; log of the time since the newest event, and of the events
of the last week and of this sitting; half log odds of finishing what was begun, of the newest
outcomes, of all, and of its skills; 1 for what was begun before; log of the affinity for its kind;
half the log of its planned minutes over 15; its difficulty, and that times the odds."""

PRIORS = Priors(dict.fromkeys(OFFER, (0.0, 0.1)), {"i": 0.3, "c": 0.1, "s": 0.05})
"""Of single things: offsets of activity, kind of content, skill."""
_DRIFT = 1e-7
_OFFER_WIDTH = 3 + len(OFFER)


class Offer(NamedTuple):
    """An activity that a learner may take up."""

    item: int
    """Hash of the activity."""
    content: int
    """Hash of its kind of content; 0 where nobody said."""
    skills: Sequence[int]
    """Hashes of its skills."""
    inputs: Sequence[float]
    """`OFFER`."""


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
        self._open = OpenOffers(_OFFER_WIDTH, max_open)

    def chance(self, offer: Offer) -> float:
        """P(finished if offered)."""
        return sigmoid(self._beliefs.read(*_inputs(offer))[0])

    def chances(self, offers: Iterable[Offer]) -> list[float]:
        """`chance` of each."""
        return [*map(self.chance, offers)]

    def offer(self, learner: int, offer: Offer, at: float, baseline: float) -> None:
        """It is offered at `at` (POSIX seconds); nothing happens where it is open already.

        Args:
            learner: hash of the learner.
            offer: finite inputs; nothing happens where they are not.
            at: likewise.
            baseline: what the baseline expects; kept beside the prediction.
        """
        key = Key(learner, offer.item)
        if not (isfinite(at) and isfinite(baseline) and are_finite(offer.inputs)):
            return
        if self._open.get(key) is not None:
            return
        x, entries = _inputs(offer)
        score, spread = self._beliefs.read(x, entries)
        p = sigmoid(score)
        self._beliefs.learn(x, entries, step(-p, p * (1.0 - p), spread))
        self._open.put(key, (at, p, baseline, *map(float, offer.inputs)))

    def finish(self, learner: int, offer: Offer, at: float) -> Settled | None:
        """It was finished at `at`; None where no open offer of it is known.

        `offer` names activity, kind and skills; its inputs are those of the time of the offer.
        """
        key = Key(learner, offer.item)
        row = self._open.get(key)
        if row is None or not isfinite(at):
            return None
        made, predicted, baseline, *inputs = row
        self._open.close(key)
        if at - made > HORIZON_SEC:
            return Settled(offer.item, predicted, baseline, finished=False)
        x, entries = _inputs(offer._replace(inputs=inputs))
        score, spread = self._beliefs.read(x, entries)
        p = sigmoid(score)
        self._beliefs.learn(x, entries, Step(step(1.0, p * (1.0 - p), spread).pull, 0.0))
        return Settled(offer.item, predicted, baseline, finished=True)

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
        offers = {name for name, values in kept.items() if len(values) == _OFFER_WIDTH}
        self._open.adopt({name: kept[name] for name in offers})
        self._beliefs.adopt({k: v for k, v in kept.items() if k not in offers}, base)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for what was dropped or closed."""
        return {**self._beliefs.touched(), **self._open.touched()}

    def _fits(self, name: str, values: tuple[float, ...]) -> bool:
        return self._open.fits(name, values) or PRIORS.fits(name, values)


def _inputs(offer: Offer) -> tuple[Floats, Entries]:
    x = np.array(offer.inputs if are_finite(offer.inputs) else _UNKNOWN)
    entries = [("i:" + name_of(offer.item), 1.0)]
    if offer.content:
        entries.append(("c:" + name_of(offer.content), 1.0))
    share = 1.0 / max(1, len(offer.skills))
    return x, entries + [("s:" + name_of(skill), share) for skill in offer.skills]


_UNKNOWN = (1.0,) + (0.0,) * (len(OFFER) - 1)
