"""A demo in numbers: while it runs, and in the end."""

from dataclasses import asdict, dataclass
from math import inf
from typing import Any

from stream.demo.place import Counted
from stream.demo.readings import Readings

_AGE = "queue_age_seconds"
_MS = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a worker has counted."""

    events: int
    """Learning events that were applied, known ones and copies of voidings included."""
    accepted: int
    rejected: int
    repairs: int
    """Deviations that lenient validation mended."""
    duplicates: int
    voided: int
    conflicts: int
    queues: int
    """Queues written."""
    queue_age_p50_ms: float | None
    """From a statement's arrival in Kafka to its learner's queue in Redis, over all events."""
    queue_age_p99_ms: float | None
    auc: float | None
    """Of predictions of success made before learning; 0.5 is guessing. Of each partition's outcomes
    those of the fading window of 500."""
    predictions: int
    """Outcomes that were predicted, scored and then learned."""

    @property
    def handled(self) -> int:
        """Statements that became an event or a dead letter."""
        return self.accepted + self.rejected

    @property
    def progress(self) -> tuple[int, int]:
        """What grows as long as the worker gets on."""
        return self.handled, self.events

    @property
    def lacks_quality(self) -> bool:
        """Whether predictions were scored, but their quality has not been told yet."""
        return self.predictions > 0 and self.auc is None


def figures(readings: Readings, elapsed_sec: float = inf) -> Figures:
    """The figures in a worker's metrics, `elapsed_sec` after the first statement.

    No queue age can be above that, though the bucket it lies in reaches further.
    """
    return Figures(
        events=int(readings.total("events_applied_total")),
        accepted=int(readings.total("statements_total", result="accepted")),
        rejected=int(readings.total("statements_total", result="rejected")),
        repairs=int(readings.total("repairs_total")),
        duplicates=int(readings.total("duplicates_total")),
        voided=int(readings.total("voided_total")),
        conflicts=int(readings.total("conflicts_total")),
        queues=int(readings.total("queues_written_total")),
        queue_age_p50_ms=_ms(readings.quantile(_AGE, 0.50, elapsed_sec)),
        queue_age_p99_ms=_ms(readings.quantile(_AGE, 0.99, elapsed_sec)),
        auc=readings.value("prequential", model="success", measure="auc", window="500"),
        predictions=int(readings.total("predictions_scored_total", model="success")),
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * _MS, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a demo did."""

    kafka: str
    """embedded, external or in-memory."""
    published: int
    """Statements that were published, good and bad."""
    counted: Counted
    worker: Figures
    best_auc: float | None
    seconds: float
    """From the first statement until everything was handled."""
    restarts: int = 0
    is_settled: bool = True
    """Whether everything was handled in the end."""
    prefix: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether each statement became an event or a dead letter, and nothing else did.

        A worker that was killed reads on from its last commit, so some statements become events
        twice (which changes nothing: they are known by then).
        """
        handled = self.counted.accepted + self.counted.rejected
        exact = handled == self.published
        return self.is_settled and (exact or (self.restarts > 0 and handled > self.published))

    def to_json(self) -> dict[str, Any]:
        """The object that programs read."""
        own = asdict(self.worker)
        del own["accepted"], own["rejected"]
        return {
            "kafka": self.kafka,
            "published": self.published,
            "accepted": self.counted.accepted,
            "rejected": self.counted.rejected,
            "reasons": dict(self.counted.reasons.most_common()),
            "adds_up": self.adds_up,
            **own,
            "best_auc": self.best_auc,
            "seconds": round(self.seconds, 2),
            "statements_per_second": round(self.published / max(self.seconds, 0.001), 1),
            "restarts": self.restarts,
            "prefix": self.prefix,
        }
