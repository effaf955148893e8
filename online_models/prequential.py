"""Prequential quality: each event is predicted first, scored, and only then learned.

Dawid, "Statistical Theory: The Prequential Approach", 1984. Beside the total there are windows that
fade: an event that lies k events back weighs `(1 - 1/n)^k`, so a window of n holds n events' weight
and needs no list of them (Gama, Sebastiao, Rodrigues, "On evaluating stream learning algorithms",
Machine Learning 90, 2013). All is linear sums: those of many partitions add up to those of all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from online_models.compiled import compiled

Array = NDArray[np.float64]

WINDOWS: Mapping[str, float] = {"total": inf, "5000": 5000.0, "500": 500.0}
"""Name -> size in events."""

BINS = 100
"""Bins of the prediction, for the AUC (pairs within one bin count half) and for calibration."""

CALIBRATION_BINS = 10

_KEEP = (1.0, 1.0 - 1.0 / 5000.0, 1.0 - 1.0 / 500.0)
"""What an event leaves of each window's sums."""
_N_WINDOWS = len(_KEEP)

WIDTH = 8
"""Sums of a window: weight, loss, baseline's loss, square, baseline's square, absolute error,
weight with a known level, of it with a level inside `COVERED`. A square is of an error."""

N_TOTALS = WIDTH * _N_WINDOWS
"""Sums of all windows."""

CELL = 3 * _N_WINDOWS + 1
"""Sums of a bin: failures, successes, prediction - outcome, for each window; and their as-of."""
_AS_OF = CELL - 1
_CHANGED = CELL
_LEAST = 1e-6

LOWEST, HIGHEST = 0.1, 0.9
"""Quantiles between which `Quality.coverage` looks."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Plain numbers of how good predictions were; None where they are not defined (yet)."""

    events: float
    """Weight of the events that are counted."""
    auc: float | None = None
    """P(a success was predicted higher than a failure); an outcome of 0.5 and more is a success."""
    log_loss: float | None = None
    """Mean cross-entropy in nats, with the outcome in [0, 1] itself."""
    baseline_log_loss: float | None = None
    ece: float | None = None
    """Expected calibration error: |mean prediction - mean outcome| a bin, by events, 10 bins."""
    rmse: float | None = None
    baseline_rmse: float | None = None
    mae: float | None = None
    """Mean absolute error; for what is no probability."""
    coverage: float | None = None
    """Share between the predicted 10 % and 90 % quantiles: 0.8 of honest distributions."""


@dataclass(frozen=True, slots=True)
class Sums:
    """All that is known of a model's predictions, as of now; adds up over partitions."""

    of_windows: Array
    """(window, `WIDTH`)"""
    of_bins: Array
    """(bin, window, 3): failures, successes, prediction - outcome; no bins of what is no
    probability."""

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.of_windows + other.of_windows, self.of_bins + other.of_bins)

    def read(self, window: str = "total") -> Quality:
        """The quality over one of `WINDOWS`."""
        place = list(WINDOWS).index(window)
        weight, loss, base_loss, square, base_square, absolute, known, inside = map(
            float, self.of_windows[place]
        )
        if not weight:
            return Quality(0.0)
        rmse, base_rmse = sqrt(square / weight), sqrt(base_square / weight)
        if not len(self.of_bins):
            return Quality(
                weight,
                rmse=rmse,
                baseline_rmse=base_rmse,
                mae=absolute / weight,
                coverage=inside / known if known else None,
            )
        failures, successes, excess = self.of_bins[:, place].T
        return Quality(
            weight,
            auc=auc(failures, successes),
            log_loss=loss / weight,
            baseline_log_loss=base_loss / weight,
            ece=_ece(excess) / weight,
            rmse=rmse,
            baseline_rmse=base_rmse,
        )


class Prequential:
    """Quality of one model's predictions over each of `WINDOWS`.

    Args:
        bins: Of a probability's prediction; 0 where no probability is predicted.
    """

    def __init__(self, bins: int = BINS) -> None:
        self._windows = np.zeros((_N_WINDOWS, WIDTH))
        self._bins = np.zeros((bins, CELL + 1))

    def update(
        self, predicted: float, baseline: float, observed: float, level: float = nan
    ) -> float:
        """Score one event; all are finite, probabilities and their outcomes in [0, 1].

        Returns:
            Loss of the prediction minus loss of the baseline's: of cross-entropy for a
            probability, of the squared error else.
        """
        excess: float = _score(self._windows, self._bins, predicted, baseline, observed, level)
        return excess

    @property
    def events(self) -> float:
        """Events that were scored."""
        return float(self._windows[0, 0])

    @property
    def baseline_loss(self) -> float:
        """Mean loss of the baseline over all events; 0 before the first."""
        weight, _, loss = self._windows[0, :3]
        return float(loss / weight) if weight else 0.0

    def sums(self) -> Sums:
        """What is counted, as of now; a copy."""
        events = self._windows[0, 0]
        cells = self._bins[:, :_AS_OF].reshape(len(self._bins), _N_WINDOWS, 3)
        age = events - self._bins[:, _AS_OF]
        return Sums(self._windows.copy(), cells * np.power.outer(_KEEP, age).T[:, :, None])

    def read(self, window: str = "total") -> Quality:
        """The quality over one of `WINDOWS`."""
        return self.sums().read(window)

    def totals(self) -> tuple[float, ...]:
        """The sums of all windows, one after the other."""
        return tuple(self._windows.ravel().tolist())

    def cells(self) -> dict[int, tuple[float, ...]]:
        """The sums of each bin that holds something."""
        return self._rows(np.flatnonzero(self._bins[:, _AS_OF]))

    def changed_cells(self) -> dict[int, tuple[float, ...]]:
        """The sums of each bin that changed since the last call."""
        places = np.flatnonzero(self._bins[:, _CHANGED])
        self._bins[places, _CHANGED] = 0.0
        return self._rows(places)

    def adopt(self, totals: Sequence[float], cells: Mapping[int, Sequence[float]]) -> None:
        """Know exactly this."""
        self._windows[:] = np.reshape(totals, self._windows.shape)
        self._bins[:] = 0.0
        for place, cell in cells.items():
            self._bins[place, :CELL] = cell

    def _rows(self, places: NDArray[np.intp]) -> dict[int, tuple[float, ...]]:
        rows = self._bins[places, :CELL].tolist()
        return dict(zip(places.tolist(), map(tuple, rows), strict=True))


@compiled
def _cross_entropy(predicted: float, observed: float) -> float:
    p = max(_LEAST, min(1.0 - _LEAST, predicted))
    return -observed * log(p) - (1.0 - observed) * log(1.0 - p)


@compiled
def _score(
    windows: Array, bins: Array, predicted: float, baseline: float, observed: float, level: float
) -> float:
    """Count one event in `windows` and in its bin, where there are `bins`."""
    error, base_error = predicted - observed, baseline - observed
    loss, base_loss = error * error, base_error * base_error
    if len(bins):
        loss, base_loss = _cross_entropy(predicted, observed), _cross_entropy(baseline, observed)
    known = 1.0 if level >= 0.0 else 0.0
    for w in range(_N_WINDOWS):
        sums, keep = windows[w], _KEEP[w]
        sums[0] = sums[0] * keep + 1.0
        sums[1] = sums[1] * keep + loss
        sums[2] = sums[2] * keep + base_loss
        sums[3] = sums[3] * keep + error * error
        sums[4] = sums[4] * keep + base_error * base_error
        sums[5] = sums[5] * keep + abs(error)
        sums[6] = sums[6] * keep + known
        sums[7] = sums[7] * keep + (1.0 if LOWEST <= level <= HIGHEST else 0.0)
    if len(bins):
        _count(bins, predicted, observed, windows[0, 0])
    return loss - base_loss


@compiled
def _count(bins: Array, predicted: float, observed: float, events: float) -> None:
    """Count one event in the bin of its prediction, which fades up to now first."""
    cell = bins[min(len(bins) - 1, int(predicted * len(bins)))]
    age = events - cell[_AS_OF]
    success = 1.0 if observed >= 0.5 else 0.0  # noqa: PLR2004 - the middle of [0, 1]
    for w in range(_N_WINDOWS):
        keep = _KEEP[w] ** age
        cell[3 * w] = cell[3 * w] * keep + 1.0 - success
        cell[3 * w + 1] = cell[3 * w + 1] * keep + success
        cell[3 * w + 2] = cell[3 * w + 2] * keep + predicted - observed
    cell[_AS_OF] = events
    cell[_CHANGED] = 1.0


def auc(failures: Array, successes: Array) -> float | None:
    """Mann-Whitney's U over all pairs of a failure and a success, given by bin; ties count half."""
    pairs = failures.sum() * successes.sum()
    below = np.cumsum(failures) - failures
    return float((successes * (below + 0.5 * failures)).sum() / pairs) if pairs else None


def _ece(excess: Array) -> float:
    """Sum of |prediction - outcome| over bins that are brought together to 10."""
    groups = np.arange(len(excess)) * CALIBRATION_BINS // len(excess)
    return float(np.abs(np.bincount(groups, excess)).sum())
