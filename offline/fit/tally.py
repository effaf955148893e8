"""Predictions beside what came out, counted so that they take no room: losses and calibration."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from online_models.monitor import PROBABILITIES
from online_models.observation import Observation
from online_models.weights import Floats
from schemas.codec import pack, unpack

BINS = 400
_FAR = 10.0
"""Log odds beyond are counted with these: predictions are never that far out."""
_LEAST = 1e-9


class Counted(NamedTuple):
    """What was predicted of one model."""

    events: float
    loss: float
    """Sum: nats of probabilities, squared errors of values."""
    baseline: float
    """The same of the baseline."""
    trials: Floats
    """(BINS,): predictions by their log odds; empty for values."""
    successes: Floats
    """(BINS,): sums of what came out of them."""


class Tally:
    """What was predicted, and what came out, by model; a `Kept`."""

    def __init__(self) -> None:
        self._of: dict[str, Counted] = {}

    def add(self, observations: Iterable[Observation]) -> None:
        """Count predictions."""
        for one in observations:
            self._of[one.model] = _added(self._of.get(one.model) or _nothing(one.model), one)

    def of(self, model: str) -> Counted:
        """What was counted of a model."""
        return self._of.get(model) or _nothing(model)

    def means(self) -> dict[str, dict[str, float]]:
        """Events, mean loss and that of the baseline, by model."""
        return {
            name: {
                "events": one.events,
                "loss": one.loss / one.events,
                "baseline": one.baseline / one.events,
            }
            for name, one in sorted(self._of.items())
        }

    def packed(self) -> bytes:
        """See `Kept`."""
        return pack(
            {n: [*o[:3], o.trials.tolist(), o.successes.tolist()] for n, o in self._of.items()}
        )

    def restore(self, packed: bytes) -> None:
        """See `Kept`."""
        known = unpack(packed) if packed else {}
        self._of = {n: Counted(*row[:3], *map(np.array, row[3:])) for n, row in known.items()}


def log_odds_of_bins() -> Floats:
    """(BINS,): the middle of each."""
    width = 2.0 * _FAR / BINS
    middles: Floats = -_FAR + width * (np.arange(BINS, dtype=np.float64) + 0.5)
    return middles


def _plain(one: Counted) -> list[Any]:
    return [*one[:3], one.trials.tolist(), one.successes.tolist()]


def _nothing(model: str) -> Counted:
    bins = BINS if model in PROBABILITIES else 0
    return Counted(0.0, 0.0, 0.0, np.zeros(bins), np.zeros(bins))


def _added(known: Counted, one: Observation) -> Counted:
    events, loss, baseline, trials, successes = known
    if not len(trials):
        more = (one.predicted - one.observed) ** 2, (one.baseline - one.observed) ** 2
    else:
        p = min(max(one.predicted, _LEAST), 1.0 - _LEAST)
        score = np.log(p / (1.0 - p))
        place = int(np.clip((score + _FAR) / (2.0 * _FAR) * BINS, 0, BINS - 1))
        trials[place] += 1.0
        successes[place] += one.observed
        more = _nats(p, one.observed), _nats(one.baseline, one.observed)
    return Counted(events + 1.0, loss + more[0], baseline + more[1], trials, successes)


def _nats(p: float, outcome: float) -> float:
    p = min(max(p, _LEAST), 1.0 - _LEAST)
    return float(-(outcome * np.log(p) + (1.0 - outcome) * np.log1p(-p)))
