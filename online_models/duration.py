"""How long will this learner work on this activity? A distribution, not a number.

Log minutes have a mean and a log spread that are linear in what is known, and a shape that is
counted (`forecast`). The mean learns by a Gaussian filter whose noise is the spread; the log spread
by the slope of its log likelihood, `z^2 - 1` for an error of z spreads, whose information is 2
(multiplicative heteroscedasticity: Harvey, Econometrica 44, 1976).
"""

from collections.abc import Mapping, Sequence
from math import exp, isfinite, log
from typing import ClassVar

import numpy as np

from online_models.beliefs import Beliefs, Floats, Priors, are_finite, step
from online_models.contract import Numbers, checked
from online_models.forecast import CELLS, LONGEST_MINUTES, SHORTEST_MINUTES, Forecast, Shape
from online_models.merge_rules import Additive
from online_models.merging import Merging
from online_models.tables import EMPTY, ModelBase
from online_models.things import Entries, Thing

MAX_KEYS = 100_000

TASK = (
    "bias",
    "unplanned",
    "length",
    "pace",
    "tempo",
    "tempo_known",
    "newest",
    "form",
    "item_successes",
    "item_failures",
    "odds",
    "new",
)
"""What is read of learner and activity: 1; 1 where its length is not planned; half the log of its
planned minutes over 15; log of the learner's pace beside plans; mean log minutes between the newest
events, and how far that is known; sign of the newest outcome; half log odds of the newest outcomes;
log counts of the activity's outcomes; half log odds of its skills; share of skills that are new."""

PRIORS = Priors(
    {
        **dict.fromkeys(TASK, (0.0, 0.3)),
        "bias": (log(15.0), 1.0),
        "unplanned": (-1.0, 2.0),
        "length": (2.0, 0.3),
        "spread": (log(0.7), 0.3),
        "spread_newest": (0.0, 0.03),
    },
    {"i": 0.2, "c": 0.5, "s": 0.1, "I": 0.03, "C": 0.03, "S": 0.01},
)
"""Before anything was seen a task takes as long as planned, two times in three between half and
twice of it. Of single things: offsets of activity, kind of content and skill, of the mean and, in
capitals, of the log spread."""

_NEWEST = TASK.index("newest")
_MEAN, _SPREAD = slice(0, len(TASK)), slice(len(TASK), len(TASK) + 2)
_DRIFT = 1e-7
_CLIP = 3.0
_LOG_NOISE = (-4.0, 3.0)
_NO_TASK = np.array((1.0,) + (0.0,) * (len(TASK) - 1))


def log_minutes(seconds: float) -> float:
    """Natural logarithm of minutes, of what shortest and longest leave of `seconds`."""
    return log(max(SHORTEST_MINUTES, min(LONGEST_MINUTES, seconds / 60.0)))


class DurationModel:
    """How long tasks take; learns one at a time.

    Its numbers: (mean, variance, times learned) of the shared weights; (mean, variance) of
    `<kind>:<hash>`; `shape`: how many tasks had a u in each cell.

    Args:
        max_keys: sparse weights of its own that it holds at most.
    """

    name: ClassVar[str] = "duration"
    schema: ClassVar[str] = "duration/2: name: mean, variance, times; key: mean, variance; shape"
    merging: ClassVar[Merging] = Merging({**PRIORS.rules(), CELLS: Additive(CELLS)}, MAX_KEYS)

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._beliefs = Beliefs(PRIORS, _DRIFT, max_keys)
        self._shape = Shape()

    def forecast(self, things: Sequence[Thing], inputs: Floats) -> Forecast:
        """How long each will take; `inputs` has a row of `TASK` for each."""
        entries = [thing.entries for thing in things]
        mean, doubt = self._beliefs.read_many(_of_mean(inputs), entries)
        scales = map(_capitals, entries)
        log_noise, _ = self._beliefs.read_many(_of_spread(inputs), scales)
        noise = np.exp(np.clip(log_noise, *_LOG_NOISE))
        return Forecast(mean, np.sqrt(noise * noise + doubt), self._shape.ends)

    def learn(self, thing: Thing, inputs: Floats, seconds: float) -> Forecast:
        """Learn how long it took; returns what was forecast.

        Nothing is learned where something is not finite. What is more than three spreads away
        pulls no harder.
        """
        usable = are_finite(inputs)
        row = (inputs if usable else _NO_TASK)[None, :]
        forecast = self.forecast([thing], row)
        if usable and isfinite(seconds) and seconds > 0.0:
            z = (log_minutes(seconds) - float(forecast.mean[0])) / float(forecast.spread[0])
            self._shape.add(z)
            self._learn(_of_mean(row)[0], _of_spread(row)[0], thing.entries, _clipped(z))
        return forecast

    def _learn(self, mean: Floats, spread: Floats, entries: Entries, z: float) -> None:
        """Learn an error of `z` spreads."""
        beliefs, scales = self._beliefs, _capitals(entries)
        _, doubt = beliefs.read(mean, entries)
        log_noise, scale_doubt = beliefs.read(spread, scales)
        noise = exp(2.0 * min(max(log_noise, _LOG_NOISE[0]), _LOG_NOISE[1]))
        error = z * (noise + doubt) ** 0.5
        beliefs.learn(mean, entries, step(error / noise, 1.0 / noise, doubt))
        beliefs.learn(spread, scales, step(z * z - 1.0, 2.0, scale_doubt))

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        return dict(sorted({**self._beliefs.state(), **self._shape.state()}.items()))

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name or a value does not fit.
        """
        kept = checked(self, numbers, _fits)
        self._shape.adopt(kept, base)
        self._beliefs.adopt(kept, base)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for dropped weights."""
        return {**self._beliefs.touched(), **self._shape.touched()}


def _fits(name: str, values: tuple[float, ...]) -> bool:
    return Shape.fits(name, values) or PRIORS.fits(name, values)


def _clipped(z: float) -> float:
    return min(max(z, -_CLIP), _CLIP)


def _of_mean(inputs: Floats) -> Floats:
    """Inputs of all shared weights, those of the spread 0."""
    x = np.zeros((len(inputs), len(PRIORS.shared)))
    x[:, _MEAN] = inputs
    return x


def _of_spread(inputs: Floats) -> Floats:
    """Inputs of all shared weights, those of the mean 0."""
    x = np.zeros((len(inputs), len(PRIORS.shared)))
    x[:, _SPREAD] = 1.0
    x[:, -1] = inputs[:, _NEWEST]
    return x


def _capitals(entries: Entries) -> Entries:
    return tuple([(name[0].upper() + name[1:], value) for name, value in entries])
