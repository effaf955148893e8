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
from serving.queues.desk import Desk, Handed
from serving.queues.wishes import Context, K, TimeBudget, wish_of

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
    engine.audit(caller, "stream", keys[0])
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
        try:
            await asyncio.sleep(0)  # listens before it looks: nothing is missed between
            newest = await self._desk.hand(tuple(keys), self._wish)
            yield _event(newest)
            async with aclosing(self._news(news, newest)) as found:
                async for text in found:
                    yield text
        finally:
            self._engine.metrics.http_open.dec()
            for task in listening:
                task.cancel()

    async def _listen(self, key: str, news: asyncio.Queue[tuple[str, bytes]]) -> None:
        async for queue in self._engine.feed.subscribe(key):
            if news.full():  # a slow client gets the newest, not all
                news.get_nowait()
            news.put_nowait((key, queue))

    async def _news(
        self, news: asyncio.Queue[tuple[str, bytes]], newest: Handed
    ) -> AsyncGenerator[bytes]:
        quiet = 0.0
        while self._counts():
            found = None
            with suppress(TimeoutError):
                found = await asyncio.wait_for(news.get(), _LOOK_SEC)
            quiet += _LOOK_SEC
            if found is not None:
                handed = self._desk.handed(*found, self._wish)
                if handed.age > newest.age:
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


def _event(handed: Handed) -> bytes:
    return b"event: queue\nid: %d\ndata: %s\n\n" % (handed.queue["version"], handed.body)
