"""Arrivals on a real Redis or Valkey: beside receipts that the worker's own write has left."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from traces import trace

from processors.partitioning import partition_of
from processors.receipts import Receipt, encode_receipt
from schemas.arrival import Arrival, Known
from schemas.checkpoint import WITHDRAWN, PartitionWrite
from schemas.errors import Unavailable
from stream.settings import StoreSettings
from stream.store.arrivals import WINDOW_SEC
from stream.store.redis_store import RedisStore

pytestmark = pytest.mark.stack
PARTITIONS, WINDOW = 4, 10
ANN = "0" * 32
HOME = partition_of(ANN.encode(), PARTITIONS)
Law = Callable[[RedisStore], Awaitable[None]]


@pytest.fixture
def check(redis_url: str) -> Callable[[Law], None]:
    async def run(law: Law) -> None:
        settings = StoreSettings(url=redis_url, namespace=f"arrivals-{uuid4().hex}.")
        store = RedisStore(settings, PARTITIONS)
        try:
            await law(store)
        finally:
            await store.close()

    return lambda law: asyncio.run(run(law))


def arrival(key: int, digest: str = "a" * 16, learner: str = ANN) -> Arrival:
    return Arrival(key, learner, digest)


async def apply(store: RedisStore, expected: int, offset: int, receipts: dict[int, bytes]) -> None:
    """What the worker writes of Ann's partition."""
    claim = await store.claim(HOME, [])
    write = PartitionWrite(
        partition=HOME,
        expected=expected,
        offset=offset,
        generation=offset // WINDOW,
        receipts=receipts,
        models={},
    )
    await store.write({HOME: claim.fence}, [write])


def receipt(digest: str = "a" * 16) -> bytes:
    return encode_receipt(Receipt(ANN, digest, trace()))


def test_what_has_arrived_is_known_until_it_is_forgotten(check: Callable[[Law], None]) -> None:
    async def law(store: RedisStore) -> None:
        many = [arrival(key, f"{key:016x}") for key in range(300)]
        assert await store.arrivals.note(many, WINDOW) == [None] * 300
        again = [one._replace(digest="b" * 16, learner="1" * 32) for one in many]
        known = [Known(f"{key:016x}", applied=False) for key in range(300)]
        assert await store.arrivals.note(again, WINDOW) == known
        await store.arrivals.forget(many[:100])
        assert await store.arrivals.note(again, WINDOW) == [None] * 100 + known[100:]
        assert await store.arrivals.note([], WINDOW) == []

    check(law)


def test_one_that_comes_twice_at_once_is_known_the_second_time(
    check: Callable[[Law], None],
) -> None:
    async def law(store: RedisStore) -> None:
        found = await store.arrivals.note([arrival(7), arrival(7, "b" * 16)], WINDOW)
        assert found == [None, Known("a" * 16, applied=False)]

    check(law)


def test_it_expires(check: Callable[[Law], None]) -> None:
    async def law(store: RedisStore) -> None:
        await store.arrivals.note([arrival(2**64 - 1)], WINDOW)
        names = [name async for name in store._redis.scan_iter(f"{store.namespace}*")]
        assert len(names) == 1
        assert names[0].endswith(b":arrived:ffffffffffffffff")
        assert 0 < await store._redis.ttl(names[0]) <= WINDOW_SEC

    check(law)


def test_what_was_applied_is_known_as_long_as_its_receipt_is_kept(
    check: Callable[[Law], None],
) -> None:
    async def law(store: RedisStore) -> None:
        await apply(store, -1, 3, {1: receipt("c" * 16), 2: WITHDRAWN})
        three = [arrival(1), arrival(2), arrival(3)]
        expected = [Known("c" * 16, applied=True), Known("", applied=True), None]
        assert await store.arrivals.note(three, WINDOW) == expected
        await apply(store, 3, 15, {4: receipt("d" * 16)})
        found = await store.arrivals.note([*three, arrival(4)], WINDOW)
        assert found[:2] == expected[:2]
        assert found[3] == Known("d" * 16, applied=True)
        await apply(store, 15, 25, {})
        found = await store.arrivals.note([*three, arrival(4)], WINDOW)
        assert found[0] == Known("a" * 16, applied=False)
        assert found[3] == Known("d" * 16, applied=True)

    check(law)


def test_receipts_are_those_of_the_learners_partition(check: Callable[[Law], None]) -> None:
    async def law(store: RedisStore) -> None:
        await apply(store, -1, 3, {1: receipt()})
        other = next(
            name
            for name in (f"{n:032x}" for n in range(100))
            if partition_of(name.encode(), PARTITIONS) != HOME
        )
        assert await store.arrivals.note([arrival(1, learner=other)], WINDOW) == [None]

    check(law)


def test_where_redis_is_away_nothing_is_said() -> None:
    async def law() -> None:
        settings = StoreSettings(url="redis://127.0.0.1:1/0", patience_sec=0.0)
        store = RedisStore(settings, PARTITIONS)
        with pytest.raises(Unavailable):
            await store.arrivals.note([arrival(1)], WINDOW)
        with pytest.raises(Unavailable):
            await store.arrivals.forget([arrival(1)])
        await store.close()

    asyncio.run(law())
