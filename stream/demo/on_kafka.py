"""A demo on a real Kafka and a real Redis: one supervised worker as a process of its own."""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import fields
from pathlib import Path

from schemas.errors import StepstreamError, Unavailable
from stream import clock
from stream.demo.front import Front
from stream.demo.mirror import Follower, Mirror
from stream.demo.place import Counted, counted
from stream.demo.readings import Lives, Readings, read_endpoint
from stream.kafka import Admin, Publisher, Reader
from stream.log import Message
from stream.settings import Settings, variable
from stream.store.redis_store import RedisStore
from stream.supervisor import WORKER, Child, Supervisor
from stream.topic_creation import create_topics
from stream.topics import EVENTS, PROFILES, RECOMMENDATIONS, REJECTED, STATEMENTS

_LOOK_SEC = 0.2
_START_SEC = 60.0


class OnKafka:
    """`Place` on the servers that `settings` name.

    Args:
        kind: embedded or external.
        settings: with a prefix that nobody else uses.
        folder: takes the worker's files: what it prints, and Faust's own.
        report: takes a line for people when the worker has to be started again.
    """

    def __init__(
        self, kind: str, settings: Settings, folder: Path, report: Callable[[str], None]
    ) -> None:
        self.kind = kind
        self.settings = settings.with_(metrics_port=_free_port(), home=str(folder))
        self._log = folder / "worker.log"
        self._mirror = Mirror()
        self._lives = Lives()
        self._known = Readings()
        self._opened = ExitStack()
        self._admin = Admin(settings.kafka)
        self._store = RedisStore(settings.store, settings.partitions)
        self._supervisor = Supervisor(
            self._child(), lambda line: report(f"{line} ({self._last_words()})")
        )
        self._front = Front(self._variables(), folder, report)
        self._publisher: Publisher | None = None
        self._running: asyncio.Task[int] | None = None

    def _variables(self) -> dict[str, str]:
        values = ((f.name, getattr(self.settings, f.name)) for f in fields(Settings))
        return {variable(name): str(value) for name, value in values if value != ""}

    def _child(self) -> Child:
        log = self._opened.enter_context(self._log.open("wb"))
        return Child(WORKER, os.environ | self._variables(), log)

    async def start(self, reference: Sequence[Message]) -> None:
        """See `Place.start`."""
        settings = self.settings
        await asyncio.to_thread(create_topics, settings)
        self._publisher = self._opened.enter_context(Publisher(settings.kafka))
        await self._send(reference)
        topic = settings.prefix + RECOMMENDATIONS.name
        self._opened.callback(Follower(settings.kafka, topic, self._mirror).close)
        self._running = asyncio.create_task(self._supervisor.run())
        await self._wait_until_ready(_profiles(reference))
        self._front.open(_free_port())

    async def _wait_until_ready(self, queues: int) -> None:
        """Wait for all partitions, and for the `queues` that the profiles ask for."""
        deadline = clock.monotonic() + _START_SEC
        while not _is_ready(await self.readings(), self.settings.partitions, queues):
            self.restarts()
            if clock.monotonic() > deadline:
                raise Unavailable(f"the worker does not get ready; it said: {self._last_words()}")
            await asyncio.sleep(_LOOK_SEC)

    async def publish(self, messages: Sequence[bytes]) -> None:
        """See `Place.publish`."""
        topic = self.settings.prefix + STATEMENTS.name
        await self._send([Message(topic, message) for message in messages])

    async def _send(self, messages: Sequence[Message]) -> None:
        if self._publisher is not None:
            await self._publisher.send(messages)

    async def readings(self) -> Readings:
        """See `Place.readings`; while the worker does not answer, what it said last."""
        host, port = self.settings.metrics_host, self.settings.metrics_port
        with suppress(Unavailable):
            self._known = self._lives.join(await asyncio.to_thread(read_endpoint, host, port))
        return self._known

    async def is_idle(self) -> bool:
        """See `Place.is_idle`: nothing waits in Kafka, and the checkpoints are at the end."""
        prefix, group = self.settings.prefix, self.settings.group
        if await asyncio.to_thread(self._admin.lag, group, prefix + STATEMENTS.name):
            return False
        ends = await asyncio.to_thread(self._admin.ends, prefix + EVENTS.name)
        return all([await self._store.applied(part) == end - 1 for part, end in ends.items()])

    async def counted(self) -> Counted:
        """See `Place.counted`."""
        return await asyncio.to_thread(self._count)

    def _count(self) -> Counted:
        prefix, servers = self.settings.prefix, self.settings.kafka
        with ExitStack() as opened:
            events, letters = (
                Reader(servers, [prefix + topic.name]) for topic in (EVENTS, REJECTED)
            )
            opened.callback(events.close)
            opened.callback(letters.close)
            return counted(events.to_end(), letters.to_end(), self.settings)

    def queue(self, learner: str) -> bytes | None:
        """See `Place.queue`."""
        return self._mirror.queue(learner)

    def restarts(self) -> int:
        """See `Place.restarts`."""
        if self._running is not None and self._running.done():
            error = StepstreamError(f"the worker has ended; it said: {self._last_words()}")
            error.exit_code = self._running.result()
            raise error
        return self._supervisor.restarts

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "nothing"

    async def stop(self) -> None:
        """See `Place.stop`."""
        await self._front.close()
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        await self._store.close()
        self._opened.close()
        # librdkafka lets go of a server only with its client; afterwards it would complain
        self._publisher = None


def _profiles(reference: Sequence[Message]) -> int:
    return sum(message.topic.endswith(PROFILES.name) for message in reference)


def _is_ready(readings: Readings, partitions: int, queues: int) -> bool:
    owns_all = readings.total("partitions") >= partitions
    return owns_all and readings.total("queues_written_total") >= queues


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
