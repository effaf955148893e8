"""Queues as workers publish them: whoever listens to a learner gets each new one."""

import asyncio
from collections import OrderedDict, defaultdict, deque
from collections.abc import AsyncIterator, Callable
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
        self._arrived: deque[Record] = deque()
        self._is_told = False
        self.hear: Callable[[str, bytes | None], None] = lambda _, __: None
        """Is told of each queue (None: the learner is erased), in the loop."""
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

    def check(self) -> None:
        """See `TopicFeed.check`."""
        self._feed.check()

    def close(self) -> None:
        """Stop following."""
        self._feed.close()

    def _receive(self, record: Record) -> None:
        self._arrived.append(record)
        if not self._is_told:
            self._is_told = True
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._take_arrived)

    def _take_arrived(self) -> None:
        """All that has come, in one go: waking the loop for each would cost more than the rest."""
        self._is_told = False  # first: what comes from here on tells again
        while self._arrived:
            record = self._arrived.popleft()
            if record.key is not None:
                (self._forget if record.value is None else self._hand_on)(record)

    def _forget(self, record: Record) -> None:
        """A tombstone: the learner is erased."""
        learner = (record.key or b"").decode()
        self.hear(learner, None)
        self._recent.pop(learner, None)

    def _hand_on(self, record: Record) -> None:
        learner, queue = (record.key or b"").decode(), record.value or b""
        self.hear(learner, queue)
        self._recent.pop(learner, None)
        self._recent[learner] = Seen(learner, record.timestamp, queue)
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        for waiting in self._listeners.get(learner, ()):
            if waiting.full():
                waiting.get_nowait()
            waiting.put_nowait(queue)
