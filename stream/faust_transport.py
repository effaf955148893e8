"""How Faust reads Kafka here: from the checkpoint's offset, at once, without a task a message.

Three methods of Faust's consumer and two numbers are replaced; when a new version of Faust changes
what they rely on, `tests/stream/test_faust_contract.py` fails.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

Positions = Callable[[set[int]], Awaitable[dict[int, int]]]
"""Partitions that were assigned -> where to read on, for those that the checkpoint decides."""

_MESSAGES_BETWEEN_YIELDS = 200
FETCH_WAIT_MS = 8
FETCH_MIN_BYTES = 65_536


class PromptConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread, with fetches that are neither put off nor made for every message.

    aiokafka has one fetch under way at a time and leaves out of it each partition whose messages
    it still holds. What comes to such a partition meanwhile waits until that fetch is answered,
    which Faust lets the broker put off for 1.5 seconds. Answered at once for every message, the
    fetches themselves would take most of the processor. So the broker collects for a moment.
    """

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001  Faust has no setting for it
        consumer._fetch_min_bytes = FETCH_MIN_BYTES  # noqa: SLF001  nor for this
        return consumer


class CheckpointConsumer(Consumer):
    """Faust's consumer, positioned by the checkpoint instead of Kafka's committed offset."""

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: agents read channels where Faust looks at streams, and would warn for no reason.

        `stream.stall` looks after partitions that stand still.
        """

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return PromptConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Positions of all assigned partitions, as Faust calls it after each assignment."""
        positions: MutableMapping[TP, int] = dict(await super().seek_to_committed())
        topic, resume = self.app.conf.checkpointed_topic, self.app.conf.resume
        assigned = {tp.partition: tp for tp in self.assignment() if tp.topic == topic}
        for partition, offset in (await resume(set(assigned))).items():
            tp = assigned[partition]
            await self._thread.seek_wait({tp: offset})
            positions[tp] = offset
        return positions

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand messages to the agents.

        Faust's own method makes four asyncio tasks a message, which is most of its cost; this
        one awaits the callback directly and looks at the flow control between messages.
        """
        since_yield = 0
        try:
            while not (self.should_stop or fetcher.should_stop):
                await asyncio.sleep(0)
                async for tp, message in self.getmany(timeout=1.0):
                    since_yield += 1
                    if since_yield >= _MESSAGES_BETWEEN_YIELDS:
                        since_yield = 0
                        await asyncio.sleep(0)
                    await self._deliver(tp, message)
        except self.consumer_stopped_errors:
            if not self.transport.app.should_stop:
                raise

    async def _deliver(self, tp: TP, message: Any) -> None:
        read = self._read_offset[tp]
        if read is not None and message.offset < read:
            return
        if not self.flow_active:
            return
        if read and message.offset - read > 1:
            await self._add_gap(tp, read + 1, message.offset)
        await self.callback(message)
        self._read_offset[tp] = message.offset


class CheckpointTransport(Transport):
    """Faust's transport with `CheckpointConsumer`."""

    Consumer = CheckpointConsumer
