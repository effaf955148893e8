"""How long will this learner work on this activity? A distribution, not a number.

Log minutes have a mean and a log spread that are linear in what is known, and a shape that is
counted (`forecast`). The mean learns by a Gaussian filter whose noise is the spread; the log spread
by the slope of its log likelihood, `z^2 - 1` for an error of z spreads, whose information is 2
(multiplicative heteroscedasticity: Harvey, Econometrica 44, 1976).
"""

from collections.abc import Sequence
from math import isfinite, log
from typing import Any, ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import Beliefs, Held, Lesson, Priors, are_finite, learn, read
from online_models.compiled import compiled
from online_models.forecast import (
    CELLS,
    LONGEST_MINUTES,
    SHORTEST_MINUTES,
    Forecast,
    Shape,
    cell_of,
    ends_of,
    level_of,
)
from online_models.merge_rules import Additive
from online_models.merging import Merging
from online_models.parts import OfParts
from online_models.things import CONTENT, ITEM, SKILL, Entries, Thing, joined
from online_models.weights import Floats

MAX_KEYS = 1 << 17
"""Weights of single things of one partition's own."""
MAX_MERGED = 1 << 19

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

_SCALE = 3
"""What the kinds of weights of the log spread are beside those of the mean."""

PRIORS = Priors(
    {
        **dict.fromkeys(TASK, (0.0, 0.3)),
        "bias": (log(15.0), 1.0),
        "unplanned": (-1.0, 2.0),
        "length": (2.0, 0.3),
        "spread": (log(0.7), 0.3),
        "spread_newest": (0.0, 0.03),
    },
    {
        ITEM: 0.2,
        CONTENT: 0.5,
        SKILL: 0.1,
        ITEM + _SCALE: 0.03,
        CONTENT + _SCALE: 0.03,
        SKILL + _SCALE: 0.01,
    },
)
"""Before anything was seen a task takes as long as planned, two times in three between half and
twice of it. Of single things: offsets of the mean and of the log spread."""

_NEWEST = TASK.index("newest")
_N_TASK = len(TASK)
_CLIP = 3.0
_LEAST_LOG, _MOST_LOG = -4.0, 3.0
"""Of the noise."""
_INFORMATION = 2.0
"""Of the log spread, in any error."""


def log_minutes(seconds: float) -> float:
    """Natural logarithm of minutes, of what shortest and longest leave of `seconds`."""
    return log(max(SHORTEST_MINUTES, min(LONGEST_MINUTES, seconds / 60.0)))


class Timed(NamedTuple):
    """What was forecast of something that took some time."""

    mean: float
    """Of log minutes."""
    level: float
    """P(it takes at most as long as it took)."""


class DurationModel(OfParts):
    """How long tasks take; learns one at a time.

    Its numbers: "shared" is a `Block`; (mean, variance) by key of the offsets of activity, kind of
    content and skill, of the mean and of the log spread; "shape": how many tasks had a u in each
    cell.

    Args:
        max_keys: weights of single things of its own that it holds at most.
    """

    name: ClassVar[str] = "duration"
    schema: ClassVar[str] = "duration/2: shared: block; key: mean, variance; shape: counts"
    merging: ClassVar[Merging] = Merging({**PRIORS.rules(), CELLS: Additive(CELLS)}, MAX_MERGED)

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._beliefs = Beliefs(PRIORS, max_keys)
        self._shape = Shape()
        super().__init__(self._beliefs, self._shape)

    def forecast(self, things: Sequence[Thing], inputs: Floats) -> Forecast:
        """How long each will take; `inputs` has a row of `TASK` for each."""
        mean, doubt = self._beliefs.read_many(_of_mean(inputs), joined(things)).T
        log_noise, _ = self._beliefs.read_many(_of_spread(inputs), joined(things, _SCALE)).T
        noise = np.exp(np.clip(log_noise, _LEAST_LOG, _MOST_LOG))
        return Forecast(mean, np.sqrt(noise * noise + doubt), self._shape.ends)

    def learn(self, thing: Thing, inputs: Floats, seconds: float) -> Timed:
        """Learn how long it took; returns what was forecast.

        Nothing is learned where something is not finite. What is more than three spreads away
        pulls no harder.
        """
        if not (are_finite(inputs) and isfinite(seconds) and seconds > 0.0):
            forecast = self.forecast([thing], inputs[None, :])
            return Timed(float(forecast.mean[0]), float(forecast.level(seconds / 60.0)[0]))
        beliefs, offsets, scales = self._beliefs, thing.entries(), thing.entries(_SCALE)
        entries = offsets.keys, scales.keys, offsets.x
        into = *beliefs.into(2 * len(offsets.keys)), self._shape.learn()
        told = _learn(inputs, entries, seconds / 60.0, beliefs.held, into, beliefs.drift)
        beliefs.count()
        return Timed(*told)


def _of_mean(inputs: Floats) -> Floats:
    """Inputs of all shared weights, those of the spread 0; what is no number is 0."""
    x = np.zeros((len(inputs), len(PRIORS.names)))
    x[:, :_N_TASK] = np.nan_to_num(inputs, posinf=0.0, neginf=0.0)
    return x


def _of_spread(inputs: Floats) -> Floats:
    """Inputs of all shared weights, those of the mean 0."""
    x = np.zeros((len(inputs), len(PRIORS.names)))
    x[:, _N_TASK] = 1.0
    x[:, -1] = np.nan_to_num(inputs[:, _NEWEST], posinf=0.0, neginf=0.0)
    return x


@compiled
def _learn(
    inputs: Floats, entries: Any, minutes: float, weights: Any, into: Any, drift: float
) -> Any:
    """Learn how long it took; returns what `Timed` holds.

    Args:
        inputs: `TASK`.
        entries: keys of the offsets of mean and of log spread, and the inputs of either.
        minutes: how long, above 0.
        weights: `Beliefs.held`.
        into: `Beliefs.into`, and the counts of the shape.
        drift: `Beliefs.drift`.
    """
    held, counts = Held(*weights), into[2]
    offsets, scales = Entries(entries[0], entries[2]), Entries(entries[1], entries[2])
    y = np.log(max(SHORTEST_MINUTES, min(LONGEST_MINUTES, minutes)))
    x, scale_x = np.zeros(len(held.mean)), np.zeros(len(held.mean))
    x[:_N_TASK], scale_x[_N_TASK], scale_x[-1] = inputs, 1.0, inputs[_NEWEST]
    mean, doubt = read(x, offsets, held)
    log_noise = min(max(read(scale_x, scales, held)[0], _LEAST_LOG), _MOST_LOG)
    noise = np.exp(2.0 * log_noise)
    spread = np.sqrt(noise + doubt)
    level = level_of((np.log(minutes) - mean) / spread, ends_of(counts))
    counts[cell_of((y - mean) / spread)] += 1.0
    z = min(max((y - mean) / spread, -_CLIP), _CLIP)
    learn(x, offsets, Lesson(z * spread / noise, 1.0 / noise, 1.0), held, into, drift)
    learn(scale_x, scales, Lesson(z * z - 1.0, _INFORMATION, 1.0), held, into, drift)
    return mean, level
