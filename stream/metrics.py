"""Every metric, declared once: name, meaning, unit.

Updated once a batch, not once an event: a counter costs microseconds, an event should not.
"""

from stream.learning_meters import LearningMeters
from stream.meters import LATENCY_SEC, Meters

_SLOW_SEC = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_SIZE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class Metrics(Meters):
    """The metrics of one process."""

    def __init__(self) -> None:
        super().__init__()
        self.heartbeat = self.gauge(
            "heartbeat_seconds", "When the process last came round to its work; POSIX seconds."
        )
        self._declare_ingest()
        self._declare_personalize()
        self._declare_progress()
        self._declare_models()
        self._declare_versions()
        self._declare_merging()
        self._declare_archive()
        self._declare_openedx()
        self._declare_http()
        self._declare_receiver()
        self.learning = LearningMeters(self)

    def _declare_ingest(self) -> None:
        self.messages = self.counter(
            "messages", "Messages read from the statements' topic; each holds one or many."
        )
        self.statements = self.counter(
            "statements", "Statements by what became of them: accepted or rejected.", "result"
        )
        self.rejects = self.counter("rejects", "Dead letters by reason code.", "reason")
        self.repairs = self.counter(
            "repairs", "Deviations that lenient validation repaired, by code.", "deviation"
        )
        self.events_by_kind = self.counter("events", "LearningEvents made, by kind.", "kind")
        self.ingest_seconds = self.histogram(
            "ingest_batch_seconds", "Time for a batch of messages, reading to acknowledged."
        )

    def _declare_personalize(self) -> None:
        self.applied = self.counter("events_applied", "LearningEvents applied to state.")
        self.duplicates = self.counter(
            "duplicates", "Statements that were known already and changed nothing."
        )
        self.voided = self.counter("voided", "Statements withdrawn, or void before they came.")
        self.conflicts = self.counter(
            "conflicts", "Statements under a known id with another content; dead letters."
        )
        self.queues = self.counter("queues_written", "Queues rebuilt, by cause.", "cause")
        self.queue_age = self.histogram(
            "queue_age_seconds",
            "From a statement's arrival in the log to its learner's queue in Redis.",
        )
        self.checkpoint_seconds = self.histogram(
            "checkpoint_seconds", "Time of one atomic write to Redis, all partitions of a batch."
        )
        self.batch_events = self.histogram(
            "batch_events", "LearningEvents in one batch of all partitions.", _SIZE
        )
        self.batch_seconds = self.histogram(
            "batch_seconds", "Time for a batch of events, reading to checkpoint."
        )
        self.outbox = self.gauge("outbox", "Queues that Kafka has not acknowledged yet.")
        self.partitions = self.gauge("partitions", "Partitions that this worker owns.")
        self.claims = self.counter("claims", "Partitions taken over, at start or by a rebalance.")
        self.rebalances = self.counter(
            "rebalances", "Times that partitions were shared out anew among the workers."
        )
        self.applied_offset = self.gauge(
            "applied_offset", "Offset of the last applied event, by partition.", "partition"
        )
        self.waiting = self.gauge(
            "rebuilds_waiting", "Queues that a clock or a change has made stale, not yet rebuilt."
        )
        self.reference_version = self.gauge(
            "reference_changes", "Changes of catalogue, profiles and roles that were taken in."
        )

    def _declare_progress(self) -> None:
        part = ("group", "topic", "partition")
        self.lag = self.gauge(
            "lag",
            "Messages that a consumer group has not acknowledged yet, as Kafka knows it.",
            *part,
        )
        self.lag_seconds = self.gauge(
            "lag_seconds", "For how long the oldest of these messages has been seen to wait.", *part
        )
        self.committed = self.gauge(
            "committed_offset",
            "Offset that a consumer group goes on from, as Kafka knows it.",
            *part,
        )

    def _declare_models(self) -> None:
        self.predictions = self.counter(
            "predictions_scored", "Predictions whose outcome is known, by model.", "model"
        )
        self.quality = self.gauge(
            "prequential",
            "Quality of predictions made before learning, of the partitions of this worker; over "
            "all outcomes (total), or fading over about so many newest ones of each partition.",
            "model",
            "measure",
            "window",
        )
        self.drifts = self.gauge(
            "model_drifts",
            "How often a model's loss has risen against its baseline's, in the owned partitions.",
            "model",
        )
        self.drift_signals = self.counter(
            "drift_signals", "The same as they come while this worker owns the partition.", "model"
        )
        self.put_aside = self.gauge(
            "models_put_aside",
            "Owned partitions in which the baseline serves in place of the model, by reason.",
            "model",
            "reason",
        )
        self.model_changes = self.counter(
            "model_changes", "Models put aside, by reason, and back.", "model", "change"
        )

    def _declare_versions(self) -> None:
        self.model_version = self.gauge(
            "model_version",
            "Always 1: the version that is live of a model; an empty one where that is only what "
            "the stream has learned.",
            "model",
            "version",
        )
        self.version_changes = self.gauge(
            "version_changes",
            "Promotions and rollbacks that are remembered, by action: promoted or rolled_back.",
            "action",
        )
        self.version_changed_at = self.gauge(
            "version_changed_timestamp_seconds", "When the newest of them was; POSIX seconds."
        )
        self.pinned = self.gauge("models_pinned", "1 while nothing may be promoted.")
        self.version_refused = self.gauge(
            "version_refused", "1 while the version that was judged last was not proved better."
        )

    def _declare_merging(self) -> None:
        self.merges = self.counter("merges", "Merges of all partitions' parameters by this worker.")
        self.merge_seconds = self.histogram(
            "merge_seconds", "Time of one merge, in a process of its own.", _SLOW_SEC
        )
        self.merge_failures = self.counter(
            "merge_failures", "Ends of the merging process that nobody asked for."
        )
        self.merged_events = self.gauge(
            "merged_events", "Events that had been applied at the newest merge by this worker."
        )
        self.parameters = self.gauge(
            "parameters", "Names in the shared parameters, by model.", "model"
        )
        self.base_version = self.gauge(
            "base_version", "Version of the shared parameters adopted last by a partition."
        )
        self.adoptions = self.counter(
            "adoptions", "Times that a partition went on with new shared parameters."
        )
        self.rebase_seconds = self.histogram(
            "rebase_seconds", "Time that the events of a partition waited for such an adoption."
        )
        self.own_parameters = self.gauge(
            "own_parameters",
            "Names that the newest merge took in from the partition that adopted last, by model.",
            "model",
        )

    def _declare_archive(self) -> None:
        self.archived = self.counter(
            "archived_rows", "Messages put into files of the archive, by topic.", "topic"
        )
        self.archive_files = self.counter(
            "archive_files", "Files put in place in the archive, by topic.", "topic"
        )
        self.archive_seconds = self.histogram(
            "archive_flush_seconds", "Time to put all that waits into files.", _SLOW_SEC
        )
        self.archive_waiting = self.gauge(
            "archive_waiting_bytes", "Bytes of messages that wait for the next flush."
        )
        self.archive_lag = self.gauge(
            "archive_lag",
            "Messages of the owned partitions that are not in the archive, by topic.",
            "topic",
        )
        self.archive_lost = self.counter(
            "archive_lost_offsets",
            "Offsets that the log did not have any more when they were to be archived, by topic.",
            "topic",
        )
        self.compactions = self.counter(
            "archive_compactions", "Small files put together into one, by topic.", "topic"
        )

    def _declare_openedx(self) -> None:
        self.tracking_events = self.counter(
            "tracking_events",
            "Open edX's tracking events by what became of them: converted, skipped (nothing of "
            "learning), anonymous or rejected.",
            "result",
        )

    def _declare_http(self) -> None:
        self.http_requests = self.counter(
            "http_requests",
            "Answers over HTTP by route, as a template and never the path, method and status.",
            "route",
            "method",
            "status",
        )
        self.http_seconds = self.histogram(
            "http_seconds", "Time of a request, read to answered, by route.", LATENCY_SEC, "route"
        )
        self.http_open = self.gauge("http_open", "Event streams that are open.")
        self.queue_reads = self.counter(
            "queue_reads", "Queues handed out, by source: engine or fallback.", "source"
        )
        self.fallbacks = self.counter(
            "fallbacks", "Queues by content rules alone, by what was wrong.", "reason"
        )
        self.rules_at_reading = self.counter(
            "rules_at_reading", "Items left out at reading, by the rule that removed them.", "code"
        )
        self.denied = self.counter(
            "denied",
            "Requests refused, by reason: no_key, wrong_key, expired, scope, tenant, rate, size or "
            "slow.",
            "reason",
        )

    def _declare_receiver(self) -> None:
        self.received_statements = self.counter(
            "received_statements",
            "Statements sent over HTTP, by result: accepted, resent, conflict or invalid.",
            "result",
        )
        self.attachments = self.counter(
            "attachments", "Attachments that came with statements, were checked and let go."
        )
        self.receive_seconds = self.histogram(
            "receive_seconds", "From a request with statements to Kafka's acknowledgement."
        )
        self.feedback = self.counter(
            "feedback", "What learners said of recommendations, by kind.", "kind"
        )
        self.erasures = self.counter(
            "erasures", "Erasures of a learner by step that was done.", "step"
        )
