"""Forgetting a learner in Redis (or Valkey): all that one partition holds of them."""

from collections.abc import Callable
from typing import Any

from processors.receipts import is_of
from schemas.checkpoint import Forgotten
from schemas.errors import Fenced
from stream.store.redis_client import RedisClient, starting_with

_MANY = 1000
_TOLD_SEC = 3600

Key = Callable[[str], str]
"""Name within a partition -> key."""


class RedisForgetting:
    """`Store.forget`, `forgot` and `held`; each `key` is of the learner's partition."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client
        self._redis = client.redis
        self._script = client.script("forget.lua")

    async def forget(self, key: Key, fence: int, learner: str, word: str, offers: int) -> Forgotten:
        """See `Store.forget`."""
        told = await self._client.patiently(lambda: self._forget(key, fence, learner, word, offers))
        if told is None:
            raise Fenced(
                f"another worker has claimed {key('')} meanwhile: starting again puts it right"
            )
        return _counts(told)

    async def _forget(self, key: Key, fence: int, learner: str, word: str, offers: int) -> Any:
        found = await self._receipts(key, learner)
        keys = [key("fence"), key("due"), key("outbox")]
        keys += [key(f"learner:{learner}"), key(f"queue:{learner}"), key(f"forgot:{word}")]
        args: list[Any] = [fence, learner, _TOLD_SEC, offers]
        args += [part for ids in found.values() for part in (len(ids), *ids)]
        return await self._script(keys=[*keys, *found], args=args)

    async def forgot(self, key: Key, word: str) -> Forgotten | None:
        """See `Store.forgot`."""
        told = await self._client.patiently(lambda: self._redis.get(key(f"forgot:{word}")))
        return None if told is None else _counts(told)

    async def held(self, key: Key, learner: str) -> Forgotten:
        """See `Store.held`."""
        return await self._client.patiently(lambda: self._held(key, learner))

    async def _held(self, key: Key, learner: str) -> Forgotten:
        pipe = self._redis.pipeline(transaction=False)
        pipe.exists(key(f"learner:{learner}"))
        pipe.exists(key(f"queue:{learner}"))
        pipe.zscore(key("due"), learner)
        pipe.hexists(key("outbox"), learner)
        state, queue, due, outbox = await pipe.execute()
        receipts = sum(map(len, (await self._receipts(key, learner)).values()))
        return Forgotten(state, queue, receipts, (due is not None) + int(outbox))

    async def _receipts(self, key: Key, learner: str) -> dict[str, list[bytes]]:
        """Ids of the learner's statements by the key of their generation."""
        found: dict[str, list[bytes]] = {}
        async for name in self._redis.scan_iter(starting_with(key("seen:")), count=_MANY):
            ids = [
                statement
                async for statement, kept in self._redis.hscan_iter(name, count=_MANY)
                if is_of(learner, kept)
            ]
            if ids:
                found[name.decode()] = ids
        return found


def _counts(told: bytes) -> Forgotten:
    return Forgotten(*map(int, told.split()))
