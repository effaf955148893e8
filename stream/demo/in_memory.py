"""A demo without Kafka and Redis: the same parts on their twins in memory."""

import asyncio
from collections.abc import Sequence

from processors.objective import Objective
from stream import clock
from stream.demo.mirror import Mirror
from stream.demo.place import Counted, counted
from stream.demo.readings import Readings, read_registry
from stream.local import LocalStream
from stream.log import Message
from stream.settings import Settings
from stream.topics import EVENTS, RECOMMENDATIONS, REJECTED


class InMemory:
    """`Place` in this process."""

    kind = "in-memory"

    def __init__(self, settings: Settings, objective: Objective) -> None:
        self.settings = settings
        self._stream = LocalStream(settings, objective, clock.now)
        self._mirror = Mirror()
        self._mirrored = [0] * settings.partitions

    async def start(self, reference: Sequence[Message]) -> None:
        """See `Place.start`."""
        await self._stream.start()
        await self._stream.put_reference(reference)

    async def publish(self, messages: Sequence[bytes]) -> None:
        """See `Place.publish`; here the messages are handled at once, too."""
        await self._stream.publish(messages)
        topic = self.settings.prefix + RECOMMENDATIONS.name
        for partition, start in enumerate(self._mirrored):
            records = self._stream.log.read(
                topic, partition, start, self._stream.log.end(topic, partition)
            )
            self._mirror.take(records)
            self._mirrored[partition] += len(records)
        await asyncio.sleep(0)

    async def readings(self) -> Readings:
        """See `Place.readings`."""
        self._stream.personalizer.export()
        return read_registry(self._stream.metrics)

    async def is_idle(self) -> bool:
        """See `Place.is_idle`."""
        return True

    async def counted(self) -> Counted:
        """See `Place.counted`."""
        prefix, log = self.settings.prefix, self._stream.log
        return counted(
            log.all(prefix + EVENTS.name), log.all(prefix + REJECTED.name), self.settings
        )

    def queue(self, learner: str) -> bytes | None:
        """See `Place.queue`."""
        return self._mirror.queue(learner)

    def restarts(self) -> int:
        """See `Place.restarts`."""
        return 0

    async def stop(self) -> None:
        """See `Place.stop`."""
