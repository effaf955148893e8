"""The desk: hands queues out, from the engine or, where that cannot be, by content rules."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from processors.fallback import fallback_queue
from processors.handing_out import Reader, Wish, hand_out
from schemas.codec import decode_json, encode_json
from schemas.errors import Corrupt, Unavailable
from schemas.queue import decision_id
from serving.engine import Engine
from serving.queues.shelf import PATIENCE_SEC, Shelf
from stream import clock
from stream.bases import Bases
from stream.learner_facts import Names, Source, names_of

T = TypeVar("T")
_SILENCE_SEC = 0.5
"""So long a Redis that did not answer is not asked again: readers get the fallback at once."""
_KEPT_SEC = 60.0
_MOST_KEPT = 2_000
_NO_QUEUE, _ENGINE_DOWN = "no_queue", "engine_down"
_WHY = {
    _NO_QUEUE: "nothing is known of the learner yet",
    _ENGINE_DOWN: "the engine cannot be asked now",
}


class Handed(NamedTuple):
    """A queue as it is handed out."""

    learner: str
    """Key of the learner that it is of."""
    queue: dict[str, Any]
    kept: int
    """Which ranks of the stored queue it holds, as a set of bits."""

    @property
    def etag(self) -> str:
        """Names the answer: a stored queue never changes, so its name and what is kept of it do."""
        return f'"{self.queue["decision"]}-{self.kept:x}"'

    @property
    def body(self) -> bytes:
        """Its bytes."""
        return encode_json(self.queue)

    @property
    def age(self) -> tuple[bool, int, float]:
        """Sorts older before newer; a fallback before everything."""
        queue = self.queue
        return not queue["fallback"], queue["version"], queue["generated_at"]


class _Kept(NamedTuple):
    at: float
    reference_version: int
    queue: dict[str, Any]


class Desk:
    """What the routes of queues keep between requests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._silent_until = 0.0
        self._shelf, self._shelf_of = Shelf(), engine.store
        engine.feed.hear = self._shelf.hear
        self._fallbacks: dict[tuple[str, str], _Kept] = {}
        self._names: tuple[int, Names] | None = None
        self._bases: tuple[Any, Bases] | None = None
        self.one_at_a_time = asyncio.Semaphore(1)
        """For what reads the models of a partition whole."""

    async def hand(self, keys: tuple[str, ...], wish: Wish) -> Handed:
        """The queue of the first of `keys` that has one, as it is handed out; one Redis touch."""
        try:
            key, stored = await self._stored(keys)
        except (Unavailable, Corrupt):
            return self._without(keys[0], _ENGINE_DOWN, wish)
        return self.handed(key, stored, wish)

    async def hand_many(self, people: list[tuple[str, ...]], wish: Wish) -> list[Handed]:
        """The same of several people, in their order; one Redis touch for all."""
        try:
            self._refuse_silent()
            found = await self._engine.store.queues([key for keys in people for key in keys])
        except (Unavailable, Corrupt):
            self._silent_until = clock.monotonic() + _SILENCE_SEC
            firsts = [keys[0] for keys in people]
            return [self._without(key, _ENGINE_DOWN, wish) async for key in _one_by_one(firsts)]
        rest = iter(found)
        handed = []
        async for keys in _one_by_one(people):
            held = {key: stored for key in keys if (stored := next(rest)) is not None}
            key = next(iter(held), keys[0])
            handed.append(self.handed(key, held.get(key), wish))
        return handed

    async def look(self, keys: tuple[str, ...]) -> tuple[str, dict[str, Any] | None]:
        """The queue as it is stored; None where there is none, or where it cannot be read now."""
        try:
            key, stored = await self._stored(keys)
        except (Unavailable, Corrupt):
            return keys[0], None
        return key, None if stored is None else decode_json(stored)

    def handed(self, key: str, stored: bytes | None, wish: Wish) -> Handed:
        """A queue that was read, as it is handed out; by content rules where there was none."""
        if stored is None:
            return self._without(key, _NO_QUEUE, wish)
        self._engine.metrics.queue_reads.labels("engine").inc()
        return self._cut(key, decode_json(stored), wish)

    async def _stored(self, keys: tuple[str, ...]) -> tuple[str, bytes | None]:
        self._refuse_silent()
        shelved = self._shelved(keys)
        if shelved is None:
            return _answer(await self._ask(keys))
        asking = asyncio.ensure_future(self._ask(keys))
        done, _ = await asyncio.wait((asking,), timeout=PATIENCE_SEC)
        return _answer(asking.result()) if done else shelved

    def _shelved(self, keys: tuple[str, ...]) -> tuple[str, bytes] | None:
        if self._shelf_of is not self._engine.store:
            self._shelf.clear()
            self._shelf_of = self._engine.store
        found = ((key, queue) for key in keys if (queue := self._shelf.get(key)) is not None)
        return next(found, None)

    async def _ask(self, keys: tuple[str, ...]) -> tuple[str, bytes | None] | None:
        """What Redis says; None where it does not."""
        for key in keys:
            self._shelf.ask(key)
        found = None
        try:
            found = await self._engine.queue(keys)
        except (Unavailable, Corrupt):
            self._silent_until = clock.monotonic() + _SILENCE_SEC
        for key in keys:
            self._shelf.read(key, found[1] if found and found[0] == key else None)
        return found

    def _refuse_silent(self) -> None:
        if clock.monotonic() < self._silent_until:
            raise Unavailable("Redis did not answer a moment ago")

    def _without(self, key: str, reason: str, wish: Wish) -> Handed:
        self._engine.metrics.queue_reads.labels("fallback").inc()
        self._engine.metrics.fallbacks.labels(reason).inc()
        return self._cut(key, self._fallback(key, reason), wish)

    def _fallback(self, key: str, reason: str) -> dict[str, Any]:
        """Kept for a while, so that a reader who asks again gets the same."""
        engine, now = self._engine, self._engine.now()
        kept = self._fallbacks.get((key, reason))
        version = engine.reference.version
        if kept and kept.reference_version == version and 0 <= now - kept.at < _KEPT_SEC:
            return kept.queue
        made = fallback_queue(key, engine.reference, engine.objective, now, _WHY[reason])
        queue: dict[str, Any] = decode_json(encode_json(made))
        if len(self._fallbacks) >= _MOST_KEPT:
            del self._fallbacks[next(iter(self._fallbacks))]
        self._fallbacks[key, reason] = _Kept(now, version, queue)
        return queue

    def _cut(self, key: str, queue: dict[str, Any], wish: Wish) -> Handed:
        engine = self._engine
        profile = engine.reference.profile(key)
        reader = Reader(engine.now(), profile.role if profile else "")
        cut, removed, kept = hand_out(queue, wish, engine.reference, reader)
        for code in removed:
            engine.metrics.rules_at_reading.labels(code.value).inc()
        engine.count_read(key)
        cut["decision"] = decision_id(cut["version"], cut["generated_at"])
        return Handed(key, cut, kept)

    def names(self) -> Names:
        """What tells names of skills, activities and kinds of content."""
        version = self._engine.reference.graph_version
        if self._names is None or self._names[0] != version:
            self._names = version, names_of(self._engine.reference)
        return self._names[1]

    def source(self) -> Source:
        """Where states and models are read; a base is loaded once."""
        store = self._engine.store
        if self._bases is None or self._bases[0] is not store:
            self._bases = store, Bases(store.pool)
        base_of = self._bases[1].of
        return Source(store, store.pool, base_of, store.namespace, self._engine.settings.partitions)


async def _one_by_one(people: list[T]) -> AsyncIterator[T]:
    """Each of `people`; other requests are answered between two."""
    for one in people:
        await asyncio.sleep(0)
        yield one


def _answer(found: tuple[str, bytes | None] | None) -> tuple[str, bytes | None]:
    if found is None:
        raise Unavailable("Redis does not answer")
    return found


_DESKS: WeakKeyDictionary[Engine, Desk] = WeakKeyDictionary()


def desk_of(engine: Engine) -> Desk:
    """The desk of an engine."""
    found = _DESKS.get(engine)
    if found is None:
        found = _DESKS[engine] = Desk(engine)
    return found
