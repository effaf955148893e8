"""Open edX's event bus to `xapi.statements`: a member of a consumer group that converts.

At least once: what was converted is committed when Kafka has the statements. Ids come from the
events themselves, so statements that are published twice count once.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from processors.identity import Pseudonyms, learner_key
from processors.openedx.conversion import Lms, convert, learner_of
from processors.openedx.event import read
from schemas.codec import encode_json
from schemas.errors import ConfigurationError, Rejection
from stream import clock
from stream.dead_letters import rejected_event
from stream.kafka import Admin
from stream.kafka_group import GroupReader, Membership, Ownership, Part
from stream.log import Message
from stream.metrics import Metrics
from stream.publish import Sender, send_all
from stream.records import RawRecord, Record
from stream.settings import Settings
from stream.topics import STATEMENTS
from stream.wiring import pseudonyms

TOPIC = "analytics"
"""Where Open edX's event bus writes tracking events."""
_TYPE = "ce_type"
CONVERTED, SKIPPED, ANONYMOUS, REJECTED = "converted", "skipped", "anonymous", "rejected"


class Converter:
    """From messages of the bus to messages of Stepstream.

    Args:
        prefix: before the names of Stepstream's topics.
        lms: where the events come from.
        people: makes learner keys, which the statements are keyed by.
        metrics: counts what became of the events.
    """

    def __init__(self, prefix: str, lms: Lms, people: Pseudonyms, metrics: Metrics) -> None:
        self._prefix, self._lms, self._people = prefix, lms, people
        self._results = metrics.tracking_events

    def messages(self, record: Record) -> Iterator[Message]:
        """What is to be published for one message: statements, a dead letter, or nothing."""
        event = read(record.value or b"", _said(record, _TYPE))
        if isinstance(event, Rejection):
            yield self._letter(record, event)
            return
        learner = learner_of(event)
        if learner is None:
            self._results.labels(ANONYMOUS).inc()
            return
        made = convert(event, self._lms, learner)
        if isinstance(made, Rejection):
            yield self._letter(record, made)
            return
        self._results.labels(SKIPPED if made is None else CONVERTED).inc()
        key = learner_key(f"{self._lms.root}|{learner}", self._people).encode()
        for statement in made or ():
            yield Message(self._prefix + STATEMENTS.name, encode_json(statement), key)

    def _letter(self, record: Record, rejection: Rejection) -> Message:
        self._results.labels(REJECTED).inc()
        raw = RawRecord(*record[:4], record.value or b"", record.headers)
        return rejected_event(self._prefix, raw, rejection)


def _said(record: Record, name: str) -> str:
    return dict(record.headers).get(name, b"").decode(errors="replace")


class Bridge:
    """One converting process.

    Args:
        settings: where Kafka is.
        topic: of the event bus, by its full name.
        lms: where the events come from.
        metrics: what is counted.
    """

    def __init__(self, settings: Settings, topic: str, lms: Lms, metrics: Metrics) -> None:
        self._settings, self._topic, self._metrics = settings, topic, metrics
        self._converter = Converter(settings.prefix, lms, pseudonyms(settings), metrics)
        self._told = threading.Event()
        self._reader: GroupReader
        self.events = 0
        """Messages of the bus that were read."""

    def run(self, sender: Sender, *, once: bool = False) -> int:
        """Convert until SIGTERM or SIGINT, or, `once`, all that is there; returns how many events.

        Raises:
            Unavailable: where Kafka does not answer or does not take something; what was committed
                is converted, the next run goes on from there.
            ConfigurationError: where the topic does not exist.
        """
        settings = self._settings
        if self._topic not in Admin(settings.kafka, settings.patience_sec).partitions():
            raise ConfigurationError(
                f"topic {self._topic} does not exist: name Open edX's by --topic, or let it write "
                "an event first"
            )
        group = f"{settings.group}-openedx"
        membership = Membership(settings.kafka, group, settings.session_timeout_sec)
        ownership = Ownership(self._take, _leave, _leave)
        with _listening(self._told.set):
            self._reader = GroupReader(membership, [self._topic], ownership)
            try:
                self._loop(sender, once=once)
            finally:
                self._reader.close()
        return self.events

    def _take(self, parts: Sequence[Part]) -> Mapping[Part, int]:
        return self._reader.committed(parts)

    def _loop(self, sender: Sender, *, once: bool) -> None:
        while not self._told.is_set():
            self._metrics.heartbeat.set(clock.now())
            records = self._reader.poll()
            if records:
                self._convert(records, sender)
            elif once and self._is_at_end():
                return

    def _convert(self, records: Sequence[Record], sender: Sender) -> None:
        send_all((made for one in records for made in self._converter.messages(one)), sender)
        self.events += len(records)
        self._reader.commit({(one.topic, one.partition): one.offset + 1 for one in records})

    def _is_at_end(self) -> bool:
        parts = Admin(self._settings.kafka).partitions()[self._topic]
        return self._reader.assignments > 0 and len(self._reader.at_end) == parts


def _leave(_parts: Sequence[Part]) -> None:
    """Nothing waits: what was read is converted and committed."""


@contextmanager
def _listening(tell: Callable[[], None]) -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {one: signal.signal(one, lambda *_: tell()) for one in numbers}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
