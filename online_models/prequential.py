"""Prequential quality: each event is predicted first, scored, and only then learned.

Dawid, "Statistical Theory: The Prequential Approach", 1984. O(1) an event, O(bins) a reading.
"""

from collections import deque
from dataclasses import dataclass
from math import isfinite, log

BINS = 1000
"""Bins of the prediction for the AUC: pairs within one bin count half, an error below 1/2000."""

CALIBRATION_BINS = 10
_BINS_EACH = BINS // CALIBRATION_BINS
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Quality:
    """Plain numbers of how good predictions were; None where they are not defined (yet)."""

    events: int
    auc: float | None
    """P(a success was predicted higher than a failure); an outcome of 0.5 and more is a success."""
    log_loss: float | None
    """Mean cross-entropy in nats, with the outcome in [0, 1] itself."""
    ece: float | None
    """Expected calibration error: |mean prediction - mean outcome| a bin, by events, 10 bins."""
    rmse: float | None
    accuracy: float | None


class Scores:
    """Sums over predictions; what was added can be taken away again."""

    def __init__(self) -> None:
        self._events = 0
        self._right = 0
        self._log_loss = 0.0
        self._squares = 0.0
        self._classes = ([0] * BINS, [0] * BINS)  # (failures, successes) by bin of the prediction
        self._excess = [0.0] * CALIBRATION_BINS  # sum of prediction - outcome

    def add(self, prediction: float, outcome: float, times: int = 1) -> None:
        """Count one event; `times` -1 takes it away."""
        cell = min(BINS - 1, int(prediction * BINS))
        success = outcome >= 0.5  # noqa: PLR2004 - the middle of [0, 1]
        self._events += times
        self._right += times * ((prediction >= 0.5) == success)  # noqa: PLR2004 - the same
        self._log_loss += times * _cross_entropy(prediction, outcome)
        self._squares += times * (prediction - outcome) ** 2
        self._classes[success][cell] += times
        self._excess[cell // _BINS_EACH] += times * (prediction - outcome)

    def read(self) -> Quality:
        """The quality of what is counted."""
        count = self._events
        if not count:
            return Quality(0, None, None, None, None, None)
        return Quality(
            events=count,
            auc=_auc(*self._classes),
            log_loss=max(0.0, self._log_loss) / count,
            ece=sum(map(abs, self._excess)) / count,
            rmse=(max(0.0, self._squares) / count) ** 0.5,
            accuracy=self._right / count,
        )


class Prequential:
    """Quality of one model's predictions: over everything, and over the last `window` events."""

    def __init__(self, window: int = 2000) -> None:
        self._total = Scores()
        self._recent = Scores()
        self._queue: deque[tuple[float, float]] = deque()
        self._window = window

    def update(self, prediction: float, outcome: float) -> None:
        """Score `prediction` (a probability) of `outcome` in [0, 1]; others are not counted."""
        if not _is_share(prediction) or not _is_share(outcome):
            return
        self._total.add(prediction, outcome)
        self._recent.add(prediction, outcome)
        self._queue.append((prediction, outcome))
        if len(self._queue) > self._window:
            self._recent.add(*self._queue.popleft(), times=-1)

    def total(self) -> Quality:
        """Quality since the start."""
        return self._total.read()

    def rolling(self) -> Quality:
        """Quality of the last `window` events."""
        return self._recent.read()


def _is_share(value: float) -> bool:
    return isfinite(value) and 0.0 <= value <= 1.0


def _cross_entropy(prediction: float, outcome: float) -> float:
    p = max(_LEAST, min(1.0 - _LEAST, prediction))
    return -outcome * log(p) - (1.0 - outcome) * log(1.0 - p)


def _auc(failures: list[int], successes: list[int]) -> float | None:
    """Mann-Whitney's U over all pairs of a failure and a success; ties count half."""
    pairs = sum(failures) * sum(successes)
    below, wins = 0, 0.0
    for fails, hits in zip(failures, successes, strict=True):
        wins += hits * (below + 0.5 * fails)
        below += fails
    return wins / pairs if pairs else None
