"""How long will this learner work on this activity? A distribution, not a number.

Log minutes have a mean and a log spread that are linear in what is known, and a shape that is
counted (`forecast`). The mean learns by a Gaussian filter whose noise is the spread; the log spread
by the slope of its log likelihood, `z^2 - 1` for an error of z spreads, whose information is 2
(multiplicative heteroscedasticity: Harvey, Econometrica 44, 1976).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, isfinite, log, sqrt
from typing import ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import Beliefs, Entries, Floats, Priors, are_finite, step
from online_models.contract import Numbers, checked
from online_models.forecast import CELLS, Forecast, Shape
from online_models.merge_rules import Additive
from online_models.merging import Merging
from online_models.named_numbers import name_of
from online_models.tables import EMPTY, ModelBase

SHORTEST_SEC = 1.0
LONGEST_SEC = 86_400.0
"""What is longer is a window left open."""

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
    "item_wins",
    "item_losses",
    "skill_odds",
    "skill_new",
)
"""What is read of learner and activity: 1; 1 where its length is not planned; half the log of its
planned minutes over 15; log of the learner's pace beside plans; mean log minutes between the newest
events, and how far that is known; sign of the newest outcome; half log odds of the newest outcomes;
log counts of the activity's outcomes; half log odds of its skills; share of skills that are new."""

_NEWEST = TASK.index("newest")
_DRIFT = 1e-7
_CLIP = 3.0
_UNKNOWN = (1.0,) + (0.0,) * (len(TASK) - 1)
_LEAST_LOG_NOISE, _MOST_LOG_NOISE = -4.0, 3.0

PRIORS = Priors(
    {
        **dict.fromkeys(TASK, (0.0, 0.3)),
        "bias": (log(15.0), 1.0),
        "unplanned": (-1.0, 2.0),
        "length": (2.0, 0.3),
        "spread": (log(0.7), 0.3),
        "spread_newest": (0.0, 0.03),
    },
    {"i": 0.2, "c": 0.5, "s": 0.1, "I": 0.03, "C": 0.03},
)
"""Before anything was seen a task takes as long as planned, two times in three within half and
twice of it. Of single things: offsets of activity, kind of content and skill; of the log spread of
the first two."""


def log_minutes(seconds: float) -> float:
    """Natural logarithm of minutes, of what `SHORTEST_SEC` and `LONGEST_SEC` leave of `seconds`."""
    return log(max(SHORTEST_SEC, min(LONGEST_SEC, seconds)) / 60.0)


LEAST = log_minutes(SHORTEST_SEC)
MOST = log_minutes(LONGEST_SEC)


class Task(NamedTuple):
    """An activity that a learner works on, or would."""

    item: int
    """Hash of the activity."""
    content: int
    """Hash of its kind of content; 0 where nobody said."""
    skills: Sequence[int]
    """Hashes of its skills."""
    inputs: Sequence[float]
    """`TASK`."""


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

    def forecast(self, task: Task) -> Forecast:
        """How long it will take."""
        return self._forecast(_inputs(task))[0]

    def forecasts(self, tasks: Iterable[Task]) -> list[Forecast]:
        """`forecast` of each."""
        return [self.forecast(task) for task in tasks]

    def learn(self, task: Task, seconds: float) -> Forecast:
        """Learn how long it took; returns what was forecast.

        Nothing is learned where something is not finite. What is more than three deviations away
        pulls no harder.
        """
        inputs = _inputs(task)
        forecast, doubt, scale_doubt = self._forecast(inputs)
        if not (isfinite(seconds) and seconds > 0.0 and are_finite(task.inputs)):
            return forecast
        z = (log_minutes(seconds) - forecast.mean) / forecast.spread
        self._shape.add(z)
        z = min(max(z, -_CLIP), _CLIP)
        noise = forecast.spread * forecast.spread - doubt
        by = step(z * forecast.spread / noise, 1.0 / noise, doubt)
        self._beliefs.learn(inputs.mean, inputs.offsets, by)
        by = step(z * z - 1.0, 2.0, scale_doubt)
        self._beliefs.learn(inputs.spread, inputs.scales, by)
        return forecast

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        return dict(sorted({**self._beliefs.state(), **self._shape.state()}.items()))

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name or a value does not fit.
        """
        kept = checked(self, numbers, self._fits)
        self._shape.adopt(kept, base)
        self._beliefs.adopt(kept, base)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for dropped weights."""
        return {**self._beliefs.touched(), **self._shape.touched()}

    def _forecast(self, inputs: "_Inputs") -> tuple[Forecast, float, float]:
        """The forecast; the variance of its mean, and of its log spread."""
        mean, doubt = self._beliefs.read(inputs.mean, inputs.offsets)
        log_noise, scale_doubt = self._beliefs.read(inputs.spread, inputs.scales)
        noise = exp(min(max(log_noise, _LEAST_LOG_NOISE), _MOST_LOG_NOISE))
        spread = sqrt(noise * noise + doubt)
        return Forecast(mean, spread, self._shape.ends), doubt, scale_doubt

    @staticmethod
    def _fits(name: str, values: tuple[float, ...]) -> bool:
        return Shape.fits(name, values) or PRIORS.fits(name, values)


class _Inputs(NamedTuple):
    """A task as inputs of mean and spread."""

    mean: Floats
    offsets: Entries
    spread: Floats
    scales: Entries


def _inputs(task: Task) -> _Inputs:
    mean = np.array([*(task.inputs if are_finite(task.inputs) else _UNKNOWN), 0.0, 0.0])
    spread = np.zeros(len(mean))
    spread[-2:] = 1.0, mean[_NEWEST]
    item = name_of(task.item)
    offsets, scales = [("i:" + item, 1.0)], [("I:" + item, 1.0)]
    if task.content:
        content = name_of(task.content)
        offsets.append(("c:" + content, 1.0))
        scales.append(("C:" + content, 1.0))
    share = 1.0 / max(1, len(task.skills))
    offsets += [("s:" + name_of(skill), share) for skill in task.skills]
    return _Inputs(mean, offsets, spread, scales)
