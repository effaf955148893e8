"""The store in Redis (or Valkey).

Keys, all of partition p under the hash tag `{p}` and so in one slot of a cluster:

    {p}:fence          grows with each claim
    {p}:off            last applied offset of `learning.events`
    {p}:learner:<key>  state of a learner, one blob
    {p}:queue:<key>    queue of a learner, JSON
    {p}:base           version of the base that the deltas are relative to
    {p}:delta:<model>  hash: number's name -> float64s; own numbers of the partition's replica
    {p}:taken:<v>      what merges up to base v have taken in of the deltas; see `redis_pool`
    {p}:adoptions      list: version and offset of each adoption of a base
    {p}:outbox         hash: learner key -> edition of the queue that Kafka has not acknowledged
    {p}:due            sorted set: learner key by the time its queue must be rebuilt
    {p}:seen:<g>       hash: statement id -> receipt, for generation g of the statement window
    {p}:arrived:<id>   digest of a statement that was received over HTTP; see `arrivals`
    {p}:forgot:<word>  what was forgotten of a learner, for an hour; the word is a digest
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any

from processors.partitioning import partition_of
from schemas.checkpoint import Claim, Forgotten, Memory, Needs, Numbers, PartitionWrite
from schemas.errors import Fenced
from stream.settings import StoreSettings
from stream.store.arrivals import Arrivals
from stream.store.contract import LONGEST_HISTORY, member_of
from stream.store.redis_client import RedisClient, starting_with
from stream.store.redis_forgetting import RedisForgetting
from stream.store.redis_pool import RedisPool, numbers

_MANY = 1000
_ID = struct.Struct("<Q")
_LENGTH = struct.Struct("<I")


class RedisStore:
    """`Store` on a Redis or Valkey server."""

    def __init__(self, settings: StoreSettings, partitions: int) -> None:
        self._settings = settings
        self._partitions = partitions
        self._client = RedisClient(settings)
        self._redis = self._client.redis
        self._script = self._client.script("checkpoint.lua")
        self.pool = RedisPool(self._client, partitions)
        self.arrivals = Arrivals(self._client, settings, partitions)
        self._forgetting = RedisForgetting(self._client)

    async def claim(self, partition: int, models: Sequence[str]) -> Claim:
        """See `Store.claim`."""
        return await self._client.patiently(lambda: self._claim(partition, models))

    async def _claim(self, partition: int, models: Sequence[str]) -> Claim:
        key = self._key(partition)
        fence = await self._redis.incr(key("fence"))
        offset = await self._redis.get(key("off"))
        base = await self._redis.get(key("base"))
        own = [numbers(await self._redis.hgetall(key(f"delta:{name}"))) for name in models]
        waiting = [name.decode() for name in await self._redis.hkeys(key("outbox"))]
        names = [key(f"queue:{name}") for name in waiting]
        queues = await self._redis.mget(names) if names else []
        return Claim(
            partition=partition,
            fence=int(fence),
            offset=None if offset is None else int(offset),
            base=int(base or 0),
            models=dict(zip(models, own, strict=True)),
            unsent={name: queue for name, queue in zip(waiting, queues, strict=True) if queue},
        )

    async def read(self, needs: Sequence[Needs]) -> list[Memory]:
        """See `Store.read`."""
        return await self._client.patiently(lambda: self._read(needs))

    async def _read(self, needs: Sequence[Needs]) -> list[Memory]:
        pipe = self._redis.pipeline(transaction=False)
        for need in needs:
            self._ask(pipe, need)
        answers = iter(await pipe.execute())
        return [_memory(need, next(answers), next(answers), next(answers)) for need in needs]

    def _ask(self, pipe: Any, need: Needs) -> None:
        key = self._key(need.partition)
        ids = [_ID.pack(statement) for statement in need.statements] or [b""]
        pipe.mget([key(f"learner:{name}") for name in need.learners] or [key("off")])
        pipe.hmget(key(f"seen:{need.generation - 1}"), ids)
        pipe.hmget(key(f"seen:{need.generation}"), ids)

    async def look(self, partition: int, learners: Sequence[str]) -> tuple[int, dict[str, bytes]]:
        """See `Store.look`."""
        key = self._key(partition)
        names = [key("off"), *(key(f"learner:{name}") for name in learners)]
        offset, *states = await self._client.patiently(lambda: self._redis.mget(names))
        known = {
            name: blob for name, blob in zip(learners, states, strict=True) if blob is not None
        }
        return -1 if offset is None else int(offset), known

    async def learners(self, partition: int) -> list[str]:
        """See `Store.learners`."""
        start = self._key(partition)("learner:")

        async def scan() -> set[str]:
            found = self._redis.scan_iter(starting_with(start), count=_MANY)
            return {key.decode().removeprefix(start) async for key in found}

        return sorted(await self._client.patiently(scan))

    async def write(self, fences: dict[int, int], writes: Sequence[PartitionWrite]) -> None:
        """See `Store.write`."""
        await self._client.patiently(lambda: self._write(fences, writes))

    async def _write(self, fences: dict[int, int], writes: Sequence[PartitionWrite]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for write in writes:
            await self._script(
                keys=self._script_keys(write),
                args=self._script_arguments(fences[write.partition], write),
                client=pipe,
            )
        for write, written in zip(writes, await pipe.execute(), strict=True):
            if not written:
                raise Fenced(
                    f"partition {write.partition} is not as this worker left it: another worker "
                    "has claimed it, or Redis has lost its tail; starting again puts it right"
                )

    def _script_keys(self, write: PartitionWrite) -> list[str]:
        key = self._key(write.partition)
        keys = [key("fence"), key("off"), key("due"), key("outbox")]
        keys += [key(f"seen:{write.generation}"), key(f"seen:{write.generation - 2}")]
        keys += [key("base"), key("adoptions"), key(f"taken:{_next_base(write)}")]
        keys += [key(f"delta:{name}") for name in write.models]
        keys += [key(f"learner:{name}") for name in write.states]
        keys += [key(f"queue:{name}") for name in write.queues]
        return keys

    def _script_arguments(self, fence: int, write: PartitionWrite) -> list[Any]:
        args: list[Any] = [fence, write.expected, write.offset, self._settings.statement_window_sec]
        args += [len(write.models), write.base, _next_base(write), LONGEST_HISTORY]
        runs: list[list[Any]] = [
            [part for learner, at in write.due.items() for part in (_score(at), learner)],
            sorted(write.forgotten),
            [part for pair in write.acknowledged.items() for part in pair],
            [part for pair in write.tokens.items() for part in pair],
        ]
        args += [part for run in runs for part in (len(run), *run)]
        receipts = [part for k, kept in write.receipts.items() for part in (_ID.pack(k), kept)]
        args.append(_list(receipts))
        for own in write.models.values():
            dropped, changed = _model_parts(own)
            args += [len(dropped), *dropped, _list(changed)]
        blobs = self._blobs(write)
        return [*args, len(blobs), *blobs]

    def _blobs(self, write: PartitionWrite) -> list[bytes | int]:
        long, short = self._settings.state_ttl_sec, self._settings.short_state_ttl_sec
        return [
            part
            for blobs in (write.states, write.queues)
            for learner, blob in blobs.items()
            for part in (blob, short if learner in write.short_lived else long)
        ]

    async def forget(
        self, partition: int, fence: int, learner: str, word: str, offers: int = 0
    ) -> Forgotten:
        """See `Store.forget`."""
        return await self._forgetting.forget(self._key(partition), fence, learner, word, offers)

    async def forgot(self, partition: int, word: str) -> Forgotten | None:
        """See `Store.forgot`."""
        return await self._forgetting.forgot(self._key(partition), word)

    async def held(self, partition: int, learner: str) -> Forgotten:
        """See `Store.held`."""
        return await self._forgetting.held(self._key(partition), learner)

    async def offers(self, partition: int, learner: str) -> int:
        """Rows of a partition's models about what was offered to a learner of any partition."""
        return await self._forgetting.offers(self._key(partition), learner)

    async def fence(self, partition: int) -> int:
        """Of the newest claim: for who writes where no worker can be; 0 before any."""
        return await self._forgetting.fence(self._key(partition))

    async def due(self, partition: int, now: float, limit: int) -> list[str]:
        """See `Store.due`."""
        key = self._key(partition)("due")
        names = await self._client.patiently(
            lambda: self._redis.zrangebyscore(key, "-inf", now, start=0, num=limit)
        )
        return [name.decode() for name in names]

    async def make_all_due(self, partition: int) -> None:
        """See `Store.make_all_due`."""
        key = self._key(partition)("due")
        await self._client.patiently(lambda: self._redis.zunionstore(key, {key: 0}))

    async def applied(self, partition: int) -> int:
        """See `Store.applied`."""
        key = self._key(partition)("off")
        offset = await self._client.patiently(lambda: self._redis.get(key))
        return -1 if offset is None else int(offset)

    async def state(self, learner: str) -> bytes | None:
        """See `Store.state`."""
        return await self._client.patiently(lambda: self._redis.get(self._of(learner, "learner")))

    async def queue(self, learner: str) -> bytes | None:
        """See `Store.queue`."""
        return await self._client.patiently(lambda: self._redis.get(self._of(learner, "queue")))

    async def queues(self, learners: Sequence[str]) -> list[bytes | None]:
        """The queue of each learner, in order; one round trip."""
        names = [self._of(learner, "queue") for learner in learners]
        if len(names) == 1:
            return [await self._client.patiently(lambda: self._redis.get(names[0]))]

        async def ask() -> list[bytes | None]:
            # one GET each: MGET wants all its keys in one slot of a cluster
            pipe = self._redis.pipeline(transaction=False)
            for name in names:
                pipe.get(name)
            return list(await pipe.execute())

        return await self._client.patiently(ask)

    @property
    def namespace(self) -> str:
        """What leads all keys."""
        return self._settings.namespace

    async def close(self) -> None:
        """See `Store.close`."""
        await self._client.close()

    def _key(self, partition: int) -> Callable[[str], str]:
        return f"{member_of(self._settings.namespace, partition)}:".__add__

    def _of(self, learner: str, what: str) -> str:
        return self._key(partition_of(learner.encode(), self._partitions))(f"{what}:{learner}")


def _next_base(write: PartitionWrite) -> int:
    return write.base if write.adopts is None else write.adopts


def _score(at: float) -> str:
    return "+inf" if at == float("inf") else repr(at)


def _list(parts: list[bytes]) -> bytes:
    """One argument for all; the client looks at each argument by itself, which takes longer."""
    return b"".join([piece for part in parts for piece in (_LENGTH.pack(len(part)), part)])


def _model_parts(numbers: Numbers) -> tuple[list[str], list[bytes]]:
    changed = [
        part
        for name, values in numbers.items()
        if values
        for part in (name.encode(), struct.pack(f"<{len(values)}d", *values))
    ]
    return [name for name, values in numbers.items() if not values], changed


def _memory(
    need: Needs,
    states: list[bytes | None],
    older: list[bytes | None],
    newer: list[bytes | None],
) -> Memory:
    receipts = {}
    for statement, old, new in zip(need.statements, older, newer, strict=False):
        receipt = old if new is None else new
        if receipt is not None:
            receipts[statement] = receipt
    known = zip(need.learners, states, strict=False)
    return Memory({name: blob for name, blob in known if blob is not None}, receipts)
