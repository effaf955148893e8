"""One suite of laws of the pool, run on the store in memory and on a real Redis or Valkey."""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Iterator

import pytest

from schemas.checkpoint import (
    Adoption,
    Merge,
    PartitionWrite,
    Promoted,
    SealedBase,
    Snapshot,
    Taken,
)
from schemas.errors import Fenced
from stream.settings import StoreSettings
from stream.store.contract import Pool, Store, member_of
from stream.store.memory import MemoryStore
from stream.store.memory_pool import MemoryServer
from stream.store.redis_store import RedisStore

PARTITIONS = 3
LEASE_SEC = 60.0
Make = Callable[[str, str], Store]
Law = Callable[[Make], Awaitable[None]]


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.stack)])
def make_store(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Stores of several installations on one server, by namespace and pool."""
    if request.param == "memory":
        server = MemoryServer()
        yield lambda namespace, pool: MemoryStore(PARTITIONS, server, namespace, pool)
    else:
        url, test = request.getfixturevalue("redis_url"), request.node.name

        def make(namespace: str, pool: str) -> Store:
            name = f"{test}.{pool}" if pool else ""
            own = f"{test}.{namespace}"
            return RedisStore(StoreSettings(url=url, namespace=own, pool=name), PARTITIONS)

        yield make


@pytest.fixture
def check(make_store: Make) -> Callable[[Law], None]:
    async def run(law: Law) -> None:
        made: list[Store] = []

        def make(namespace: str = "", pool: str = "") -> Store:
            made.append(make_store(namespace, pool))
            return made[-1]

        try:
            await law(make)
        finally:
            for store in made:
                await store.close()

    return lambda law: asyncio.run(run(law))


def a_base(text: bytes = b"numbers") -> SealedBase:
    return SealedBase(f"seal of {text.decode()}", {"m": text})


async def merged(pool: Pool, previous: int = 0, base: int | None = None) -> int:
    """A merge that takes something in from every member; `base`: what they stood on."""
    version = await pool.begin(LEASE_SEC)
    assert version is not None
    over = previous if base is None else base
    taken = {member: Taken(over, 4, {"m": b"taken"}) for member in await pool.members()}
    await pool.offer(version, a_base(), taken)
    merge = Merge(version, previous, 0, dict.fromkeys(taken, 4), a_base().seal)
    assert await pool.publish(merge)
    return version


async def adopt(store: Store, fence: int, base: int, version: int, partition: int = 1) -> None:
    write = PartitionWrite(partition=partition, expected=-1, offset=-1, base=base, adopts=version)
    write.models = {"m": {"own": (1.0,)}, "n": {}}
    await store.write({partition: fence}, [write])


async def name_of(store: Store, partition: int) -> str:
    (found,) = [m for m in await store.pool.members() if m.endswith(member_of("", partition))]
    return found


def test_members_are_all_partitions_of_those_who_joined(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        one, other, alone = make("a.", "both"), make("b.", "both"), make("c.", "")
        for store in (one, other, alone):
            await store.pool.join()
            await store.pool.join()
        assert len(await one.pool.members()) == 2 * PARTITIONS
        assert await one.pool.members() == await other.pool.members()
        assert len(await alone.pool.members()) == PARTITIONS
        assert not set(await alone.pool.members()) & set(await one.pool.members())
        await one.pool.leave()
        assert len(await other.pool.members()) == PARTITIONS

    check(law)


def test_own_numbers_are_counted(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        claim = await store.claim(1, [])
        write = PartitionWrite(partition=1, expected=-1, offset=4)
        write.models = {"m": {"a": (1.0,), "b": (2.0, 3.0)}, "n": {"a": (1.0,)}}
        await store.write({1: claim.fence}, [write])
        member = await name_of(store, 1)
        assert await store.pool.sizes(member, ["n", "m", "o"]) == {"n": 1, "m": 2, "o": 0}
        assert await store.pool.sizes(await name_of(store, 2), ["m"]) == {"m": 0}

    check(law)


def test_nothing_is_there_before_the_first_merge(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        assert await store.pool.newest() is None
        assert await store.pool.merges() == []
        assert await store.pool.seal(1) is await store.pool.base(1) is None
        member = await name_of(store, 1)
        assert await store.pool.taken(member, 1) is None
        assert await store.pool.adoptions(member) == []
        assert await store.pool.snapshot(member, ["m"]) == Snapshot(0, -1, {"m": {}})
        assert await store.pool.sizes(member, ["m"]) == {"m": 0}
        assert await store.pool.events([member]) == 0

    check(law)


def test_a_snapshot_is_what_was_written(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        claim = await store.claim(1, [])
        write = PartitionWrite(partition=1, expected=-1, offset=6, models={"m": {"w": (1.0, 2.0)}})
        await store.write({1: claim.fence}, [write])
        member = await name_of(store, 1)
        snapshot = await store.pool.snapshot(member, ["m", "n"])
        assert snapshot == Snapshot(0, 6, {"m": {b"w": struct.pack("<2d", 1.0, 2.0)}, "n": {}})
        assert await store.pool.events(await store.pool.members()) == 7

    check(law)


def test_what_is_only_offered_is_not_there(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        version = await store.pool.begin(LEASE_SEC)
        assert version is not None
        await store.pool.offer(version, a_base(), {})
        assert await store.pool.newest() is None
        assert await store.pool.begin(LEASE_SEC) is None or isinstance(store, MemoryStore)

    check(law)


def test_a_published_base_is_there_whole(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        version = await merged(store.pool)
        newest = await store.pool.newest()
        assert newest is not None
        assert (newest.version, newest.previous, newest.seal) == (version, 0, a_base().seal)
        assert newest.taken == dict.fromkeys(await store.pool.members(), 4)
        assert await store.pool.merges() == [newest]
        assert await store.pool.base(version) == a_base()
        assert await store.pool.seal(version) == a_base().seal
        member = await name_of(store, 1)
        assert await store.pool.taken(member, version) == Taken(0, 4, {"m": b"taken"})

    check(law)


def test_of_two_merges_of_one_base_the_first_is_published(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        slow = await store.pool.begin(0.001)
        assert slow is not None
        await asyncio.sleep(0.01)
        quick = await merged(store.pool)
        late = Merge(slow, 0, 9, {}, "late")
        assert not await store.pool.publish(late)
        newest = await store.pool.newest()
        assert newest is not None
        assert newest.version == quick

    check(law)


def test_versions_only_grow(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        early = await store.pool.begin(LEASE_SEC)
        assert early is not None
        quick = await store.pool.enter()
        assert quick > early
        assert await store.pool.publish(Merge(quick, 0, 0, {}, "quick"))
        assert not await store.pool.publish(Merge(early, quick, 0, {}, "early"))
        newest = await store.pool.newest()
        assert newest is not None
        assert newest.version == quick

    check(law)


def test_the_version_that_was_judged_last_is_known(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        pool = make("", "").pool
        assert await pool.judged() is None
        await pool.judge("v1", passed=True)
        await pool.judge("v2", passed=False)
        assert await make("", "").pool.judged() == ("v2", False)
        assert await make("other.", "").pool.judged() is None

    check(law)


def test_promotions_and_rollbacks_are_remembered_and_a_pin_keeps_promotions_out(
    check: Callable[[Law], None],
) -> None:
    async def law(make: Make) -> None:
        pool = make("", "").pool
        await pool.join()
        assert await pool.pinned() is None
        merge = Merge(await pool.enter(), 0, 0, {}, "merge")
        assert await pool.publish(merge)

        async def promotion(previous: Merge) -> Merge:
            version = await pool.enter()
            promoted = Promoted("v1", previous.seal, 0)
            return Merge(version, previous.version, 0, {}, "promoted", version, 2e9, promoted)

        first = await promotion(merge)
        assert await pool.publish(first)
        await pool.pin(1.5e9)
        assert await pool.pinned() == 1.5e9
        assert not await pool.publish(await promotion(first))
        back = Merge(await pool.enter(), first.version, 0, {}, "back", 0, 2.5e9)
        assert await pool.publish(back)
        after = Merge(await pool.enter(), back.version, 0, {}, "after")
        assert await pool.publish(after)
        await pool.unpin()
        second = await promotion(after)
        assert await pool.publish(second)
        assert await pool.promotions() == [first, back, second]
        assert await pool.merges() == [merge, first, back, after, second]

    check(law)


def test_a_merge_of_an_earlier_code_is_read(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        if not isinstance(store, RedisStore):
            return
        old = b'{"version":1,"previous":0,"events":4,"taken":{"{0}":3},"seal":"s"}'
        client = store.pool._redis
        await client.set(store.pool._key("newest"), old)
        assert await store.pool.newest() == Merge(1, 0, 4, {"{0}": 3}, "s")

    check(law)


def test_publishing_again_after_a_lost_reply_changes_nothing(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        version = await merged(store.pool)
        newest = await store.pool.newest()
        assert newest is not None
        assert await store.pool.publish(newest)
        assert await store.pool.merges() == [newest]
        await store.pool.begin(LEASE_SEC)
        assert await store.pool.base(version) is not None

    check(law)


def test_adoption_replaces_own_numbers_and_is_remembered(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        claim = await store.claim(1, [])
        before = {"m": {"w": (1.0,)}, "n": {"v": (2.0,)}}
        write = PartitionWrite(partition=1, expected=-1, offset=-1, models=before)
        await store.write({1: claim.fence}, [write])
        version = await merged(store.pool)
        await adopt(store, claim.fence, 0, version)
        await adopt(store, claim.fence, 0, version)  # a reply was lost
        again = await store.claim(1, ["m", "n"])
        assert (again.base, again.models) == (version, {"m": {"own": (1.0,)}, "n": {}})
        member = await name_of(store, 1)
        assert await store.pool.adoptions(member) == [Adoption(version, -1)]
        assert await store.pool.taken(member, version) is None

    check(law)


def test_a_base_that_is_not_offered_is_not_adopted(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        claim = await store.claim(1, [])
        version = await merged(store.pool)
        with pytest.raises(Fenced):
            await adopt(store, claim.fence, 0, version + 1)
        assert (await store.claim(1, [])).base == 0

    check(law)


def test_a_store_that_lost_an_adoption_is_not_written_over(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        claim = await store.claim(1, [])
        lost = PartitionWrite(partition=1, expected=-1, offset=3, base=7)
        with pytest.raises(Fenced):
            await store.write({1: claim.fence}, [lost])

    check(law)


def test_bases_go_when_no_member_stands_on_them(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        claims = [await store.claim(partition, []) for partition in range(PARTITIONS)]
        first = await merged(store.pool)
        for partition, claim in enumerate(claims):
            await adopt(store, claim.fence, 0, first, partition)
        second = await merged(store.pool, first)
        await adopt(store, claims[0].fence, first, second, 0)
        third = await merged(store.pool, second, base=first)
        assert await store.pool.seal(first) is not None
        assert await store.pool.seal(second) is not None
        for partition, claim in enumerate(claims):
            await adopt(store, claim.fence, first if partition else second, third, partition)
        await store.pool.begin(LEASE_SEC)
        left = [version for version in (first, second, third) if await store.pool.seal(version)]
        assert left == [third]
        assert await store.pool.taken(await name_of(store, 1), second) is None
        with pytest.raises(Fenced):
            await adopt(store, claims[1].fence, third, second, 1)

    check(law)


def test_what_a_dead_attempt_left_behind_goes_with_the_next(check: Callable[[Law], None]) -> None:
    async def law(make: Make) -> None:
        store = make("", "")
        await store.pool.join()
        members = await store.pool.members()
        dead = await store.pool.begin(0.001)
        assert dead is not None
        await store.pool.offer(dead, a_base(), {members[0]: Taken(0, -1, {})})
        await asyncio.sleep(0.01)
        await merged(store.pool)
        await store.pool.begin(LEASE_SEC)
        assert await store.pool.seal(dead) is None
        assert await store.pool.taken(members[0], dead) is None

    check(law)
