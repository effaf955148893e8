"""The distribution of a duration: location, spread, and a shape that was counted.

    y = ln(minutes),  u = Phi((y - mean) / spread),  P(Y <= y) = H(u)

u would be uniform if y were normal (probability integral transform: Dawid, "The Prequential
Approach", 1984). H is how u was distributed so far, along straight lines between the ends of cells:
probabilities read through it are calibrated (Kuleshov et al., "Accurate Uncertainties for Deep
Learning Using Calibrated Regression", ICML 2018), whatever durations look like.
"""

from collections.abc import Mapping
from math import erfc, exp, log, pi, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from online_models.contract import Numbers
from online_models.named_numbers import NamedNumbers
from online_models.tables import ModelBase

Floats = npt.NDArray[np.float64]

CELLS = 32
"""Cells of u, all of one width."""

_PRIOR = 10.0
"""What each cell counts before anything was seen."""
_NAME = "shape"
_LEAST, _MOST = 1.0 / 60.0, 1440.0
_SURE = 1e-6
_NORMAL = NormalDist()
_ENDS = np.arange(CELLS + 1.0) / CELLS


class Forecast(NamedTuple):
    """How long something will take, in minutes."""

    mean: float
    """Of log minutes, were they normal."""
    spread: float
    """Their standard deviation, were they normal."""
    shape: Floats
    """H at the ends of the cells, from 0 to 1."""

    def level(self, minutes: float) -> float:
        """P(it takes at most `minutes`)."""
        if minutes <= 0.0:
            return 0.0
        return float(np.interp(phi((log(minutes) - self.mean) / self.spread), _ENDS, self.shape))

    def density(self, minutes: float) -> float:
        """Of log minutes, at `minutes` above 0."""
        z = (log(minutes) - self.mean) / self.spread
        cell = min(int(CELLS * phi(z)), CELLS - 1)
        share = float(self.shape[cell + 1] - self.shape[cell]) * CELLS
        return share * exp(-0.5 * z * z) / (self.spread * sqrt(2.0 * pi))

    def quantile(self, level: float) -> float:
        """Minutes within which it is done with probability `level`, between 1 s and 1 day."""
        u = float(np.interp(level, self.shape, _ENDS))
        z = _NORMAL.inv_cdf(min(max(u, _SURE), 1.0 - _SURE))
        return exp(min(max(self.mean + self.spread * z, log(_LEAST)), log(_MOST)))


def phi(z: float) -> float:
    """The normal distribution function."""
    return 0.5 * erfc(-z / sqrt(2.0))


class Shape:
    """How often u fell into each cell: own counts over those of a base."""

    def __init__(self) -> None:
        self._numbers = NamedNumbers()
        self._read()

    def add(self, z: float) -> None:
        """Count an error of `z` spreads."""
        counts = [*self._numbers.get(_NAME, _NOTHING)]
        counts[min(int(CELLS * phi(z)), CELLS - 1)] += 1.0
        self._numbers.put(_NAME, *counts)
        self._read()

    def adopt(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase) -> None:
        """Hold the counts in `numbers`, else those of `base`."""
        self._numbers.adopt({k: v for k, v in numbers.items() if k == _NAME}, base)
        self._read()

    def state(self) -> Numbers:
        """The own counts."""
        return self._numbers.state()

    def touched(self) -> Numbers:
        """The own counts, where they changed since the last call."""
        return self._numbers.touched()

    @staticmethod
    def fits(name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`; rounding may leave a count below 0."""
        return name == _NAME and len(values) == CELLS and min(values) > -1.0

    def _read(self) -> None:
        counts = _PRIOR + np.maximum(0.0, self._numbers.get(_NAME, _NOTHING))
        self.ends: Floats = np.concatenate(([0.0], np.cumsum(counts) / counts.sum()))
        """H at the ends of the cells."""
        self.ends[-1] = 1.0


_NOTHING = (0.0,) * CELLS
