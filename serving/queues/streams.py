"""`GET /v1/queue/stream`: a learner's queue as it changes, as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from processors.handing_out import MOST_ITEMS, Wish
from serving.access.guards import needs
from serving.access.keys import Caller, Scope
from serving.engine import Engine
from serving.parameters import Learner
from serving.problems import Problem
from serving.queues.desk import Desk, Handed
from serving.queues.wishes import Context, K, TimeBudget, wish_of

_MOST_STREAMS = 1000
"""Of one key in one server."""
_HEARTBEAT_SEC = 15.0
_LOOK_SEC = 1.0
"""So often it is asked whether the key still counts, and whether the server goes on."""
_EVENT_STREAM = "text/event-stream"


@get(
    "/queue/stream",
    guards=[needs(Scope.QUEUES_READ)],
    media_type=_EVENT_STREAM,
    responses={
        200: ResponseSpec(
            str,
            generate_examples=False,
            media_type=_EVENT_STREAM,
            description="Events `queue`: id is the queue's version, data what `/v1/queue` answers.",
        )
    },
)
async def stream(
    engine: Engine,
    caller: Caller,
    desk: Desk,
    *,
    learner: Learner,
    k: K = MOST_ITEMS,
    time_budget: TimeBudget = None,
    context: Context = "",
) -> Response[bytes] | Stream:
    """The present queue, then each new one; a comment every 15 seconds where nothing happens."""
    keys = engine.keys_of(caller, learner)
    if engine.streams[caller.id] >= _MOST_STREAMS:
        detail = f"this key follows {_MOST_STREAMS} queues already: close some"
        raise Problem(429, "streams", detail, {"Retry-After": "60"})
    visit = _Visit(engine, caller, desk, wish_of(k, time_budget, context))
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Stream(visit.events(keys), media_type=_EVENT_STREAM, headers=headers)


class _Visit:
    """One open stream."""

    def __init__(self, engine: Engine, caller: Caller, desk: Desk, wish: Wish) -> None:
        self._engine = engine
        self._caller = caller
        self._desk = desk
        self._wish = wish

    async def events(self, keys: Sequence[str]) -> AsyncIterator[bytes]:
        """What is sent, until the client leaves, its key counts no longer, or the server stops."""
        news: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(len(keys))
        listening = [asyncio.create_task(self._listen(key, news)) for key in keys]
        self._engine.metrics.http_open.inc()
        self._engine.streams[self._caller.id] += 1
        try:
            await asyncio.sleep(0)  # listens before it looks: nothing is missed between
            newest = await self._desk.hand(tuple(keys), self._wish)
            self._engine.audit(self._caller, "stream", newest.learner)
            yield _event(newest)
            async with aclosing(self._news(news, newest, keys)) as found:
                async for text in found:
                    yield text
        finally:
            self._engine.metrics.http_open.dec()
            self._engine.streams[self._caller.id] -= 1
            for task in listening:
                task.cancel()

    async def _listen(self, key: str, news: asyncio.Queue[tuple[str, bytes]]) -> None:
        async for queue in self._engine.feed.subscribe(key):
            if news.full():  # a slow client gets the newest, not all
                news.get_nowait()
            news.put_nowait((key, queue))

    async def _news(
        self, news: asyncio.Queue[tuple[str, bytes]], newest: Handed, keys: Sequence[str]
    ) -> AsyncGenerator[bytes]:
        quiet = 0.0
        while self._counts():
            found = None
            with suppress(TimeoutError):
                found = await asyncio.wait_for(news.get(), _LOOK_SEC)
            quiet += _LOOK_SEC
            if found is not None:
                handed = self._desk.handed(*found, self._wish)
                if _replaces(handed, newest, keys) and self._counts():
                    newest, quiet = handed, 0.0
                    yield _event(handed)
            if quiet >= _HEARTBEAT_SEC:
                quiet = 0.0
                yield b": still here\n\n"

    def _counts(self) -> bool:
        engine, caller = self._engine, self._caller
        ends = caller.expires_at
        expired = ends is not None and engine.now() >= ends
        return engine.started.is_set() and not expired and engine.keyring.holds(caller)


def _replaces(handed: Handed, newest: Handed, keys: Sequence[str]) -> bool:
    """Whether a queue is to be told after `newest`, as `GET /v1/queue` would hand it out.

    Versions of one learner key can be compared; of two, the earlier one counts that has a queue.
    """
    if handed.learner == newest.learner:
        return handed.age > newest.age
    if newest.queue["fallback"]:
        return True
    return keys.index(handed.learner) < keys.index(newest.learner)


def _event(handed: Handed) -> bytes:
    return b"event: queue\nid: %d\ndata: %s\n\n" % (handed.queue["version"], handed.body)
