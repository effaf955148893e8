"""The distribution of durations: location, spread, and a shape that was counted.

    y = ln(minutes),  u = Phi((y - mean) / spread),  P(Y <= y) = H(u)

u would be uniform if y were normal (probability integral transform: Dawid, "The Prequential
Approach", 1984). H is how u was distributed so far, along straight lines between the ends of cells:
probabilities read through it are calibrated (Kuleshov et al., "Accurate Uncertainties for Deep
Learning Using Calibrated Regression", ICML 2018), whatever durations look like.
"""

from collections.abc import Mapping
from math import erfc, log, pi, sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from online_models.compiled import compiled
from online_models.contract import Numbers
from online_models.named_numbers import NamedNumbers
from online_models.tables import ModelBase

Floats = npt.NDArray[np.float64]

CELLS = 32
"""Cells of u, all of one width."""
SHORTEST_MINUTES, LONGEST_MINUTES = 1.0 / 60.0, 1440.0
"""What is longer is a window left open."""

_PRIOR = 10.0
"""What each cell counts before anything was seen."""
_NAME = "shape"
_SURE = 1e-6
_NORMAL = NormalDist()
_ENDS = np.arange(CELLS + 1.0) / CELLS
_ROOT_2, _ROOT_2_PI = sqrt(2.0), sqrt(2.0 * pi)


class Forecast(NamedTuple):
    """How long some things will take, in minutes; all arrays have the shape of `mean`."""

    mean: Floats
    """Of log minutes, were they normal."""
    spread: Floats
    """Their standard deviation, were they normal."""
    ends: Floats
    """(`CELLS` + 1,): H at the ends of the cells, from 0 to 1."""

    def level(self, minutes: Any) -> Floats:
        """P(it takes at most `minutes`)."""
        return np.interp(phi((_logs(minutes) - self.mean) / self.spread), _ENDS, self.ends)

    def density(self, minutes: Any) -> Floats:
        """Of log minutes, at `minutes`."""
        z = (_logs(minutes) - self.mean) / self.spread
        cell = np.minimum((CELLS * phi(z)).astype(np.int64), CELLS - 1)
        share = CELLS * np.diff(self.ends)[cell]
        found: Floats = share * np.exp(-0.5 * z * z) / (self.spread * _ROOT_2_PI)
        return found

    def quantile(self, level: float) -> Floats:
        """Minutes within which it is done with probability `level`, between 1 s and 1 day."""
        u = float(np.interp(level, self.ends, _ENDS))
        z = _NORMAL.inv_cdf(min(max(u, _SURE), 1.0 - _SURE))
        logs = np.clip(self.mean + self.spread * z, log(SHORTEST_MINUTES), log(LONGEST_MINUTES))
        return np.exp(logs)


def _logs(minutes: Any) -> Any:
    return np.log(np.maximum(minutes, np.finfo(np.float64).tiny))


@compiled
def phi(z: Floats) -> Floats:
    """The normal distribution function."""
    out = np.empty(len(z))
    for n in range(len(z)):
        out[n] = 0.5 * erfc(-z[n] / _ROOT_2)
    return out


class Shape:
    """How often u fell into each cell: own counts over those of a base."""

    def __init__(self) -> None:
        self._numbers = NamedNumbers()
        self._ends: Floats | None = None

    @property
    def ends(self) -> Floats:
        """H at the ends of the cells."""
        if self._ends is None:
            counts = _PRIOR + np.maximum(0.0, self._numbers.get(_NAME, _NOTHING))
            self._ends = np.zeros(CELLS + 1)
            self._ends[1:] = np.cumsum(counts) / counts.sum()
            self._ends[-1] = 1.0
        return self._ends

    def add(self, z: float) -> None:
        """Count an error of `z` spreads."""
        counts = [*self._numbers.get(_NAME, _NOTHING)]
        counts[min(int(CELLS * 0.5 * erfc(-z / _ROOT_2)), CELLS - 1)] += 1.0
        self._numbers.put(_NAME, *counts)
        self._ends = None

    def adopt(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase) -> None:
        """Hold the counts in `numbers`, else those of `base`."""
        self._numbers.adopt({k: v for k, v in numbers.items() if k == _NAME}, base)
        self._ends = None

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


_NOTHING = (0.0,) * CELLS
