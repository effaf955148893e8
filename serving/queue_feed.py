"""Queues as workers publish them: whoever listens to a learner gets each new one."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple

from stream.kafka import Admin, Reader
from stream.records import Record
from stream.topic_feed import TopicFeed
from stream.topics import RECOMMENDATIONS

_REMEMBERED = 1000
_WAITING = 8
"""Queues that wait for a slow listener; older ones are dropped, as only the newest counts."""


class Seen(NamedTuple):
    """A learner whose queue has changed."""

    learner: str
    at: float
    """When the queue reached the log; POSIX seconds."""
    queue: bytes


class QueueFeed:
    """Follows `recommendations` from now on.

    Args:
        loop: where listeners wait.
    """

    def __init__(self, servers: str, prefix: str, loop: asyncio.AbstractEventLoop) -> None:
        topic = prefix + RECOMMENDATIONS.name
        self._loop = loop
        self._feed = TopicFeed(Reader(servers, [topic], Admin(servers).ends(topic)))
        self._listeners: dict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)
        self._recent: OrderedDict[str, Seen] = OrderedDict()
        self._feed.follow(self._receive)

    def recent(self) -> list[Seen]:
        """Learners whose queue has changed since the process started, the newest first."""
        return list(reversed(self._recent.values()))

    async def subscribe(self, learner: str) -> AsyncIterator[bytes]:
        """Each queue of `learner` from now on, as it was written; a slow reader misses old ones."""
        waiting: asyncio.Queue[bytes] = asyncio.Queue(_WAITING)
        self._listeners[learner].add(waiting)
        try:
            while True:
                yield await waiting.get()
        finally:
            self._listeners[learner].discard(waiting)
            if not self._listeners[learner]:
                del self._listeners[learner]

    def close(self) -> None:
        """Stop following."""
        self._feed.close()

    def _receive(self, record: Record) -> None:
        if record.key is not None:
            take = self._hand_on if record.value is not None else self._forget
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(take, record)

    def _forget(self, record: Record) -> None:
        """A tombstone: the learner is erased."""
        self._recent.pop((record.key or b"").decode(), None)

    def _hand_on(self, record: Record) -> None:
        learner, queue = (record.key or b"").decode(), record.value or b""
        self._recent.pop(learner, None)
        self._recent[learner] = Seen(learner, record.timestamp, queue)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        for waiting in self._listeners.get(learner, ()):
            if waiting.full():
                waiting.get_nowait()
            waiting.put_nowait(queue)
