"""Merging and adopting, step by step, on the twins in memory."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from unittest.mock import AsyncMock

import pytest
from harness.statements import answers
from harness.streams import key_of, local_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.items import ItemModel
from online_models.replica import Replica
from processors.objective import Objective
from processors.partitioning import partition_of
from schemas.checkpoint import Merge, SealedBase
from schemas.errors import Corrupt
from stream.bases import Bases, load_base
from stream.local import LocalStream
from stream.log import Message
from stream.merger import LEASE_SEC, Merger
from stream.recent import Recent
from stream.store.memory import MemoryStore
from stream.store.memory_pool import MemoryServer
from stream.topics import STATEMENTS

SETTINGS = local_settings(partitions=3, merge_every=10)
ANSWERS = list(answers(120, 9, 3))
HOMES = [partition_of(key_of(who, SETTINGS).encode(), 3) for who, _ in ANSWERS]
BUSIEST = max(range(3), key=HOMES.count)
ALL = "*"
run = asyncio.run


async def a_stream(
    prefix: str = "", pool: str = "", server: MemoryServer | None = None, **changes: int
) -> LocalStream:
    changed = SETTINGS.with_(prefix=prefix, parameter_pool=pool, **changes)
    store = MemoryStore(changed.partitions, server, prefix, pool)
    stream = LocalStream(changed, Objective(), lambda: 1.9e9, store)
    await stream.start()
    return stream


async def learn(stream: LocalStream, start: int, count: int) -> int:
    """Publish some answers; returns how many there were."""
    chosen = ANSWERS[start : start + count]
    topic = stream.settings.prefix + STATEMENTS.name
    await stream.log.send([Message(topic, raw, who.encode()) for who, raw in chosen])
    await stream.run()
    return len(chosen)


async def merge(stream: LocalStream) -> Merge | None:
    pool = stream.store.pool
    version = await pool.begin(LEASE_SEC)
    assert version is not None
    made = await stream.merger.merge(version, await pool.members())
    return None if made is None else made.merge


async def answered(stream: LocalStream) -> float:
    """Answers that the shared parameters know of."""
    newest = await stream.store.pool.newest()
    base = await load_base(stream.store.pool, 0 if newest is None else newest.version)
    assert base is not None
    return base.of(ItemModel.name).numbers.get(ALL, (0.0,))[0]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("learn"), st.integers(1, 12)),
        st.tuples(st.just("merge"), st.just(0)),
        st.tuples(st.just("adopt"), st.integers(0, 2)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(steps=steps)
def test_whoever_adopts_when_each_answer_counts_once(steps: list[tuple[str, int]]) -> None:
    async def law() -> None:
        stream = await a_stream(merge_every=1_000_000)
        told = 0
        for what, number in steps:
            if what == "learn":
                told += await learn(stream, told, number)
            elif what == "merge":
                await merge(stream)
            elif what == "adopt":
                await stream.personalizer.adopt([number])
            else:
                await stream.start()
        for _ in range(2):  # who was left out of the first is in the second
            await stream.personalizer.adopt()
            await merge(stream)
        assert await answered(stream) == told
        await stream.personalizer.adopt()
        own = [(await stream.store.claim(p, ["items"])).models["items"] for p in range(3)]
        assert own == [{}, {}, {}]

    run(law())


def test_partitions_know_what_the_others_learned() -> None:
    async def law() -> None:
        stream = await a_stream()
        await learn(stream, 0, 120)
        assert len(await stream.store.pool.merges()) > 5
        assert await answered(stream) >= 100
        claims = [await stream.store.claim(p, ["items"]) for p in range(3)]
        newest = await stream.store.pool.newest()
        assert newest is not None
        assert {claim.base for claim in claims} == {newest.version}

    run(law())


def test_merging_may_be_off() -> None:
    async def law() -> None:
        stream = await a_stream(merge_every=0)
        await learn(stream, 0, 120)
        assert await stream.store.pool.newest() is None
        assert await stream.store.pool.members() == []
        assert await stream.merger.due_in() is None

    run(law())


def test_same_events_same_bases() -> None:
    async def seals() -> list[str]:
        stream = await a_stream()
        await learn(stream, 0, 120)
        return [merge.seal for merge in await stream.store.pool.merges()]

    assert run(seals()) == run(seals())


def test_tenants_do_not_mix() -> None:
    async def law() -> None:
        server = MemoryServer()
        one, other = await a_stream("one.", "", server), await a_stream("other.", "", server)
        await learn(one, 0, 60)
        assert await answered(one) > 0
        assert await other.store.pool.newest() is None
        await learn(other, 60, 60)
        await one.personalizer.adopt()
        assert await answered(one) <= 60
        assert await answered(other) <= 60

    run(law())


def test_tenants_of_one_pool_learn_from_each_other() -> None:
    async def law() -> None:
        server = MemoryServer()
        one = await a_stream("one.", "group", server, merge_every=1_000_000)
        other = await a_stream("other.", "group", server, merge_every=1_000_000)
        await learn(one, 0, 60)
        await learn(other, 60, 60)
        assert await merge(one)
        assert await answered(one) == await answered(other) == 120
        for stream in (one, other):
            await stream.personalizer.adopt()
            assert (await stream.store.claim(1, ["items"])).models["items"] == {}

    run(law())


def test_a_base_is_held_once_and_only_while_somebody_stands_on_it() -> None:
    async def law() -> None:
        stream = await a_stream()
        await learn(stream, 0, 60)
        newest = await stream.store.pool.newest()
        assert newest is not None
        bases = Bases(stream.store.pool)
        same = {id(base) for base in [await bases.of(newest.version) for _ in range(3)]}
        shared = {id(owned.models.base) for owned in stream.personalizer._owned.values()}
        await asyncio.sleep(0)  # the step before still holds what it awaited
        gc.collect()
        assert (len(same), len(shared), len(bases._held)) == (1, 1, 0)

    run(law())


def test_nothing_new_nothing_merged() -> None:
    async def law() -> None:
        stream = await a_stream(merge_every=1_000_000)
        assert await merge(stream) is None
        await learn(stream, 0, 20)
        assert await merge(stream)
        await stream.personalizer.adopt()
        assert await merge(stream) is None
        assert await Merger(stream.store.pool, 5).merge_if_due() is None

    run(law())


def test_overdue_any_event_is_merged_and_nothing_is_not() -> None:
    async def law() -> None:
        stream = await a_stream(merge_every=1_000_000)
        assert await stream.merger.merge_if_due(overdue=True) is None
        await learn(stream, 0, 3)
        assert await stream.merger.merge_if_due() is None
        assert await stream.merger.merge_if_due(overdue=True)
        await stream.personalizer.adopt()
        assert await stream.merger.merge_if_due(overdue=True) is None

    run(law())


async def _damaged(stream: LocalStream, version: int) -> None:
    base = await stream.store.pool.base(version)
    assert base is not None
    blob = base.models["items"]
    spoiled = {"items": blob[:-1] + bytes([blob[-1] ^ 1])}
    await stream.store.pool.offer(version, SealedBase(base.seal, spoiled), {})


async def _of_others(stream: LocalStream, version: int) -> None:
    base = await stream.store.pool.base(version)
    assert base is not None
    await stream.store.pool.offer(version, SealedBase("other " + base.seal, base.models), {})


async def _missing(stream: LocalStream, version: int) -> None:
    del stream.store.pool._shared.bases[version]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_damaged, "are damaged"),
        (_of_others, "were made by another version of the models"),
        (_missing, "are missing"),
    ],
)
def test_a_base_that_cannot_be_used_stops_who_needs_it(
    spoil: Callable[[LocalStream, int], Awaitable[None]], says: str
) -> None:
    async def law() -> None:
        stream = await a_stream(merge_every=1_000_000)
        await learn(stream, 0, 60)
        newest = await merge(stream)
        assert newest is not None
        await stream.personalizer.adopt()
        await learn(stream, 60, 10)
        await spoil(stream, newest.version)
        with pytest.raises(Corrupt, match=f"version {newest.version} {says}"):
            await merge(stream)
        fresh = LocalStream(stream.settings, Objective(), lambda: 1.9e9, stream.store, stream.log)
        with pytest.raises(Corrupt, match=f"version {newest.version} {says}"):
            await fresh.start()

    run(law())


def test_who_noticed_the_merge_comes_to_the_same_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    used = []

    def after(self: Recent, offset: int) -> object:
        used.append(known := original(self, offset))
        return known

    original = Recent.after
    monkeypatch.setattr(Recent, "after", after)

    async def own_numbers(*, noticed: bool) -> list[object]:
        stream = await a_stream(merge_every=1_000_000)
        await learn(stream, 0, 50)
        if noticed:
            monkeypatch.setattr(stream.store.pool, "attempt", AsyncMock(return_value=1))
            await stream.personalizer.adopt()  # looks, and finds that somebody has begun
        assert await merge(stream)
        await learn(stream, 50, 40)
        await stream.personalizer.adopt()
        await learn(stream, 90, 10)
        names = Replica().names
        claims = [await stream.store.claim(p, names) for p in range(3)]
        return [(claim.base, claim.models) for claim in claims]

    plain = run(own_numbers(noticed=False))
    assert used == []
    assert run(own_numbers(noticed=True)) == plain
    assert len(used) == 3
    assert all(known and known["items"] for known in used)


def test_who_is_about_to_adopt_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream.merger._LOOK_SEC", 0.01)

    async def law() -> None:
        stream = await a_stream(merge_every=1_000_000)
        await learn(stream, 0, 60)
        assert await merge(stream)
        await stream.personalizer.adopt([0])
        await learn(stream, 60, 30)
        merger = Merger(stream.store.pool, 5, patience_sec=60.0)
        waiting = asyncio.ensure_future(merger.merge_if_due(overdue=True))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await stream.personalizer.adopt()
        merged = await waiting
        assert merged is not None
        assert len(merged.merge.taken) == 3

    run(law())


def test_who_is_away_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream.merger._LOOK_SEC", 0.01)

    async def law() -> None:
        stream = await a_stream(merge_every=1_000_000)
        merger = Merger(stream.store.pool, 5, patience_sec=0.1)
        await learn(stream, 0, 60)
        assert await merge(stream)
        for start in (60, 75, 90):
            await stream.personalizer.adopt([BUSIEST])
            await learn(stream, start, 15)
            merged = await merger.merge_if_due(overdue=True)
            assert merged is not None
            assert len(merged.merge.taken) == 1
            merger._patience_sec = 1e9  # waiting again would take for ever

    run(law())


@pytest.mark.parametrize(("batch_sec", "holds"), [(0.0, 3), (1000.0, 1)])
def test_where_batches_are_long_all_adopt_at_once(batch_sec: float, holds: int) -> None:
    async def law() -> None:
        stream = await a_stream(merge_every=1_000_000)
        await learn(stream, 0, 60)
        assert await merge(stream)
        personalizer = stream.personalizer
        personalizer._batch_sec = batch_sec
        lock = personalizer._lock = AsyncMock(wraps=asyncio.Lock())
        await personalizer.adopt()
        assert {owned.models.base.version for owned in personalizer._owned.values()} == {1}
        assert lock.__aenter__.await_count == holds

    run(law())
