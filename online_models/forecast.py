"""The distribution of durations: location, spread, and a shape that was counted.

    y = ln(minutes),  u = Phi((y - mean) / spread),  P(Y <= y) = H(u)

u would be uniform if y were normal (probability integral transform: Dawid, "The Prequential
Approach", 1984). H is how u was distributed so far, along straight lines between the ends of cells:
probabilities read through it are calibrated (Kuleshov et al., "Accurate Uncertainties for Deep
Learning Using Calibrated Regression", ICML 2018), whatever durations look like.
"""

from math import erfc, log, pi, sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from online_models.compiled import compiled
from online_models.contract import Numbers
from online_models.parts import FewNumbers
from online_models.tables import EMPTY, ModelBase, Tables

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
        found: Floats = _levels((_logs(minutes) - self.mean) / self.spread, self.ends)
        return found

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
        out[n] = _phi(z[n])
    return out


@compiled
def _phi(z: float) -> float:
    return float(0.5 * erfc(-z / _ROOT_2))


@compiled
def cell_of(z: float) -> int:
    """The cell that an error of `z` spreads is in."""
    u = _phi(z)
    return min(int(CELLS * u), CELLS - 1) if u >= 0.0 else 0


@compiled
def ends_of(counts: Floats) -> Floats:
    """H at the ends of the cells, from what each has counted."""
    ends = np.zeros(CELLS + 1)
    for n in range(CELLS):
        ends[n + 1] = ends[n] + _PRIOR + max(0.0, counts[n])
    ends /= ends[-1]
    return ends


@compiled
def level_of(z: float, ends: Floats) -> float:
    """H at `z` spreads; NaN where it is no number."""
    cells = CELLS * _phi(z)
    n = cell_of(z)
    return float(ends[n] + (ends[n + 1] - ends[n]) * (cells - n))


@compiled
def _levels(z: Floats, ends: Floats) -> Floats:
    out = np.empty(len(z))
    for n in range(len(z)):
        out[n] = level_of(z[n], ends)
    return out


class Shape(FewNumbers):
    """How often u fell into each cell: own counts over those of a base."""

    def __init__(self) -> None:
        self.restore_tables({}, EMPTY)

    @property
    def ends(self) -> Floats:
        """H at the ends of the cells."""
        ends: Floats = ends_of(self.counts)
        return ends

    def learn(self) -> Floats:
        """The counts, to be counted in."""
        self._is_own = self._is_changed = True
        return self.counts

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """Hold the counts among `own`, else those of `base`."""
        held = own.get(CELLS) or base.tables.get(CELLS)
        self.counts = np.zeros(CELLS) if held is None else held.values[0].copy()
        """(`CELLS`,): of each cell."""
        self._is_own, self._is_changed = CELLS in own, False

    def state(self) -> Numbers:
        """The own counts."""
        return {_NAME: tuple(self.counts.tolist())} if self._is_own else {}

    def touched(self) -> Numbers:
        """The own counts, where they changed since the last call."""
        is_changed, self._is_changed = self._is_changed, False
        return self.state() if is_changed else {}

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`; rounding may leave a count below 0."""
        return name == _NAME and len(values) == CELLS and min(values) > -1.0
