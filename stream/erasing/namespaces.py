"""What Redis holds of a person goes: by the worker that owns it, or where none can, from here.

A worker may be applying what came before the word, so it is the one that forgets, between two
batches, and tells so (`stream.forgetting`). Where nobody owns a partition it is claimed like by a
worker, which shuts out whoever comes back late. In a namespace that does not serve no worker
writes, and a replay that fills it looks for the erased itself when it ends.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from processors.partitioning import partition_of
from schemas.checkpoint import Forgotten
from schemas.erasure import Erased
from schemas.errors import Unavailable
from stream import clock
from stream.forgetting import word_of
from stream.kafka import Admin
from stream.namespaces import Namespaces
from stream.settings import Settings
from stream.store.redis_store import RedisStore
from stream.topics import EVENTS

_LOOK_SEC = 0.1
_UNOWNED_SEC = 5.0
"""So long nobody must own a partition: a rebalance takes some of it."""

Tell = Callable[[str], None]
"""Takes one line that says what is waited for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a worker is waited for."""

    patience_sec: float
    tell: Tell


async def forget_everywhere(
    settings: Settings, words: Sequence[Erased], waiting: Waiting
) -> dict[str, Forgotten]:
    """Have nothing of these learners in any namespace; returns what there was, by namespace.

    Raises:
        Unavailable: where a worker that owns a partition does not forget in time, or Redis does
            not answer; running it again goes on.
    """
    namespaces = Namespaces(settings.store, settings.prefix)
    try:
        serving = settings.namespace or await namespaces.serving()
        filled = [one.namespace for one in await namespaces.filled()]
    finally:
        await namespaces.close()
    found = {}
    for name in dict.fromkeys([serving, settings.prefix, *filled]):
        store = RedisStore(settings.with_(namespace=name).store, settings.partitions)
        forgetter = _Forgetter(settings, store, waiting, serves=name == serving)
        try:
            counts = [await forgetter.forget(word) for word in words]
        finally:
            await store.close()
        found[name] = _sum(counts)
    return found


def _sum(counts: Sequence[Forgotten]) -> Forgotten:
    total = Forgotten()
    for one in counts:
        total = total.plus(one)
    return total


class _Forgetter:
    def __init__(
        self, settings: Settings, store: RedisStore, waiting: Waiting, *, serves: bool
    ) -> None:
        self._settings, self._store, self._waiting = settings, store, waiting
        self._serves = serves

    async def forget(self, word: Erased) -> Forgotten:
        """One learner in all partitions: at home everything, elsewhere what was offered."""
        home = partition_of(word.learner.encode(), self._settings.partitions)
        total = Forgotten()
        for partition in range(self._settings.partitions):
            is_home = partition == home
            if is_home or await self._store.offers(partition, word.learner):
                total = total.plus(await self._partition(partition, word, is_home=is_home))
        return total

    async def _partition(self, partition: int, word: Erased, *, is_home: bool) -> Forgotten:
        if not self._serves:
            fence = await self._store.fence(partition)
            return await self._store.forget(partition, fence, word.learner, word_of(word))
        if not await self._by_worker(partition, word, is_home=is_home):
            fence = (await self._store.claim(partition, ())).fence
            return await self._store.forget(partition, fence, word.learner, word_of(word))
        return await self._store.forgot(partition, word_of(word)) or Forgotten()

    async def _by_worker(self, partition: int, word: Erased, *, is_home: bool) -> bool:
        """Returns when a worker has done it; False where nobody owns the partition."""
        began = unowned = clock.monotonic()
        while not await self._is_done(partition, word, is_home=is_home):
            now = clock.monotonic()
            if await asyncio.to_thread(self._is_owned, partition):
                unowned = now
                self._waiting.tell(f"waiting for the worker of partition {partition} to forget")
            elif now - unowned >= _UNOWNED_SEC:
                return False
            if now - began > self._waiting.patience_sec + _UNOWNED_SEC:
                raise Unavailable(
                    f"the worker that owns partition {partition} has not forgotten within "
                    f"{now - began:.0f} s: look whether it hangs or is of an older version, then "
                    "run the same command again, which goes on"
                )
            await asyncio.sleep(_LOOK_SEC)
        return True

    async def _is_done(self, partition: int, word: Erased, *, is_home: bool) -> bool:
        if is_home:
            return await self._store.forgot(partition, word_of(word)) is not None
        return not await self._store.offers(partition, word.learner)

    def _is_owned(self, partition: int) -> bool:
        admin = Admin(self._settings.kafka)
        topic = self._settings.prefix + EVENTS.name
        return partition in admin.assigned(self._settings.group, topic)


async def left_anywhere(settings: Settings, learners: Sequence[str], names: Sequence[str]) -> int:
    """How many entries of these learners the namespaces hold."""
    count = 0
    for name in names:
        store = RedisStore(settings.with_(namespace=name).store, settings.partitions)
        try:
            for learner in learners:
                home = partition_of(learner.encode(), settings.partitions)
                count += sum(await store.held(home, learner))
        finally:
            await store.close()
    return count
