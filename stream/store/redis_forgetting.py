"""Forgetting a learner in Redis (or Valkey): all that one partition holds of them."""

from collections.abc import Callable
from typing import Any

from online_models.engagement import EngagementModel
from online_models.offers import names_of
from processors.receipts import is_of
from schemas.checkpoint import Forgotten
from schemas.codec import hash64
from schemas.errors import Fenced
from stream.store.redis_client import RedisClient, starting_with

OFFERS = f"delta:{EngagementModel.name}"
"""Numbers of the one model that knows single learners."""
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
        keys.append(key(OFFERS))
        open_offers = await self._offers(key, learner)
        args: list[Any] = [fence, learner, _TOLD_SEC, offers, len(open_offers), *open_offers]
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
        offers = len(await self._offers(key, learner))
        return Forgotten(state, queue, receipts, (due is not None) + int(outbox), offers)

    async def offers(self, key: Key, learner: str) -> int:
        """Rows of the models about what was offered to a learner; `key` is of any partition."""
        return len(await self._client.patiently(lambda: self._offers(key, learner)))

    async def fence(self, key: Key) -> int:
        """Of the newest claim; 0 before any."""
        return int(await self._client.patiently(lambda: self._redis.get(key("fence"))) or 0)

    async def _offers(self, key: Key, learner: str) -> list[bytes]:
        start = starting_with(names_of(hash64(learner)))
        return [name async for name, _ in self._redis.hscan_iter(key(OFFERS), start, _MANY)]

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
