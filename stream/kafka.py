"""The only door to confluent-kafka: producing, administering, reading whole topics."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Self

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource
from confluent_kafka.admin._listoffsets import OffsetSpec
from confluent_kafka.cimpl import NewTopic

from schemas.errors import ConfigurationError, Unavailable
from stream.log import Message
from stream.records import Record
from stream.topics import Topic

_POLL_SEC = 0.05
_ADMIN_SEC = 20.0
_SPEC: Any = OffsetSpec  # its factories carry no annotations


class Publisher:
    """Sends messages in order and knows when Kafka has them.

    The idempotent producer keeps the order of a key and writes nothing twice on its own
    retries; keys land where Kafka's own clients would put them.

    Args:
        patient: wait where the buffer is full; else say so at once (`Unavailable`).
    """

    def __init__(self, servers: str, *, patient: bool = True) -> None:
        self._patient = patient
        self._producer = Producer(
            {
                "bootstrap.servers": servers,
                "partitioner": "murmur2_random",
                "enable.idempotence": True,
                "linger.ms": 1,
                "compression.type": "lz4",
                "message.max.bytes": 12_582_912,
                "queue.buffering.max.messages": 500_000,
                "queue.buffering.max.kbytes": 262_144,
                "delivery.timeout.ms": 120_000,
                "log_level": 3,
            }
        )
        self._stop = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="publisher", daemon=True)
        self._poller.start()

    def _poll(self) -> None:
        while not self._stop.is_set():
            self._producer.poll(_POLL_SEC)

    async def send(self, messages: Sequence[Message]) -> None:
        """Returns when Kafka has acknowledged every one of `messages`.

        Raises:
            Unavailable: where Kafka has not taken one within the delivery time.
        """
        if messages:
            await self.submit(messages)

    def submit(self, messages: Sequence[Message]) -> "asyncio.Future[None]":
        """Hand `messages` over; the future is done when all are acknowledged.

        Raises:
            Unavailable: where the buffer is full, unless patient; some may have been taken.
        """
        tally = _Tally(len(messages), asyncio.get_running_loop())
        for message in messages:
            self._produce(message, tally.count)
        return tally.done

    def send_blocking(self, message: Message, delivered: Callable[[Any, Any], None]) -> None:
        """Hand one message over from a program without an event loop."""
        self._produce(message, delivered)

    def _produce(self, message: Message, delivered: Callable[[Any, Any], None]) -> None:
        while True:
            try:
                self._producer.produce(
                    message.topic,
                    message.value,
                    message.key,
                    message.partition,
                    on_delivery=delivered,
                    headers=list(message.headers) or None,
                )
            except BufferError as error:
                if not self._patient:
                    raise Unavailable("Kafka does not keep up: its buffer is full") from error
                self._producer.poll(_POLL_SEC)
            else:
                return

    def flush(self, timeout_sec: float = 30.0) -> int:
        """Wait for all that was handed over; returns how many are still waiting."""
        return int(self._producer.flush(timeout_sec))

    def close(self) -> None:
        """Send what waits, then stop."""
        self.flush()
        self._stop.set()
        self._poller.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Tally:
    """Counts acknowledgements in the producer's thread, tells the event loop once."""

    def __init__(self, expected: int, loop: asyncio.AbstractEventLoop) -> None:
        self.done: asyncio.Future[None] = loop.create_future()
        self._left = expected
        self._error: KafkaError | None = None
        self._loop = loop
        if not expected:
            self.done.set_result(None)

    def count(self, error: KafkaError | None, _message: object) -> None:
        self._error = error or self._error
        self._left -= 1
        if not self._left and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if self.done.cancelled():
            return
        if self._error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(
                Unavailable(f"Kafka did not take a message: {self._error.str()}")
            )


@lru_cache
def _admin_client(servers: str) -> AdminClient:
    """One for all who ask: a client that is let go while it is being answered may crash."""
    return AdminClient({"bootstrap.servers": servers, "log_level": 0})


class Admin:
    """Creates and inspects topics."""

    def __init__(self, servers: str, timeout_sec: float = _ADMIN_SEC) -> None:
        self._servers = servers
        self._timeout_sec = timeout_sec
        self._admin = _admin_client(servers)

    def partitions(self) -> dict[str, int]:
        """Number of partitions of every topic.

        Raises:
            Unavailable: where Kafka does not answer in time.
        """
        try:
            topics = self._admin.list_topics(timeout=self._timeout_sec).topics
        except KafkaException as error:
            raise Unavailable(
                f"Kafka at {self._servers} does not answer: start it with `stepstream up`, "
                "or set KAFKA_BOOTSTRAP_SERVERS to one that runs"
            ) from error
        return {name: len(topic.partitions) for name, topic in topics.items()}

    def ensure(self, topics: Iterable[Topic], prefix: str, partitions: int) -> list[str]:
        """Create the topics that are missing; returns the names of those created.

        Raises:
            ConfigurationError: where a topic exists with another number of partitions: keys
                would land elsewhere than their learners' state.
            Unavailable: where Kafka does not answer.
        """
        existing = self.partitions()
        missing = []
        for topic in topics:
            name, count = prefix + topic.name, topic.partitions or partitions
            if existing.get(name, count) != count:
                raise ConfigurationError(
                    f"topic {name} has {existing[name]} partitions, not {count}: set "
                    f"STEPSTREAM_PARTITIONS={existing[name]}, or use another STEPSTREAM_PREFIX"
                )
            if name not in existing:
                missing.append(NewTopic(name, count, config=topic.config()))
        self._create(missing)
        return [topic.topic for topic in missing]

    def lag(self, group: str, topic: str) -> int:
        """Messages of `topic` that consumer group `group` has not acknowledged yet.

        Raises:
            Unavailable: where Kafka does not tell.
        """
        return sum(end - at for at, end in self.progress(group, topic).values())

    def progress(self, group: str, topic: str) -> dict[int, tuple[int, int]]:
        """Partition of `topic` -> the offset that `group` goes on from, and that after the last.

        Raises:
            Unavailable: where Kafka does not tell.
        """
        starts, ends = self.starts(topic), self.ends(topic)
        with _telling("what a group has read"):
            parts = [TopicPartition(topic, p) for p in ends]
            asked = self._admin.list_consumer_group_offsets(
                [ConsumerGroupTopicPartitions(group, parts)]
            )
            done = asked[group].result(self._timeout_sec).topic_partitions
            return {
                part.partition: (
                    max(int(part.offset), starts[part.partition]),
                    ends[part.partition],
                )
                for part in done
            }

    def starts(self, topic: str) -> dict[int, int]:
        """Offset of the first message of each partition of `topic` that is still there.

        Raises:
            Unavailable: as `ends`.
        """
        return self._offsets(topic, _SPEC.earliest())

    def assigned(self, group: str, topic: str) -> set[int]:
        """Partitions of `topic` that running members of consumer group `group` read.

        Raises:
            Unavailable: where Kafka does not tell.
        """
        with _telling("who reads"):
            asked = self._admin.describe_consumer_groups([group])
            found = asked[group].result(self._timeout_sec)
            parts = (part for one in found.members for part in one.assignment.topic_partitions)
            return {part.partition for part in parts if part.topic == topic}

    def ends(self, topic: str) -> dict[int, int]:
        """Offset after the last message of each partition of `topic`.

        Raises:
            Unavailable: where Kafka does not tell, or not yet: a new topic takes a moment.
        """
        return self._offsets(topic, _SPEC.latest())

    def config(self, topic: str) -> dict[str, str]:
        """Kafka's configuration of `topic`, defaults included.

        Raises:
            Unavailable: where Kafka does not tell.
        """
        with _telling(f"the configuration of {topic}"):
            resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
            found = self._admin.describe_configs([resource])[resource].result(self._timeout_sec)
            return {name: str(entry.value) for name, entry in found.items()}

    def _offsets(self, topic: str, which: Any) -> dict[int, int]:
        counts = self.partitions()
        with _telling(f"the offsets of {topic}"):
            parts = [TopicPartition(topic, p) for p in range(counts[topic])]
            found = self._admin.list_offsets(dict.fromkeys(parts, which))
            return {p.partition: int(found[p].result(self._timeout_sec).offset) for p in parts}

    def _create(self, topics: list[NewTopic]) -> None:
        if not topics:
            return
        for name, future in self._admin.create_topics(topics).items():
            try:
                future.result(_ADMIN_SEC)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise Unavailable(f"topic {name} was not created: {error}") from error


class Reader:
    """Reads whole topics from their start, outside any consumer group.

    Args:
        starts: partition -> offset to begin with; only these partitions are read then.
    """

    def __init__(
        self, servers: str, topics: Sequence[str], starts: Mapping[int, int] | None = None
    ) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": "stepstream-reader",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": False,
                "fetch.wait.max.ms": 100,
                "fetch.message.max.bytes": 12_582_912,
                "queued.max.messages.kbytes": 16_384,
                "log_level": 0,
            }
        )
        ids = {topic: self._ids(topic) for topic in topics}
        wanted = {p: OFFSET_BEGINNING for found in ids.values() for p in found}
        wanted = wanted if starts is None else dict(starts)
        self._parts = [
            TopicPartition(t, p, wanted[p]) for t in topics for p in ids[t] if p in wanted
        ]
        self._consumer.assign(self._parts)

    def _ids(self, topic: str) -> list[int]:
        try:
            found = self._consumer.list_topics(topic, timeout=_ADMIN_SEC).topics[topic]
        except KafkaException as error:
            raise Unavailable(f"Kafka does not answer: {error.args[0].str()}") from error
        if found.error is not None:
            raise ConfigurationError(
                f"topic {topic} does not exist: create it with `stepstream topics`"
            )
        return sorted(found.partitions)

    def _bounds(self, part: TopicPartition) -> tuple[int, int]:
        with _telling(f"the offsets of {part.topic}"):
            low, high = self._consumer.get_watermark_offsets(part, timeout=_ADMIN_SEC)
        return int(low), int(high)

    def ends(self) -> dict[tuple[str, int], int]:
        """Offset after the last message of each partition that holds any."""
        bounds = {(p.topic, p.partition): self._bounds(p) for p in self._parts}
        return {part: high for part, (low, high) in bounds.items() if high > low}

    def poll(self, limit: int = 1000, timeout_sec: float = 0.1) -> list[Record]:
        """Up to `limit` messages, or what has come within `timeout_sec`.

        Raises:
            Unavailable: where Kafka reports an error that ends reading.
        """
        return [
            record
            for message in self._consumer.consume(limit, timeout_sec)
            if (record := _record(message)) is not None
        ]

    def values(self, limit: int, timeout_sec: float = 0.1) -> list[tuple[int, float, bytes | None]]:
        """As `poll`: offset, timestamp (POSIX seconds) and value, where there is one partition."""
        return [
            (int(message.offset() or 0), message.timestamp()[1] / 1000.0, message.value())
            for message in self._consumer.consume(limit, timeout_sec)
            if message.error() is None or _record(message)
        ]

    def to_end(self) -> Iterator[Record]:
        """Every message that is there now, partition after partition as they come."""
        left = self.ends()
        while left:
            for record in self.poll():
                yield record
                part = (record.topic, record.partition)
                if record.offset + 1 >= left.get(part, 0):
                    left.pop(part, None)
            left = {part: end for part, end in left.items() if self._position(part) < end}

    def _position(self, part: tuple[str, int]) -> int:
        (found,) = self._consumer.position([TopicPartition(*part)])
        return int(found.offset)

    def close(self) -> None:
        """Let go of the connection."""
        self._consumer.close()


def _record(message: Any) -> Record | None:
    error = message.error()
    if error is not None:
        if error.fatal():
            raise Unavailable(f"Kafka ended the reading: {error.str()}")
        return None
    return Record(
        message.topic(),
        message.partition(),
        message.offset(),
        message.timestamp()[1] / 1000.0,
        message.value(),
        message.key(),
        tuple(message.headers() or ()),
    )


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Kafka's client says "not now" in several ways; here it is one."""
    try:
        yield
    except (KafkaException, TimeoutError, KeyError, TypeError) as error:
        raise Unavailable(f"Kafka does not tell {what} ({error}): try again") from error
