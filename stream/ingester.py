"""The ingest agent's work: raw statements in, events and dead letters out, then acknowledge."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from processors.ingest import IngestContext, Ingested, Origin, ingest
from processors.reference import Reference
from schemas.codec import encode_json
from schemas.event import LearningEvent, event_to_json
from schemas.kinds import Kind
from schemas.reference import Activity
from schemas.reference_json import activity_to_json
from schemas.statement.reasons import OF_NOBODY
from stream.clock import Clock
from stream.dead_letters import dead_letter
from stream.log import Log, Message
from stream.metrics import Metrics
from stream.records import HOME_PAGE, TENANT, RawRecord
from stream.reject_cap import RejectCap
from stream.settings import Settings
from stream.topics import ACTIVITIES, EVENTS
from stream.wiring import ingest_context

_SENDERS = 256
"""Pairs of tenant and home page whose contexts are kept made."""


class Ingester:
    """Turns batches of messages into events; keeps nothing but the share of rejects.

    What is sound and of nobody, a Group's statement, does not count for that share.
    """

    def __init__(
        self,
        settings: Settings,
        reference: Reference,
        log: Log,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._reference = reference
        self._context = lru_cache(maxsize=_SENDERS)(self._make_context)
        self._log = log
        self._metrics = metrics
        self._clock = clock
        self._cap = RejectCap(settings.reject_window, settings.reject_cap)
        self._context(settings.tenant, settings.home_page)  # an unusable key ends the worker now

    async def ingest(self, records: Sequence[RawRecord]) -> None:
        """Returns when everything that came of `records` is acknowledged by Kafka.

        Raises:
            TooManyRejects: where the share of rejects passes its cap; nothing is acknowledged.
        """
        started = self._clock()
        ingested = [self._ingest(record) for record in records]
        for one in ingested:
            codes = [r.rejection.code for r in one.rejected]
            self._cap.count(len(one.events), [code for code in codes if code not in OF_NOBODY])
        await self._log.send(
            [
                message
                for record, one in zip(records, ingested, strict=True)
                for message in self._messages(record, one)
            ]
        )
        self._measure(ingested, self._clock() - started)

    def _ingest(self, record: RawRecord) -> Ingested:
        """Knows observed activities from here on, before they come back from their topic."""
        tenant = record.said(TENANT, self._settings.tenant)
        home_page = record.said(HOME_PAGE, self._settings.home_page)
        one = ingest(record.value, _origin(record), self._context(tenant, home_page))
        for activity in one.observed:
            self._reference.put(activity)
        return one

    def _make_context(self, tenant: str, home_page: str) -> IngestContext:
        settings = self._settings.with_(tenant=tenant, home_page=home_page)
        return ingest_context(settings, self._reference)

    def _messages(self, record: RawRecord, one: Ingested) -> list[Message]:
        prefix = self._settings.prefix
        return [
            *chain.from_iterable(map(self._event_messages, one.events)),
            *(dead_letter(prefix, record, rejected) for rejected in one.rejected),
            *(self._observed(activity) for activity in one.observed),
        ]

    def _event_messages(self, event: LearningEvent) -> list[Message]:
        """One message; a voiding goes to all partitions: its target's learner is not in it."""
        topic, value = self._settings.prefix + EVENTS.name, encode_json(event_to_json(event))
        key = event.learner.encode()
        if event.kind is not Kind.VOIDED:
            return [Message(topic, value, key)]
        return [Message(topic, value, key, (), p) for p in range(self._settings.partitions)]

    def _observed(self, activity: Activity) -> Message:
        """Under a key of its own, so that compaction keeps the catalogue's word beside it."""
        return Message(
            self._settings.prefix + ACTIVITIES.name,
            encode_json(activity_to_json(activity)),
            f"observed:{activity.id}".encode(),
        )

    def _measure(self, ingested: list[Ingested], seconds: float) -> None:
        metrics = self._metrics
        events = [event for one in ingested for event in one.events]
        rejected = [r.rejection.code for one in ingested for r in one.rejected]
        metrics.messages.inc(len(ingested))
        metrics.statements.labels("accepted").inc(len(events))
        metrics.statements.labels("rejected").inc(len(rejected))
        if erased := sum(one.erased for one in ingested):
            metrics.erasures.labels("statement_dropped").inc(erased)
        for code, count in Counter(rejected).items():
            metrics.rejects.labels(code).inc(count)
        for kind, count in Counter(event.kind for event in events).items():
            metrics.events_by_kind.labels(kind.value).inc(count)
        for code, count in Counter(d for event in events for d in event.deviations).items():
            metrics.repairs.labels(code).inc(count)
        metrics.ingest_seconds.observe(seconds)


def _origin(record: RawRecord) -> Origin:
    return Origin(record.topic, record.partition, record.offset, record.timestamp)
