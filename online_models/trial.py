"""Is a model better than its baseline, lately? Tests on the difference of their losses.

The difference, not the loss: traffic that gets harder for everybody is no fault of a model. It is
averaged over blocks of events, so that neighbours that resemble each other do not feign certainty
(batch means: Law, Kelton, "Simulation Modeling and Analysis", 2000, section 9.5.3).
"""

from collections.abc import Sequence
from math import copysign, sqrt
from typing import NamedTuple

from online_models.river_drift import Rise

BLOCK = 16
"""Events that are averaged before they are tested."""

LEAST_BLOCKS = 16
"""Below this a window says nothing."""
LEAST_BLOCKS_SINCE_CHANGE = 4

SLACK, THRESHOLD = 0.5, 12.0
"""Of the drift detector, in standard deviations of a block; see `tests/bench/drift.py`."""
OUTLIER = 5.0
"""Standard deviations beyond which a block counts no more to the detector."""
EPISODE_BLOCKS = 32
"""So long after a drift the loss since the change is looked at by itself."""

CERTAIN = 99.0

_SHORT, _LONG, _SINCE = 0, 4, 8
_EPISODE = 12
_KEEP = {_SHORT: 1.0 - BLOCK / 500.0, _LONG: 1.0 - BLOCK / 5000.0, _SINCE: 1.0}
"""What a block leaves of the sums of each window."""
WIDTH = _EPISODE + 1 + Rise.WIDTH


class Finding(NamedTuple):
    """Mean of a difference of losses, and how sure it is."""

    events: float = 0.0
    """Weight of the events behind it."""
    difference: float = 0.0
    """Loss minus the baseline's; above 0 the model is the worse one."""
    margin: float = 0.0
    """The same in its standard errors, within +-99; 0 where nothing can be said yet."""


NOTHING = Finding()
"""Says nothing."""


class Trial:
    """Tests of one model: over a short and a long fading window, and since a drift.

    Its memory is a row of `WIDTH` numbers: weight, weight of squares, sum and sum of squares of
    the block means for short window, long window and since the last possible change; blocks left of
    a drift's episode; the memory of the detector.
    """

    def __init__(self) -> None:
        self._sums = [0.0] * (_EPISODE + 1)
        self._rise = Rise(SLACK, THRESHOLD)

    def add(self, mean: float) -> bool:
        """Take in the mean difference of one block; whether a drift is detected with it."""
        drifted = self._rises(mean)
        for at, keep in _KEEP.items():
            self._count(at, keep, mean)
        left = EPISODE_BLOCKS if drifted else max(0.0, self._sums[_EPISODE] - 1.0)
        self._sums[_EPISODE] = left
        if not left and self._rise.is_calm:
            self._sums[_SINCE:_EPISODE] = (0.0,) * 4
        return drifted

    def _rises(self, mean: float) -> bool:
        weight, _, total, squares = self._sums[_LONG:_SINCE]
        if weight < LEAST_BLOCKS:
            return False
        center, spread = _center_and_spread(weight, total, squares)
        if not spread:
            return False
        return self._rise.rises(max(-OUTLIER, min(OUTLIER, (mean - center) / spread)))

    def _count(self, at: int, keep: float, mean: float) -> None:
        sums = self._sums
        sums[at] = sums[at] * keep + 1.0
        sums[at + 1] = sums[at + 1] * keep * keep + 1.0
        sums[at + 2] = sums[at + 2] * keep + mean
        sums[at + 3] = sums[at + 3] * keep + mean * mean

    @property
    def short(self) -> Finding:
        """Over about the newest 500 events."""
        return _found(self._sums[_SHORT:_LONG], LEAST_BLOCKS)

    @property
    def long(self) -> Finding:
        """Over about the newest 5,000 events."""
        return _found(self._sums[_LONG:_SINCE], LEAST_BLOCKS)

    @property
    def since_drift(self) -> Finding:
        """Since the change that made a drift; says nothing where there was none lately."""
        if not self._sums[_EPISODE]:
            return NOTHING
        return _found(self._sums[_SINCE:_EPISODE], LEAST_BLOCKS_SINCE_CHANGE)

    def numbers(self) -> tuple[float, ...]:
        """Its memory."""
        return (*self._sums, *self._rise.numbers())

    def adopt(self, numbers: Sequence[float]) -> None:
        """Know exactly the `numbers()` of another."""
        self._sums = list(numbers[: _EPISODE + 1])
        self._rise.adopt(*numbers[_EPISODE + 1 :])


def _center_and_spread(weight: float, total: float, squares: float) -> tuple[float, float]:
    mean = total / weight
    return mean, sqrt(max(squares / weight - mean * mean, 0.0))


def _found(sums: Sequence[float], least: int) -> Finding:
    """Student's t of a weighted mean; the weights are worth `weight^2 / squared` blocks (Kish)."""
    weight, squared, total, squares = sums
    if weight < least:
        return Finding(BLOCK * weight)
    mean, spread = _center_and_spread(weight, total, squares)
    error = spread / sqrt(weight * weight / squared - 1.0)
    if abs(mean) >= CERTAIN * error:
        return Finding(BLOCK * weight, mean, copysign(CERTAIN, mean) if mean else 0.0)
    return Finding(BLOCK * weight, mean, mean / error)
