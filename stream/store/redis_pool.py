"""The pool in Redis (or Valkey): shared bases, and what was taken in to make them.

Keys of a pool, all in one slot of a cluster; its tag is the installation's own or, where the
setting names a pool, that name's (`pool_key`):

    {pool}:members     set: partitions of all installations that take part
    {pool}:attempts    counts attempts; an attempt's number is the version of what it makes
    {pool}:lease       the attempt that is under way
    {pool}:versions    set: attempts that may have left something, published or not
    {pool}:leaving     set: those of them that are being cleared away
    {pool}:newest      the newest merge, JSON
    {pool}:merges      list: all of them
    {pool}:promotions  list: those of them that are promotions or rollbacks
    {pool}:pinned      there, where nothing may be promoted: when it was pinned
    {pool}:judged      the version that was judged last, JSON: its id, and whether it passed
    {pool}:base:<v>    hash: "" -> seal, model -> packed numbers

and of each member p, in its own slot:

    {p}:taken:<v>      hash: "" -> base and offset, model -> packed numbers. As long as it is
                       there p may adopt base v, which takes it away
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from schemas.checkpoint import Adoption, Merge, Numbers, Promoted, SealedBase, Snapshot, Taken
from schemas.codec import decode_json, encode_json
from stream.store.contract import LONGEST_HISTORY, member_of
from stream.store.redis_client import RedisClient

_OF_ALL = ""
"""Field of a hash of packed models that belongs to none of them."""
_PUBLISH = """
local newest = redis.call('GET', KEYS[1])
local version = newest and cjson.decode(newest).version or 0
if version == tonumber(ARGV[1]) then
  return 1
end
local late = version ~= tonumber(ARGV[2]) or version > tonumber(ARGV[1])
local pinned = ARGV[5] == '2' and redis.call('EXISTS', KEYS[6]) == 1
if late or pinned or redis.call('SISMEMBER', KEYS[3], ARGV[1]) == 0 then
  redis.call('SREM', KEYS[3], ARGV[1])
  redis.call('SADD', KEYS[4], ARGV[1])
  return 0
end
redis.call('SET', KEYS[1], ARGV[3])
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('LTRIM', KEYS[2], -ARGV[4], -1)
if ARGV[5] ~= '0' then
  redis.call('RPUSH', KEYS[5], ARGV[3])
  redis.call('LTRIM', KEYS[5], -ARGV[4], -1)
end
return 1
"""
"""KEYS: newest, merges, versions, leaving, promotions, pinned. ARGV: version, previous, merge,
longest history, 0 for a merge of members, 1 for a rollback, 2 for a promotion."""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
"""
_LEAVE = """
local newest = redis.call('GET', KEYS[1])
if newest and cjson.decode(newest).version == tonumber(ARGV[1]) then
  return 0
end
return redis.call('SMOVE', KEYS[2], KEYS[3], ARGV[1])
"""
"""KEYS: newest, versions, leaving. ARGV: version."""


def pool_key(namespace: str, pool: str) -> str:
    """What leads the keys of the pool that an installation belongs to."""
    return f"{{pool:{pool}}}:" if pool else f"{namespace}{{pool}}:"


class RedisPool:
    """`Pool` on a Redis or Valkey server."""

    def __init__(self, client: RedisClient, partitions: int) -> None:
        self._patiently = client.patiently
        self._redis = client.redis
        namespace, pool = client.settings.namespace, client.settings.pool
        self._own = [member_of(namespace, partition) for partition in range(partitions)]
        self._key = pool_key(namespace, pool).__add__
        self._publish = self._redis.register_script(_PUBLISH)
        self._release = self._redis.register_script(_RELEASE)
        self._leave = self._redis.register_script(_LEAVE)

    async def join(self) -> None:
        """See `Pool.join`."""
        await self._patiently(lambda: self._redis.sadd(self._key("members"), *self._own))

    async def leave(self) -> None:
        """See `Pool.leave`."""
        await self._patiently(lambda: self._redis.srem(self._key("members"), *self._own))

    async def members(self) -> list[str]:
        """See `Pool.members`."""
        found = await self._patiently(lambda: self._redis.smembers(self._key("members")))
        return sorted(name.decode() for name in found)

    async def events(self, members: Sequence[str]) -> int:
        """See `Pool.events`."""
        keys = [f"{member}:off" for member in members]
        return sum(int(offset) + 1 for offset in await self._each("get", keys) if offset)

    async def newest(self) -> Merge | None:
        """See `Pool.newest`."""
        found = await self._patiently(lambda: self._redis.get(self._key("newest")))
        return None if found is None else _merge(found)

    async def merges(self) -> list[Merge]:
        """See `Pool.merges`."""
        found = await self._patiently(lambda: self._redis.lrange(self._key("merges"), 0, -1))
        return [_merge(one) for one in found]

    async def promotions(self) -> list[Merge]:
        """See `Pool.promotions`."""
        found = await self._patiently(lambda: self._redis.lrange(self._key("promotions"), 0, -1))
        return [_merge(one) for one in found]

    async def pin(self, at: float) -> None:
        """See `Pool.pin`."""
        await self._patiently(lambda: self._redis.set(self._key("pinned"), repr(at)))

    async def unpin(self) -> None:
        """See `Pool.unpin`."""
        await self._patiently(lambda: self._redis.delete(self._key("pinned")))

    async def pinned(self) -> float | None:
        """See `Pool.pinned`."""
        found = await self._patiently(lambda: self._redis.get(self._key("pinned")))
        return None if found is None else float(found)

    async def judge(self, version: str, *, passed: bool) -> None:
        """See `Pool.judge`."""
        text = encode_json([version, passed])
        await self._patiently(lambda: self._redis.set(self._key("judged"), text))

    async def judged(self) -> tuple[str, bool] | None:
        """See `Pool.judged`."""
        found = await self._patiently(lambda: self._redis.get(self._key("judged")))
        return None if found is None else (*decode_json(found),)

    async def enter(self) -> int:
        """See `Pool.enter`."""
        version = int(await self._patiently(lambda: self._redis.incr(self._key("attempts"))))
        await self._patiently(lambda: self._redis.sadd(self._key("versions"), version))
        return version

    async def begin(self, lease_sec: float) -> int | None:
        """See `Pool.begin`."""
        version = int(await self._patiently(lambda: self._redis.incr(self._key("attempts"))))
        free = await self._patiently(
            lambda: self._redis.set(
                self._key("lease"), version, nx=True, px=max(1, int(lease_sec * 1000))
            )
        )
        if not free:
            return None
        await self._clear_away()
        await self._patiently(lambda: self._redis.sadd(self._key("versions"), version))
        return version

    async def _clear_away(self) -> None:
        """Nobody needs a base that is neither the newest nor under a member.

        A base leaves in steps that hold wherever this is cut short: it cannot be published, then
        it cannot be adopted, and if nobody has adopted it till then, it goes.
        """
        members = await self.members()
        needed = await self._bases(members)
        for version in await self._numbers_in("versions") - needed:
            await self._start_to_leave(version)
        for version in await self._numbers_in("leaving"):
            await self._each("delete", [f"{member}:taken:{version}" for member in members])
            await self._forget(version, still=version in await self._bases(members))

    async def _start_to_leave(self, version: int) -> None:
        keys = [self._key(name) for name in ("newest", "versions", "leaving")]
        await self._patiently(lambda: self._leave(keys=keys, args=[version]))

    async def _forget(self, version: int, *, still: bool) -> None:
        key = self._key

        async def move() -> None:
            pipe = self._redis.pipeline(transaction=True)
            if still:
                pipe.smove(key("leaving"), key("versions"), version)
            else:
                pipe.delete(key(f"base:{version}"))
                pipe.srem(key("leaving"), version)
            await pipe.execute()

        await self._patiently(move)

    async def _bases(self, members: Sequence[str]) -> set[int]:
        found = await self._each("get", [f"{member}:base" for member in members])
        return {int(base or 0) for base in found}

    async def _numbers_in(self, name: str) -> set[int]:
        found = await self._patiently(lambda: self._redis.smembers(self._key(name)))
        return {int(version) for version in found}

    async def snapshot(self, member: str, models: Sequence[str]) -> Snapshot:
        """See `Pool.snapshot`."""
        return await self._patiently(lambda: self._snapshot(member, models))

    async def _snapshot(self, member: str, models: Sequence[str]) -> Snapshot:
        pipe = self._redis.pipeline(transaction=True)
        pipe.mget(f"{member}:base", f"{member}:off")
        for name in models:
            pipe.hgetall(f"{member}:delta:{name}")
        (base, offset), *own = await pipe.execute()
        known = dict(zip(models, own, strict=True))
        return Snapshot(int(base or 0), -1 if offset is None else int(offset), known)

    async def sizes(self, member: str, models: Sequence[str]) -> dict[str, int]:
        """See `Pool.sizes`."""
        found = await self._each("hlen", [f"{member}:delta:{name}" for name in models])
        return dict(zip(models, map(int, found), strict=True))

    async def offer(self, version: int, base: SealedBase, taken: Mapping[str, Taken]) -> None:
        """See `Pool.offer`."""
        await self._patiently(lambda: self._offer(version, base, taken))

    async def _offer(self, version: int, base: SealedBase, taken: Mapping[str, Taken]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        pipe.hset(self._key(f"base:{version}"), mapping={_OF_ALL: base.seal, **base.models})
        for member, one in taken.items():
            pipe.hset(
                f"{member}:taken:{version}",
                mapping={_OF_ALL: f"{one.base} {one.offset}", **one.models},
            )
        await pipe.execute()

    async def publish(self, merge: Merge) -> bool:
        """See `Pool.publish`."""
        names = "newest", "merges", "versions", "leaving", "promotions", "pinned"
        keys = [self._key(name) for name in names]
        chosen = int(merge.is_chosen) + int(merge.promoted is not None)
        text = encode_json(asdict(merge))
        arguments = [merge.version, merge.previous, text, LONGEST_HISTORY, chosen]
        published = await self._patiently(lambda: self._publish(keys=keys, args=arguments))
        await self.give_up(merge.version)
        return bool(published)

    async def attempt(self) -> int | None:
        """See `Pool.attempt`."""
        found = await self._patiently(lambda: self._redis.get(self._key("lease")))
        return None if found is None else int(found)

    async def give_up(self, version: int) -> None:
        """See `Pool.give_up`."""
        await self._patiently(lambda: self._release(keys=[self._key("lease")], args=[version]))

    async def seal(self, version: int) -> str | None:
        """See `Pool.seal`."""
        key = self._key(f"base:{version}")
        found = await self._patiently(lambda: self._redis.hget(key, _OF_ALL))
        return None if found is None else found.decode()

    async def base(self, version: int) -> SealedBase | None:
        """See `Pool.base`."""
        found = await self._patiently(lambda: self._redis.hgetall(self._key(f"base:{version}")))
        if not found:
            return None
        seal = found.pop(_OF_ALL.encode()).decode()
        return SealedBase(seal, {name.decode(): blob for name, blob in found.items()})

    async def taken(self, member: str, version: int) -> Taken | None:
        """See `Pool.taken`."""
        found = await self._patiently(lambda: self._redis.hgetall(f"{member}:taken:{version}"))
        if not found:
            return None
        base, offset = map(int, found.pop(_OF_ALL.encode()).split())
        return Taken(base, offset, {name.decode(): blob for name, blob in found.items()})

    async def adoptions(self, member: str) -> list[Adoption]:
        """See `Pool.adoptions`."""
        key = f"{member}:adoptions"
        found = await self._patiently(lambda: self._redis.lrange(key, 0, -1))
        return [Adoption(*map(int, one.split())) for one in found]

    async def _each(self, command: str, keys: Sequence[str]) -> list[Any]:
        """The answers to `command` for each of `keys`, which may be in many slots."""

        async def ask() -> list[Any]:
            pipe = self._redis.pipeline(transaction=False)
            for key in keys:
                getattr(pipe, command)(key)
            return list(await pipe.execute())

        return await self._patiently(ask)


def numbers(raw: Mapping[bytes, bytes]) -> Numbers:
    """Named numbers as a hash holds them."""
    return {name.decode(): struct.unpack(f"<{len(blob) // 8}d", blob) for name, blob in raw.items()}


def _merge(text: bytes) -> Merge:
    known = decode_json(text)
    promoted = known.pop("promoted", None)
    return Merge(**known, promoted=None if promoted is None else Promoted(**promoted))
