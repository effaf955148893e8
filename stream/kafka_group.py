"""Reading topics as a member of a consumer group: confluent-kafka's second door.

The group shares partitions among its members: where a partition is read from is what its new owner
says. Nothing is committed but what an owner asks to be, who keeps no better account of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from schemas.errors import Unavailable
from stream.records import Record

Part: TypeAlias = tuple[str, int]
"""Topic and partition."""

_ANSWER_SEC = 20.0
_LONGEST_PAUSE_MS = 1_800_000


@dataclass(frozen=True, slots=True)
class Membership:
    """Who reads."""

    servers: str
    group: str
    session_timeout_sec: float = 12.0
    member: str = ""
    """A name that stays: who comes back under it within the session goes on at once."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """What happens with partitions; all are called from within `poll` and `close`."""

    take: Callable[[Sequence[Part]], Mapping[Part, int]]
    """Partitions are ours now; says from which offset they are read."""
    give: Callable[[Sequence[Part]], None]
    """They go to somebody else once this returns."""
    lose: Callable[[Sequence[Part]], None]
    """Somebody else has them already."""


class GroupReader:
    """Messages of the partitions that this member owns.

    Args:
        membership: who reads.
        topics: full names.
        ownership: what happens with partitions.
    """

    def __init__(self, membership: Membership, topics: Sequence[str], ownership: Ownership) -> None:
        self._ownership = ownership
        self.at_end: dict[Part, int] = {}
        """Where the end of a partition was met last: the offset after it."""
        self.assignments = 0
        """How often partitions were shared out."""
        self._failure: BaseException | None = None
        self._consumer = Consumer(_config(membership))
        self._consumer.subscribe(
            list(topics), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )

    def _assigned(self, _consumer: Any, parts: list[TopicPartition]) -> None:
        try:
            starts = self._ownership.take([_named(part) for part in parts])
        except BaseException as error:  # noqa: BLE001  raised again by poll, outside of the client
            self._failure = error
            return
        for part in parts:
            part.offset = starts[_named(part)]
        self._consumer.assign(parts)
        self.assignments += 1

    def _revoked(self, _consumer: Any, parts: list[TopicPartition]) -> None:
        self._leave(parts, self._ownership.give)

    def _lost(self, _consumer: Any, parts: list[TopicPartition]) -> None:
        self._leave(parts, self._ownership.lose)

    def _leave(self, parts: list[TopicPartition], leave: Callable[[Sequence[Part]], None]) -> None:
        try:
            leave([_named(part) for part in parts])
        except BaseException as error:  # noqa: BLE001  as above
            self._failure = error
        for part in parts:
            self.at_end.pop(_named(part), None)

    def poll(self, limit: int = 2000, timeout_sec: float = 0.2) -> list[Record]:
        """Up to `limit` messages, or what has come within `timeout_sec`.

        Raises:
            Unavailable: where Kafka ends the reading.
            whatever `Ownership` raised.
        """
        found = [self._record(message) for message in self._consumer.consume(limit, timeout_sec)]
        self._raise_failure()
        return [record for record in found if record is not None]

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def _record(self, message: Any) -> Record | None:
        error = message.error()
        if error is None:
            return Record(
                message.topic(),
                message.partition(),
                message.offset(),
                message.timestamp()[1] / 1000.0,
                message.value(),
                message.key(),
                tuple(message.headers() or ()),
            )
        if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  its public name in this client
            self.at_end[message.topic(), message.partition()] = message.offset()
        elif error.fatal():
            raise Unavailable(f"Kafka ended the reading: {error.str()}: start it again")
        return None

    def bounds(self, part: Part, *, known: bool = False) -> tuple[int, int]:
        """First offset of a partition, and the one after its last; as `known` from reading it.

        Raises:
            Unavailable: where Kafka does not tell.
        """
        try:
            low, high = self._consumer.get_watermark_offsets(
                TopicPartition(*part), timeout=_ANSWER_SEC, cached=known
            )
        except KafkaException as error:
            raise Unavailable(
                f"Kafka does not tell the offsets of {part[0]} ({error.args[0].str()}): try again"
            ) from error
        return int(low), int(high)

    def committed(self, parts: Sequence[Part]) -> dict[Part, int]:
        """Where the group goes on: what was committed last, else the first offset that is there.

        Raises:
            Unavailable: where Kafka does not tell.
        """
        asked = [TopicPartition(*part) for part in parts]
        try:
            found = self._consumer.committed(asked, timeout=_ANSWER_SEC)
        except KafkaException as error:
            raise Unavailable(f"Kafka does not tell where to go on ({error}): try again") from error
        return {
            _named(one): one.offset if one.offset >= 0 else self.bounds(_named(one))[0]
            for one in found
        }

    def commit(self, ends: Mapping[Part, int]) -> bool:
        """Note, for whoever comes next, the offsets after what is done; whether Kafka took it.

        It does not while partitions are being shared out: somebody does the newest ones again.
        """
        offsets = [TopicPartition(*part, end) for part, end in ends.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException:
            return False
        return True

    def close(self) -> None:
        """Leave the group; partitions are given away in order.

        Raises:
            whatever `Ownership` raised.
        """
        self._consumer.close()
        self._raise_failure()


def _named(part: TopicPartition) -> Part:
    return part.topic, part.partition


def _config(membership: Membership) -> dict[str, Any]:
    config: dict[str, Any] = {
        "bootstrap.servers": membership.servers,
        "group.id": membership.group,
        "session.timeout.ms": round(membership.session_timeout_sec * 1000),
        "heartbeat.interval.ms": round(membership.session_timeout_sec * 250),
        "max.poll.interval.ms": _LONGEST_PAUSE_MS,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 100,
        "fetch.message.max.bytes": 12_582_912,
        "queued.max.messages.kbytes": 32_768,
        "log_level": 0,
    }
    return config | ({"group.instance.id": membership.member} if membership.member else {})
