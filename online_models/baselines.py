"""What each model has to beat, and what serves in its place where it is put aside.

success       mean outcome of the activity, all learners alike
engagement    share that finished the activity, all learners alike
duration      geometric mean of the durations of the activity
retention     share that recalled after about so long, all learners and activities alike
gain          mean gain
relevance     how often an activity was visited, all learners alike (`relevance.Popularity`)

Means of an activity are shrunk towards those of all.
"""

from collections.abc import Callable
from math import log2

import numpy as np

from online_models.items import ItemModel
from online_models.means import Means
from online_models.sheet import Sheet
from online_models.weights import Floats


class Baselines:
    """Baselines of the models of one partition; activities are 64-bit hashes."""

    def __init__(self, items: ItemModel, means: Means) -> None:
        self._items = items
        self._means = means

    def success(self, activity: int) -> float:
        """Mean outcome in [0, 1]."""
        return 1.0 - self._items.difficulty(activity)

    def engagement(self, activity: int) -> float:
        """Share that finishes it."""
        return self._means.mean("engagement", activity, 0.5)

    def duration(self, activity: int) -> float:
        """Log minutes."""
        return self._items.log_minutes(activity)

    def retention(self, elapsed_sec: float) -> float:
        """Share that recalls after so many seconds."""
        return self._means.mean("retention", elapsed_bucket(elapsed_sec), 0.5)

    def gain(self) -> float:
        """Mean change of proficiency."""
        return self._means.mean("gain", 0, 0.0)

    def learn_engagement(self, activity: int, finished: float) -> None:
        """It was finished (1) or left (0)."""
        self._means.learn("engagement", activity, finished)

    def learn_retention(self, elapsed_sec: float, recalled: float) -> None:
        """After so many seconds it was recalled (1) or not (0)."""
        self._means.learn("retention", elapsed_bucket(elapsed_sec), recalled)

    def learn_gain(self, gain: float) -> None:
        """A change of proficiency."""
        self._means.learn("gain", 0, gain)


def elapsed_bucket(elapsed_sec: float) -> int:
    """Powers of two of minutes: 0 below one minute, 1 below three, 2 below seven ..."""
    return int(log2(1.0 + max(0.0, elapsed_sec) / 60.0))


class OfActivity:
    """A baseline in the place of a model, for ranking: the same for all learners."""

    def __init__(self, baseline: Callable[[int], float]) -> None:
        self._baseline = baseline

    def predict(self, sheet: Sheet) -> Floats:
        """What is expected of the activity of each row, shape (rows,)."""
        return np.array([self._baseline(activity) for activity in sheet["activity"].tolist()])
