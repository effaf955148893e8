"""One suite of laws, run on the store in memory and on a real Redis or Valkey."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
from harness.archives import event

from processors.partitioning import partition_of
from processors.receipts import Receipt, encode_receipt
from processors.trace import Trace, trace_of
from schemas.checkpoint import WITHDRAWN, Forgotten, Needs, PartitionWrite
from schemas.errors import Fenced, Unavailable
from stream.settings import StoreSettings
from stream.store.contract import Store
from stream.store.memory import MemoryStore
from stream.store.redis_store import RedisStore

PARTITIONS = 4
T = TypeVar("T")
Law = Callable[[Store], Awaitable[None]]


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.stack)])
def make_store(request: pytest.FixtureRequest) -> Iterator[Callable[[], Store]]:
    if request.param == "memory":
        yield lambda: MemoryStore(PARTITIONS)
    else:
        url = request.getfixturevalue("redis_url")
        namespace = f"laws.{request.node.name}."
        yield lambda: RedisStore(StoreSettings(url=url, namespace=namespace), PARTITIONS)


@pytest.fixture
def check(make_store: Callable[[], Store]) -> Callable[[Law], None]:
    async def run(law: Law) -> None:
        store = make_store()
        try:
            await law(store)
        finally:
            await store.close()

    return lambda law: asyncio.run(run(law))


def a_write(expected: int = -1, offset: int = 9, **changes: object) -> PartitionWrite:
    facts = {"states": {"ann": b"state"}, "queues": {"ann": b"queue"}, "tokens": {"ann": "9/1"}}
    facts |= {"due": {"ann": 50.0}, "models": {"m": {"w": (1.0, 2.0)}}, "receipts": {7: b"r"}}
    return PartitionWrite(partition=1, expected=expected, offset=offset, **{**facts, **changes})


def test_a_look_sees_offset_and_states_of_one_moment(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        assert await store.look(1, ["ann"]) == (-1, {})
        assert await store.learners(1) == []
        claim = await store.claim(1, [])
        states = {"ann": b"state", "bob": b"other"}
        await store.write({1: claim.fence}, [a_write(states=states)])
        assert await store.look(1, ["ann", "cid"]) == (9, {"ann": b"state"})
        assert await store.learners(1) == ["ann", "bob"]
        assert await store.learners(2) == []

    check(law)


def test_a_write_is_there_for_the_next_owner(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, ["m", "n"])
        assert (claim.offset, claim.models, claim.unsent) == (None, {"m": {}, "n": {}}, {})
        assert claim.base == 0
        await store.write({1: claim.fence}, [a_write()])
        again = await store.claim(1, ["m", "n"])
        assert again.offset == 9
        assert again.fence > claim.fence
        assert again.models == {"m": {"w": (1.0, 2.0)}, "n": {}}
        assert again.unsent == {"ann": b"queue"}
        (memory,) = await store.read([Needs(1, ("ann", "bob"), (7, 8), 0)])
        assert memory.states == {"ann": b"state"}
        assert memory.receipts == {7: b"r"}

    check(law)


def test_who_lost_the_partition_writes_nothing(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        old = await store.claim(1, [])
        new = await store.claim(1, [])
        with pytest.raises(Fenced):
            await store.write({1: old.fence}, [a_write()])
        (memory,) = await store.read([Needs(1, ("ann",), (7,), 0)])
        assert memory.states == {}
        assert memory.receipts == {}
        await store.write({1: new.fence}, [a_write()])

    check(law)


def test_a_store_that_lost_its_tail_is_not_written_over(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, [])
        await store.write({1: claim.fence}, [a_write(-1, 9)])
        with pytest.raises(Fenced):
            await store.write({1: claim.fence}, [a_write(20, 30)])

    check(law)


def test_a_write_whose_answer_got_lost_may_be_sent_again(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, ["m"])
        for _ in range(2):
            await store.write({1: claim.fence}, [a_write()])
        again = await store.claim(1, ["m"])
        assert again.offset == 9
        assert again.models == {"m": {"w": (1.0, 2.0)}}

    check(law)


def test_dropped_numbers_are_gone(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, ["m"])
        await store.write({1: claim.fence}, [a_write()])
        await store.write({1: claim.fence}, [a_write(9, 10, models={"m": {"w": (), "v": (3.0,)}})])
        assert (await store.claim(1, ["m"])).models == {"m": {"v": (3.0,)}}

    check(law)


def test_the_outbox_forgets_the_edition_that_was_acknowledged(
    check: Callable[[Law], None],
) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, [])
        await store.write({1: claim.fence}, [a_write()])
        newer = a_write(9, 10, tokens={"ann": "10/2"}, acknowledged={"ann": "9/1"})
        await store.write({1: claim.fence}, [newer])
        await store.write(
            {1: claim.fence}, [a_write(10, 11, tokens={}, acknowledged={"ann": "9/1"})]
        )
        claim = await store.claim(1, [])
        assert set(claim.unsent) == {"ann"}
        last = a_write(11, 12, tokens={}, acknowledged={"ann": "10/2"})
        await store.write({1: claim.fence}, [last])
        assert (await store.claim(1, [])).unsent == {}

    check(law)


def test_due_learners_come_soonest_first(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, [])
        due = {"late": 30.0, "soon": 10.0, "never": float("inf"), "later": 90.0}
        await store.write({1: claim.fence}, [a_write(due=due)])
        assert await store.due(1, 50.0, 10) == ["soon", "late"]
        assert await store.due(1, 50.0, 1) == ["soon"]
        await store.make_all_due(1)
        assert set(await store.due(1, 1.0, 10)) == set(due)
        await store.write({1: claim.fence}, [a_write(9, 9, due={}, forgotten={"soon", "never"})])
        assert set(await store.due(1, 1.0, 10)) == {"late", "later"}

    check(law)


def test_receipts_leave_with_their_generation(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, [])
        for generation, offset in enumerate(range(3)):
            receipts = {generation: b"g%d" % generation, 99: WITHDRAWN if generation else b"x"}
            write = a_write(offset - 1, offset, generation=generation, receipts=receipts)
            await store.write({1: claim.fence}, [write])
        (memory,) = await store.read([Needs(1, (), (0, 1, 2, 99), 2)])
        assert memory.receipts == {1: b"g1", 2: b"g2", 99: WITHDRAWN}

    check(law)


def test_readers_find_a_learner_without_knowing_the_partition(
    check: Callable[[Law], None],
) -> None:
    async def law(store: Store) -> None:
        partition = partition_of(b"ann", PARTITIONS)
        claim = await store.claim(partition, [])
        write = a_write()
        write.partition = partition
        await store.write({partition: claim.fence}, [write])
        assert await store.state("ann") == b"state"
        assert await store.queue("ann") == b"queue"
        assert await store.queue("nobody") is None

    check(law)


def test_a_large_batch_is_written_whole(check: Callable[[Law], None]) -> None:
    async def law(store: Store) -> None:
        claim = await store.claim(1, ["m"])
        numbers = {f"w{i}": (float(i), 0.5) for i in range(30_000)}
        states = {f"learner{i}": b"s" * 100 for i in range(3000)}
        await store.write({1: claim.fence}, [a_write(models={"m": numbers}, states=states)])
        assert (await store.claim(1, ["m"])).models["m"] == numbers
        (memory,) = await store.read([Needs(1, tuple(states), (), 0)])
        assert memory.states == states

    check(law)


def test_an_unreachable_redis_is_named_without_its_password() -> None:
    settings = StoreSettings(url="redis://:secret@127.0.0.1:1/0", patience_sec=0.0)

    async def run() -> None:
        store = RedisStore(settings, PARTITIONS)
        try:
            with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1") as caught:
                await store.claim(0, [])
            assert "secret" not in str(caught.value)
        finally:
            await store.close()

    asyncio.run(run())


def test_of_who_is_forgotten_nothing_is_left_and_all_others_stay(
    check: Callable[[Law], None],
) -> None:
    ann, bob = (encode_receipt(Receipt(name, "d", _trace())) for name in ("ann", "bob"))

    async def law(store: Store) -> None:
        claim = await store.claim(1, [])
        both = {"ann": b"1", "bob": b"2"}
        first = a_write(
            states=both,
            queues=both,
            tokens={"ann": "9/1", "bob": "9/1"},
            due={"ann": 5.0, "bob": 6.0},
            receipts={7: ann, 8: bob, 9: WITHDRAWN},
        )
        second = PartitionWrite(
            partition=1, expected=9, offset=10, generation=1, receipts={11: ann, 12: bob}
        )
        await store.write({1: claim.fence}, [first])
        await store.write({1: claim.fence}, [second])
        whole = Forgotten(states=1, queues=1, receipts=2, waiting=2)
        assert await store.held(1, "ann") == whole
        assert await store.forgot(1, "word") is None
        with pytest.raises(Fenced):
            await store.forget(1, claim.fence - 1, "ann", "word")
        assert await store.held(1, "ann") == whole
        told = whole._replace(offers=3)
        assert await store.forget(1, claim.fence, "ann", "word", 3) == told
        assert await store.forgot(1, "word") == told
        assert await store.forget(1, claim.fence, "ann", "word") == told  # a reply that got lost
        assert await store.held(1, "ann") == Forgotten()
        assert await store.held(1, "bob") == whole
        assert await store.look(1, ["ann", "bob"]) == (10, {"bob": b"2"})
        assert await store.due(1, 9.0, 5) == ["bob"]
        (memory,) = await store.read([Needs(1, ("ann", "bob"), (7, 8, 9, 11, 12), 1)])
        assert memory.receipts == {8: bob, 9: WITHDRAWN, 12: bob}
        assert (await store.claim(1, [])).unsent == {"bob": b"2"}

    check(law)


def _trace() -> Trace:
    return trace_of(event(1), 1)
