"""Prequential quality of the models of a worker, and what is counted of each batch."""

from collections import Counter
from collections.abc import Iterable, Sequence

from online_models.prequential import Prequential
from processors.learning import Observation
from processors.pipeline import Batch, Outcome
from stream.metrics import Metrics

MEASURES = ("auc", "log_loss", "ece")
PROBABILITIES = ("success", "engagement")
"""Models whose predictions are probabilities."""


class Quality:
    """Scores predictions whose outcome is known."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._models = {name: Prequential() for name in PROBABILITIES}

    def score(self, observations: Sequence[Observation]) -> None:
        """Count predictions with what came out."""
        for model, predicted, observed in observations:
            if model in self._models:
                self._models[model].update(predicted, observed)
        for model, count in Counter(one.model for one in observations).items():
            self._metrics.predictions.labels(model).inc(count)

    def export(self) -> None:
        """Bring the gauges up to date; a reading costs more than an event may."""
        for model, prequential in self._models.items():
            quality = prequential.rolling()
            for measure in MEASURES:
                value = getattr(quality, measure)
                if value is not None:
                    self._metrics.quality.labels(model, measure).set(value)


def count_batches(
    metrics: Metrics, batches: Iterable[Batch], outcomes: Iterable[Outcome], now: float
) -> None:
    """Count what batches brought; their queues became visible at `now` (POSIX seconds)."""
    for batch, outcome in zip(batches, outcomes, strict=True):
        metrics.applied.inc(len(batch.events))
        metrics.duplicates.inc(outcome.duplicates)
        metrics.voided.inc(outcome.voided)
        metrics.conflicts.inc(len(outcome.conflicts))
        metrics.queues.labels("event").inc(len(outcome.write.queues))
        metrics.applied_offset.labels(str(batch.partition)).set(batch.end)
        for _, event in batch.events:
            metrics.queue_age.observe(now - event.received_at)
