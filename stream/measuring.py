"""What is counted of each batch of events, and the gauges that are brought up to date at times."""

from collections.abc import Mapping, Sequence

from online_models.monitor import UNITS, QualityMonitor
from processors.pipeline import Batch, Outcome, World
from processors.witness import Seen
from stream.learning import LearningWatch
from stream.metrics import Metrics
from stream.quality import count_batches, count_models, export_quality
from stream.settings import Settings
from stream.wiring import slices


class Measures:
    """The metrics of one worker's events and queues."""

    def __init__(self, settings: Settings, world: World, metrics: Metrics) -> None:
        self._metrics = metrics
        self._reference = world.reference
        groups = slices(settings)
        self._learning = LearningWatch(metrics, world.reference, groups, settings.slice_by)
        self._drifts: dict[tuple[int, str], float] = {}

    def own(self, partitions: int) -> None:
        """So many partitions were taken over, and all others dropped."""
        self._metrics.partitions.set(partitions)
        self._metrics.claims.inc(partitions)
        self._metrics.rebalances.inc()
        self._learning.forget()
        self._drifts.clear()

    def count(
        self, batches: Sequence[Batch], outcomes: Sequence[Outcome], started: float, now: float
    ) -> None:
        """Count batches that were begun at `started` and can be read since `now`."""
        count_batches(self._metrics, batches, outcomes, now)
        for outcome in outcomes:
            self._learning.count(outcome.seen, now)
        self._metrics.batch_events.observe(sum(len(batch.events) for batch in batches))
        self._metrics.batch_seconds.observe(now - started)
        self._metrics.reference_version.set(self._reference.version)
        count_models(self._metrics, batches, outcomes)

    def count_rebuilt(self, seen: Seen, now: float) -> None:
        """Count queues that a clock or a change had made stale."""
        self._metrics.queues.labels("refresh").inc(len(seen.offers))
        self._learning.count(seen, now)

    def export(self, monitors: Mapping[int, QualityMonitor], now: float) -> None:
        """Bring the gauges up to date, given what watches the models of each owned partition."""
        export_quality(self._metrics, list(monitors.values()))
        for partition, monitor in monitors.items():
            for model in UNITS:
                self._count_drifts(partition, model, monitor.watch(model).signs.drifts)
        self._learning.export(now)

    def _count_drifts(self, partition: int, model: str, drifts: float) -> None:
        """A partition brings its drifts along when it comes; only those that follow are news."""
        before = self._drifts.get((partition, model), drifts)
        self._drifts[partition, model] = drifts
        self._metrics.drift_signals.labels(model).inc(max(0.0, drifts - before))
