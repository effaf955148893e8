"""The log's twin in memory: topics, partitions and offsets as Kafka has them, no server."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from processors.partitioning import partition_of
from stream.clock import Clock
from stream.log import Message
from stream.records import Record


class MemoryLog:
    """`Log` in lists; one process, nothing is ever deleted."""

    def __init__(self, partitions: int, now: Clock) -> None:
        self._partitions = partitions
        self._now = now
        self._topics: dict[str, list[list[Record]]] = defaultdict(
            lambda: [[] for _ in range(partitions)]
        )
        self._turn = 0

    async def send(self, messages: Sequence[Message]) -> None:
        """See `Log.send`."""
        for message in messages:
            self.append(message)

    def submit(self, messages: Sequence[Message]) -> "asyncio.Future[None]":
        """See `Log.submit`."""
        for message in messages:
            self.append(message)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def append(self, message: Message) -> None:
        """Take one message."""
        partition = self._partition(message)
        part = self._topics[message.topic][partition]
        part.append(
            Record(
                message.topic,
                partition,
                len(part),
                self._now(),
                message.value,
                message.key,
                message.headers,
            )
        )

    def _partition(self, message: Message) -> int:
        if message.partition >= 0:
            return message.partition
        if message.key is not None:
            return partition_of(message.key, self._partitions)
        self._turn += 1
        return self._turn % self._partitions

    def read(self, topic: str, partition: int, start: int, limit: int) -> list[Record]:
        """Up to `limit` messages of a partition from offset `start` on."""
        return self._topics[topic][partition][start : start + limit]

    def end(self, topic: str, partition: int) -> int:
        """Offset after the last message of a partition."""
        return len(self._topics[topic][partition])

    def all(self, topic: str) -> list[Record]:
        """Every message of a topic, partition by partition."""
        return [record for part in self._topics[topic] for record in part]
