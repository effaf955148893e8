"""What serves in the place of a model that was put aside: its baseline, asked the same way."""

from collections.abc import Sequence

import numpy as np

from online_models.baselines import Baselines
from online_models.forecast import CELLS, Forecast
from online_models.things import Thing
from online_models.weights import Floats

USUAL_SPREAD = 0.7
"""Of log minutes: two thirds of all between half and twice the median."""


class UsualEngagement:
    """The share that finishes an activity."""

    def __init__(self, baselines: Baselines) -> None:
        self._baselines = baselines

    def chance(self, things: Sequence[Thing], inputs: Floats) -> list[float]:
        """The same for all learners."""
        del inputs
        return [self._baselines.engagement(thing.activity) for thing in things]


class UsualDuration:
    """The geometric mean of the durations of an activity, log-normal."""

    def __init__(self, baselines: Baselines) -> None:
        self._baselines = baselines

    def forecast(self, things: Sequence[Thing], inputs: Floats) -> Forecast:
        """The same for all learners."""
        del inputs
        mean = np.array([self._baselines.duration(thing.activity) for thing in things])
        return Forecast(mean, np.full(len(mean), USUAL_SPREAD), np.linspace(0.0, 1.0, CELLS + 1))


class UsualGain:
    """The mean gain."""

    def __init__(self, baselines: Baselines) -> None:
        self._baselines = baselines

    def expected(self, scores: Sequence[float], things: Sequence[Thing]) -> list[float]:
        """The same for all learners and activities."""
        del scores
        return [self._baselines.gain()] * len(things)
