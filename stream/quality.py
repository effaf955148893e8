"""Quality of the models in the partitions of a worker, and what is counted of each batch."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import reduce
from operator import add

from online_models.guard import PutAside, Reason, describe
from online_models.monitor import UNITS, QualityMonitor
from online_models.prequential import WINDOWS, Quality
from online_models.watch import Watch
from processors.pipeline import Batch, Outcome
from stream.metrics import Metrics

MEASURES = tuple(field.name for field in fields(Quality) if field.name != "events")

_log = logging.getLogger("stepstream")


def export_quality(metrics: Metrics, monitors: Sequence[QualityMonitor]) -> None:
    """Bring the gauges up to date with all owned partitions; too dear to be done every event."""
    for model in UNITS:
        watches = [monitor.watch(model) for monitor in monitors]
        metrics.drifts.labels(model).set(sum(watch.signs.drifts for watch in watches))
        standings = [watch.standing for watch in watches]
        aside = Counter(one.reason for one in standings if isinstance(one, PutAside))
        for reason in Reason:
            metrics.put_aside.labels(model, reason).set(aside[reason])
        if watches:
            _export_measures(metrics, model, watches)


def _export_measures(metrics: Metrics, model: str, watches: Sequence[Watch]) -> None:
    sums = reduce(add, (watch.measured.sums() for watch in watches))
    for window in WINDOWS:
        quality = sums.read(window)
        for measure in MEASURES:
            value = getattr(quality, measure)
            if value is not None:
                metrics.quality.labels(model, measure, window).set(value)


def count_models(metrics: Metrics, batches: Iterable[Batch], outcomes: Iterable[Outcome]) -> None:
    """Count scored predictions; count and tell what models were put aside or came back."""
    for batch, outcome in zip(batches, outcomes, strict=True):
        for model, count in Counter(one.model for one in outcome.observations).items():
            metrics.predictions.labels(model).inc(count)
        for model, standing in outcome.changes:
            change = standing.reason if isinstance(standing, PutAside) else "back"
            metrics.model_changes.labels(model, change).inc()
            told = describe(standing, UNITS[model])
            _log.warning("model %s in partition %d: %s", model, batch.partition, told)


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
