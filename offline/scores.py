"""How good probabilities were, exactly: every prediction counts, nothing is binned but the ECE.

Outcomes lie in [0, 1]; where a measure knows two classes only, 0.5 and more is a success.
"""

from dataclasses import dataclass

import numpy as np

from offline.answers import Flags, Numbers, Places

BINS = 10
"""Bins of equal width of the expected calibration error."""

RESAMPLES = 200
_MIDDLE = 0.5
_LEAST = 1e-15


@dataclass(frozen=True, slots=True)
class Scores:
    """Measures of some predictions."""

    auc: float | None
    """P(a success was predicted higher than a failure), ties half (Hanley, McNeil, 1982); None
    where all came out alike."""
    log_loss: float
    """Mean cross-entropy in nats."""
    rmse: float
    accuracy: float
    """Share of predictions on the right side of 0.5."""
    ece: float
    """|mean prediction - mean outcome| a bin, weighed by events (Naeini et al., 2015)."""


def scores(predicted: Numbers, outcome: Numbers) -> Scores:
    """The measures of at least one prediction."""
    p = np.clip(predicted, _LEAST, 1.0 - _LEAST)
    success = outcome >= _MIDDLE
    return Scores(
        auc(predicted, success),
        float(-np.mean(outcome * np.log(p) + (1.0 - outcome) * np.log1p(-p))),
        float(np.sqrt(np.mean((predicted - outcome) ** 2))),
        float(np.mean((predicted >= _MIDDLE) == success)),
        _ece(predicted, outcome),
    )


def bins_of(predicted: Numbers) -> Places:
    """The bin of each prediction, from 0; the last one holds 1."""
    return np.minimum((predicted * BINS).astype(np.int64), BINS - 1)


def _ece(predicted: Numbers, outcome: Numbers) -> float:
    excess = np.bincount(bins_of(predicted), predicted - outcome, BINS)
    return float(np.abs(excess).sum() / len(predicted))


def auc(predicted: Numbers, success: Flags) -> float | None:
    """The area under the ROC curve; None where all came out alike."""
    return Ranking(predicted, success).auc()


class Ranking:
    """Predictions in order, for the AUC of weighted samples of them."""

    def __init__(self, predicted: Numbers, success: Flags) -> None:
        self._order = np.argsort(predicted, kind="stable")
        ordered = predicted[self._order]
        self._success = success[self._order]
        self._starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        """Where each run of equal predictions begins."""

    def auc(self, weights: Numbers | None = None) -> float | None:
        """The AUC where each prediction counts `weights` times; once where that is None."""
        counted = np.ones(len(self._order)) if weights is None else weights[self._order]
        hits = np.add.reduceat(np.where(self._success, counted, 0.0), self._starts)
        fails = np.add.reduceat(np.where(self._success, 0.0, counted), self._starts)
        pairs = hits.sum() * fails.sum()
        below = np.cumsum(fails) - fails
        return float((hits * (below + 0.5 * fails)).sum() / pairs) if pairs else None


def auc_interval(
    predicted: Numbers, outcome: Numbers, learner: Places, resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """95 % interval of the AUC: percentile bootstrap over learners (Efron, Tibshirani, 1993).

    `learner` has a number of each row's learner. None where some resample has one class only.
    """
    ranking = Ranking(predicted, outcome >= _MIDDLE)
    _, place = np.unique(learner, return_inverse=True)
    count = int(place.max()) + 1
    rng = np.random.default_rng(count)
    drawn = (
        np.bincount(rng.integers(count, size=count), minlength=count) for _ in range(resamples)
    )
    found = [ranking.auc(times[place].astype(np.float64)) for times in drawn]
    known = [one for one in found if one is not None]
    if len(known) < resamples:
        return None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
