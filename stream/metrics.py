"""Every metric, declared once: name, meaning, unit. The only door to prometheus-client.

Updated once a batch, not once an event: a counter costs microseconds, an event should not.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from schemas.errors import ConfigurationError

_MS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500)
_LATENCY_SEC = (*(ms / 1000 for ms in _MS), 1, 2, 5, 10, 60)
_SLOW_SEC = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_SIZE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._declare_ingest()
        self._declare_personalize()
        self._declare_models()
        self._declare_merging()
        self._declare_archive()
        self._declare_http()
        self._declare_receiver()

    def _declare_ingest(self) -> None:
        self.messages = self._counter(
            "messages", "Messages read from the statements' topic; each holds one or many."
        )
        self.statements = self._counter(
            "statements", "Statements by what became of them: accepted or rejected.", "result"
        )
        self.rejects = self._counter("rejects", "Dead letters by reason code.", "reason")
        self.repairs = self._counter(
            "repairs", "Deviations that lenient validation repaired, by code.", "deviation"
        )
        self.events_by_kind = self._counter("events", "LearningEvents made, by kind.", "kind")
        self.ingest_seconds = self._histogram(
            "ingest_batch_seconds", "Time for a batch of messages, reading to acknowledged."
        )

    def _declare_personalize(self) -> None:
        self.applied = self._counter("events_applied", "LearningEvents applied to state.")
        self.duplicates = self._counter(
            "duplicates", "Statements that were known already and changed nothing."
        )
        self.voided = self._counter("voided", "Statements withdrawn, or void before they came.")
        self.conflicts = self._counter(
            "conflicts", "Statements under a known id with another content; dead letters."
        )
        self.queues = self._counter("queues_written", "Queues rebuilt, by cause.", "cause")
        self.queue_age = self._histogram(
            "queue_age_seconds",
            "From a statement's arrival in the log to its learner's queue in Redis.",
        )
        self.checkpoint_seconds = self._histogram(
            "checkpoint_seconds", "Time of one atomic write to Redis, all partitions of a batch."
        )
        self.batch_events = self._histogram(
            "batch_events", "LearningEvents in one batch of all partitions.", _SIZE
        )
        self.batch_seconds = self._histogram(
            "batch_seconds", "Time for a batch of events, reading to checkpoint."
        )
        self.outbox = self._gauge("outbox", "Queues that Kafka has not acknowledged yet.")
        self.partitions = self._gauge("partitions", "Partitions that this worker owns.")
        self.claims = self._counter("claims", "Partitions taken over, at start or by a rebalance.")
        self.applied_offset = self._gauge(
            "applied_offset", "Offset of the last applied event, by partition.", "partition"
        )
        self.reference_version = self._gauge(
            "reference_changes", "Changes of catalogue, profiles and roles that were taken in."
        )

    def _declare_models(self) -> None:
        self.predictions = self._counter(
            "predictions_scored", "Predictions whose outcome is known, by model.", "model"
        )
        self.quality = self._gauge(
            "prequential",
            "Quality of predictions made before learning, of the partitions of this worker; over "
            "all outcomes (total), or fading over about so many newest ones of each partition.",
            "model",
            "measure",
            "window",
        )
        self.drifts = self._gauge(
            "model_drifts",
            "How often a model's loss has risen against its baseline's, in the owned partitions.",
            "model",
        )
        self.put_aside = self._gauge(
            "models_put_aside",
            "Owned partitions in which the baseline serves in place of the model, by reason.",
            "model",
            "reason",
        )
        self.model_changes = self._counter(
            "model_changes", "Models put aside, by reason, and back.", "model", "change"
        )

    def _declare_merging(self) -> None:
        self.merges = self._counter(
            "merges", "Merges of all partitions' parameters by this worker."
        )
        self.merge_seconds = self._histogram(
            "merge_seconds", "Time of one merge, in a process of its own.", _SLOW_SEC
        )
        self.merge_failures = self._counter(
            "merge_failures", "Ends of the merging process that nobody asked for."
        )
        self.merged_events = self._gauge(
            "merged_events", "Events that had been applied at the newest merge by this worker."
        )
        self.parameters = self._gauge(
            "parameters", "Names in the shared parameters, by model.", "model"
        )
        self.base_version = self._gauge(
            "base_version", "Version of the shared parameters adopted last by a partition."
        )
        self.adoptions = self._counter(
            "adoptions", "Times that a partition went on with new shared parameters."
        )
        self.rebase_seconds = self._histogram(
            "rebase_seconds", "Time that the events of a partition waited for such an adoption."
        )
        self.own_parameters = self._gauge(
            "own_parameters",
            "Names that the newest merge took in from the partition that adopted last, by model.",
            "model",
        )

    def _declare_archive(self) -> None:
        self.archived = self._counter(
            "archived_rows", "Messages put into files of the archive, by topic.", "topic"
        )
        self.archive_files = self._counter(
            "archive_files", "Files put in place in the archive, by topic.", "topic"
        )
        self.archive_seconds = self._histogram(
            "archive_flush_seconds", "Time to put all that waits into files.", _SLOW_SEC
        )
        self.archive_waiting = self._gauge(
            "archive_waiting_bytes", "Bytes of messages that wait for the next flush."
        )
        self.archive_lag = self._gauge(
            "archive_lag",
            "Messages of the owned partitions that are not in the archive, by topic.",
            "topic",
        )
        self.archive_lost = self._counter(
            "archive_lost_offsets",
            "Offsets that the log did not have any more when they were to be archived, by topic.",
            "topic",
        )
        self.compactions = self._counter(
            "archive_compactions", "Small files put together into one, by topic.", "topic"
        )

    def _declare_http(self) -> None:
        self.http_requests = self._counter(
            "http_requests",
            "Answers over HTTP by route, as a template and never the path, method and status.",
            "route",
            "method",
            "status",
        )
        self.http_seconds = self._histogram(
            "http_seconds", "Time of a request, read to answered, by route.", _LATENCY_SEC, "route"
        )
        self.http_open = self._gauge("http_open", "Event streams that are open.")
        self.queue_reads = self._counter(
            "queue_reads", "Queues handed out, by source: engine or fallback.", "source"
        )
        self.fallbacks = self._counter(
            "fallbacks", "Queues by content rules alone, by what was wrong.", "reason"
        )
        self.rules_at_reading = self._counter(
            "rules_at_reading", "Items left out at reading, by the rule that removed them.", "code"
        )
        self.denied = self._counter(
            "denied",
            "Requests refused, by reason: no_key, wrong_key, expired, scope, tenant, rate, size or "
            "slow.",
            "reason",
        )

    def _declare_receiver(self) -> None:
        self.received_statements = self._counter(
            "received_statements",
            "Statements sent over HTTP, by result: accepted, resent, conflict or invalid.",
            "result",
        )
        self.receive_seconds = self._histogram(
            "receive_seconds", "From a request with statements to Kafka's acknowledgement."
        )
        self.feedback = self._counter(
            "feedback", "What learners said of recommendations, by kind.", "kind"
        )
        self.erasures = self._counter(
            "erasures", "Erasures of a learner by step that was done.", "step"
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"stepstream_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"stepstream_{name}", meaning, labels, registry=self.registry)

    def _histogram(
        self, name: str, meaning: str, buckets: Sequence[float] = _LATENCY_SEC, *labels: str
    ) -> Histogram:
        return Histogram(
            f"stepstream_{name}", meaning, labels, buckets=buckets, registry=self.registry
        )

    def serve(self, host: str, port: int) -> int:
        """Answer Prometheus at `host`:`port` (0 takes a free one); returns the port.

        Raises:
            ConfigurationError: where the port cannot be had.
        """
        try:
            server, _ = start_http_server(port, host, self.registry)
        except OSError as error:
            raise ConfigurationError(
                f"no metrics endpoint at {host}:{port} ({error.strerror}): set "
                "STEPSTREAM_METRICS_PORT to a free port, or -1 for none"
            ) from error
        return int(server.server_port)
