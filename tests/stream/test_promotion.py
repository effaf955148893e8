"""Promotion, rollback and pins, step by step, on the twins in memory."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Collection
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from harness.promotions import PASSED, fitted, written
from harness.statements import answers
from harness.streams import local_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from offline.kept_bases import KeptBases
from offline.places import Place
from offline.versions import Versions
from online_models.items import ItemModel
from online_models.tables import numbers_of, tables_of
from processors.objective import Objective
from schemas.checkpoint import Merge
from schemas.codec import decode_json
from schemas.errors import ConfigurationError, Refused
from schemas.event import LearningEvent, event_from_json
from schemas.version import Verdict
from stream.bases import load_base
from stream.local import LocalStream
from stream.log import Message
from stream.merger import LEASE_SEC
from stream.promotion import Promoter
from stream.records import RawRecord
from stream.replay import Replay, past_of
from stream.topics import EVENTS, STATEMENTS
from stream.versions import ids_of, line_of, live_base, live_version

SETTINGS = local_settings(partitions=3, merge_every=1_000_000)
ANSWERS = list(answers(160, 9, 3))
ALL = "*"
ITEMS = ItemModel.name
"""Its sums are exact, so each answer can be counted."""
run = asyncio.run


def mark(name: str) -> float:
    """Answers that a version claims to know of beside the real ones; none for no version."""
    return 1000.0 * int(name.removeprefix("v") or 0)


class World:
    """A stream in memory, a place for versions, and who promotes."""

    def __init__(self, folder: Path) -> None:
        self.stream = LocalStream(SETTINGS, Objective(), lambda: 1.9e9)
        self.pool = self.stream.store.pool
        self.place = Place(str(folder))
        self.versions = Versions(self.place)
        self.promoter = Promoter(self.pool, self.versions, KeptBases(self.place), lambda: 2e9)
        self.told = 0

    async def learn(self, count: int) -> None:
        topic = STATEMENTS.name
        chosen = ANSWERS[self.told : self.told + count]
        await self.stream.log.send([Message(topic, raw, who.encode()) for who, raw in chosen])
        await self.stream.run()
        self.told += len(chosen)

    async def merge(self) -> Merge | None:
        version = await self.pool.begin(LEASE_SEC)
        assert version is not None
        made = await self.stream.merger.merge(version, await self.pool.members())
        return None if made is None else made.merge

    async def adopt(self, only: Collection[int] | None = None) -> None:
        await self.stream.personalizer.adopt(only)

    async def candidate(self, name: str, verdict: Verdict | None = PASSED) -> None:
        """A version that knows what the live base knows, and its mark."""
        live = await live_base(self.pool, "", SETTINGS.partitions)
        numbers = dict(fitted(self.events(live[2])))
        rows = numbers_of(numbers.get(ITEMS, {}))
        counted, *rest = rows.get(ALL, (0.0, 0.0, 0.0, 0.0))
        numbers[ITEMS] = tables_of(rows | {ALL: (counted + mark(name), *rest)})
        await asyncio.to_thread(written, self.versions, name, numbers, live, verdict)

    def events(self, up_to: dict[int, int]) -> list[LearningEvent]:
        return [
            event_from_json(decode_json(record.value or b""))
            for record in self.stream.log.all(EVENTS.name)
            if record.offset <= up_to[record.partition]
        ]

    def records(self) -> dict[int, list[RawRecord]]:
        found: dict[int, list[RawRecord]] = {}
        for record in self.stream.log.all(EVENTS.name):
            raw = RawRecord(*record[:4], record.value or b"")
            found.setdefault(record.partition, []).append(raw)
        return found

    async def answered(self) -> float:
        """Answers that the newest base knows of."""
        newest = await self.pool.newest()
        base = await load_base(self.pool, 0 if newest is None else newest.version)
        assert base is not None
        return base.of(ITEMS).numbers.get(ALL, (0.0,))[0]

    async def settled(self) -> float:
        """Answers that the newest base knows of when everything has been taken in."""
        for _ in range(2):
            await self.adopt()
            await self.merge()
        return await self.answered()


often = ["merge", "fit", "fit", "promote", "promote", "roll back", "adopt all", "restart"]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("learn"), st.integers(1, 12)),
        st.tuples(st.sampled_from(often), st.just(0)),
        st.tuples(st.just("adopt"), st.integers(0, 2)),
        st.tuples(st.just("promote"), st.integers(0, 5)),
    ),
    min_size=10,
    max_size=40,
)


async def go(world: World, what: str, number: int, made: list[str]) -> None:
    if what == "learn":
        await world.learn(number)
    elif what == "merge":
        await world.merge()
    elif what.startswith("adopt"):
        await world.adopt(None if what == "adopt all" else [number])
    elif what == "fit":
        made.append(f"v{len(made) + 1}")
        await world.candidate(made[-1])
    elif what == "promote" and made:
        await world.promoter.promote(made[-1 - number % len(made)])
    elif what == "roll back" and await live_version(world.pool):
        await world.promoter.roll_back()
    elif what == "restart":
        await world.stream.start()


@settings(max_examples=80, deadline=None)
@given(steps=steps)
def test_whatever_is_live_each_answer_counts_once(steps: list[tuple[str, int]]) -> None:
    """Whichever version is promoted or taken back when, and whoever adopts when."""

    async def law(folder: str) -> None:
        world, made = World(Path(folder)), list[str]()
        await world.stream.start()
        for what, number in steps:
            await go(world, what, number, made)
        live = await live_version(world.pool)
        assert await world.settled() == world.told + mark(live)

    with tempfile.TemporaryDirectory() as folder:
        run(law(folder))


@settings(max_examples=15, deadline=None)
@given(steps=steps)
def test_a_replay_promotes_and_rolls_back_to_the_same_bits(steps: list[tuple[str, int]]) -> None:
    async def law(folder: str) -> None:
        world, made = World(Path(folder)), list[str]()
        await world.stream.start()
        for what, number in steps:
            if what != "restart":
                await go(world, what, number, made)
        again = LocalStream(SETTINGS, Objective(), lambda: 1.9e9)
        await again.start()
        past = await past_of(world.pool, "", SETTINGS.partitions)
        await Replay(again, world.records(), world.versions).run(past)
        assert await numbers_in(again) == await numbers_in(world.stream)

    with tempfile.TemporaryDirectory() as folder:
        run(law(folder))


async def numbers_in(stream: LocalStream) -> list[object]:
    """What a stream's partitions stand on, what is their own, and the seals of all bases."""
    names = stream.personalizer._owned[0].models.names
    claims = [await stream.store.claim(partition, names) for partition in range(3)]
    seals = [merge.seal for merge in await stream.store.pool.merges()]
    return [[(claim.base, claim.models) for claim in claims], seals]


def in_a_world(law: Callable[[World], Awaitable[None]]) -> None:
    """Run `law` where a base is live that all partitions stand on, and more was learned since."""

    async def prepared(folder: str) -> None:
        world = World(Path(folder))
        await world.stream.start()
        await world.learn(40)
        await world.merge()
        await world.adopt()
        await world.learn(20)
        await law(world)

    with tempfile.TemporaryDirectory() as folder:
        run(prepared(folder))


async def stays(world: World, says: str, name: str = "v1") -> None:
    """Promoting is refused, saying so, and everything is as it was."""
    before = await world.pool.merges(), await live_version(world.pool)
    with pytest.raises(Refused, match=says):
        await world.promoter.promote(name)
    assert (await world.pool.merges(), await live_version(world.pool)) == before
    await world.adopt()
    assert await world.settled() == world.told + mark(before[1])


def test_a_version_is_promoted_over_what_was_learned_meanwhile() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        await world.learn(10)
        await world.merge()
        promoted = await world.promoter.promote("v1")
        assert promoted.promoted is not None
        assert (promoted.promoted.id, promoted.promoted.below) == ("v1", 0)
        assert (promoted.live, promoted.taken, promoted.at) == (promoted.version, {}, 2e9)
        assert await world.answered() == 1070
        await world.learn(5)
        assert await world.settled() == 1075
        newest = await world.pool.newest()
        assert newest is not None
        assert (newest.live, newest.promoted) == (promoted.version, None)
        assert await world.pool.promotions() == [promoted]

    in_a_world(law)


def test_promoting_what_is_live_changes_nothing() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        promoted = await world.promoter.promote("v1")
        assert await world.promoter.promote("v1") == promoted
        assert len(await world.pool.promotions()) == 1

    in_a_world(law)


def test_a_rollback_keeps_what_was_learned_since() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        await world.promoter.promote("v1")
        await world.adopt()
        await world.learn(15)
        await world.merge()
        back = await world.promoter.roll_back()
        assert (back.live, back.promoted, back.taken) == (0, None, {})
        assert await live_version(world.pool) == ""
        assert await world.settled() == world.told == 75

    in_a_world(law)


def test_versions_of_one_base_replace_each_other_and_go_back_step_by_step() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        await world.candidate("v2")
        await world.promoter.promote("v1")
        await world.adopt()
        await world.learn(10)
        await world.merge()
        await world.candidate("v3")  # knows that v1 is live
        await world.promoter.promote("v2")  # does not
        assert await world.answered() == 2070
        await world.promoter.promote("v3")
        assert await world.answered() == 3070
        line = line_of((await world.pool.merges())[-1], await world.pool.promotions())
        assert ids_of(line) == ["v1", "v2", "v3"]
        for left in ("v2", "v1", ""):
            await world.promoter.roll_back()
            assert await live_version(world.pool) == left
            assert await world.answered() == 70 + mark(left)

    in_a_world(law)


def test_rolled_back_to_a_version_further_down() -> None:
    async def law(world: World) -> None:
        for name in ("v1", "v2", "v3"):
            await world.candidate(name)
            await world.promoter.promote(name)
        with pytest.raises(Refused, match="not among those that can be gone back to: v2, v1"):
            await world.promoter.roll_back("v9")
        with pytest.raises(Refused, match="v3 is live already"):
            await world.promoter.roll_back("v3")
        await world.promoter.roll_back("v1")
        assert await live_version(world.pool) == "v1"
        assert await world.settled() == 1060

    in_a_world(law)


def test_after_a_rollback_the_version_fitted_on_what_was_taken_back_is_as_it_was_fitted() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        await world.promoter.promote("v1")
        await world.candidate("v2")  # of the base that v1 has made
        await world.promoter.roll_back()
        await world.learn(10)
        await world.adopt()
        await world.merge()
        await world.promoter.promote("v2")
        assert await world.answered() == 2070
        await world.promoter.roll_back()
        assert await world.settled() == 70

    in_a_world(law)


def test_nothing_to_roll_back() -> None:
    async def law(world: World) -> None:
        with pytest.raises(Refused, match="no version is live"):
            await world.promoter.roll_back()

    in_a_world(law)


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (None, "is not proved"),
        (Verdict(passed=False, reasons=("log-loss rose", "AUC fell")), "log-loss rose; AUC fell"),
    ],
)
def test_a_version_that_is_not_proved_better_is_refused(verdict: Verdict | None, says: str) -> None:
    async def law(world: World) -> None:
        await world.candidate("v1", verdict)
        await stays(world, says)

    in_a_world(law)


def test_a_damaged_version_is_refused() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        blob = world.place.read("v1/success.numbers")
        world.place.put("v1/success.numbers", blob[:-1] + bytes([blob[-1] ^ 1]))
        await stays(world, "damaged")

    in_a_world(law)


def test_a_version_of_another_stream_is_refused() -> None:
    async def law(world: World) -> None:
        async def other(elsewhere: World) -> None:
            elsewhere.versions = world.versions
            await elsewhere.learn(1)
            await elsewhere.adopt()
            await elsewhere.merge()
            await elsewhere.candidate("v1")

        with tempfile.TemporaryDirectory() as folder:
            elsewhere = World(Path(folder))
            await elsewhere.stream.start()
            await other(elsewhere)
        await world.merge()
        await stays(world, "none of the 2 bases that led to what is live")

    in_a_world(law)


def test_what_is_pinned_is_not_replaced_but_can_be_taken_back() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        await world.candidate("v2")
        await world.promoter.promote("v1")
        await world.pool.pin(1.0)
        await stays(world, "is pinned", "v2")
        assert (await world.promoter.promote("v1")).live > 0  # it is live
        await world.promoter.roll_back()
        await stays(world, "is pinned", "v2")
        await world.pool.unpin()
        await world.promoter.promote("v2")
        assert await live_version(world.pool) == "v2"

    in_a_world(law)


def test_a_pin_that_comes_while_it_is_made_counts() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        offer = world.pool.offer

        async def pinned(*arguments: Any) -> None:
            await offer(*arguments)
            await world.pool.pin(1.0)

        with patch.object(world.pool, "offer", pinned), pytest.raises(Refused, match="pinned"):
            await world.promoter.promote("v1")
        assert await live_version(world.pool) == ""

    in_a_world(law)


def test_where_a_merge_is_quicker_it_is_done_again() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        offer, quicker = world.pool.offer, [True]

        async def overtaken(*arguments: Any) -> None:
            await offer(*arguments)
            if quicker:
                quicker.clear()
                await world.merge()

        with patch.object(world.pool, "offer", overtaken):
            await world.promoter.promote("v1")
        assert await world.answered() == 1060
        await world.learn(3)
        assert await world.settled() == 1063

    in_a_world(law)


def test_a_merge_that_began_before_comes_too_late() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        version = await world.pool.begin(LEASE_SEC)
        assert version is not None
        promoted = await world.promoter.promote("v1")
        await world.adopt()
        await world.learn(3)
        assert await world.stream.merger.merge(version, await world.pool.members()) is None
        assert await world.pool.newest() == promoted

    in_a_world(law)


def test_a_lost_base_can_not_be_gone_back_to() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        await world.promoter.promote("v1")
        (before, *_) = world.place.names("bases")
        world.place.remove(before)
        with pytest.raises(Refused, match="is not what it was, or is gone"):
            await world.promoter.roll_back()
        assert await live_version(world.pool) == "v1"

    in_a_world(law)


def test_a_replay_without_the_versions_says_so() -> None:
    async def law(world: World) -> None:
        await world.candidate("v1")
        await world.promoter.promote("v1")
        again = LocalStream(SETTINGS, Objective(), lambda: 1.9e9)
        await again.start()
        past = await past_of(world.pool, "", SETTINGS.partitions)
        with pytest.raises(ConfigurationError, match="the replay needs the versions"):
            await Replay(again, world.records()).run(past)

    in_a_world(law)


class Crash(Exception):
    pass


class Fused:
    """Every call, to the pool or to what is kept, may be the last: before or after it is done."""

    def __init__(self, inner: Any, left: list[int], *, after: bool) -> None:
        self._inner, self._left, self._after = inner, left, after

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._inner, name)
        return self._later(method) if iscoroutinefunction(method) else self._now(method)

    def _blows(self, *, after: bool) -> None:
        if self._left[0] == 0 and after == self._after:
            raise Crash

    def _later(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*arguments: Any) -> Any:
            self._left[0] -= 1
            self._blows(after=False)
            answer = await method(*arguments)
            self._blows(after=True)
            return answer

        return call

    def _now(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._left[0] -= 1
            self._blows(after=False)
            answer = method(*arguments)
            self._blows(after=True)
            return answer

        return call


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("what", ["promote", "roll back"])
def test_a_crash_anywhere_leaves_one_version_or_the_other(what: str, *, after: bool) -> None:
    async def crashes(world: World, calls: int) -> bool:
        """Whether it has not come to its end within so many calls."""
        left = [calls]
        pool, kept = (Fused(one, left, after=after) for one in (world.pool, KeptBases(world.place)))
        promoter = Promoter(pool, world.versions, kept, lambda: 2e9)  # type: ignore[arg-type]
        try:
            await (promoter.promote("v1") if what == "promote" else promoter.roll_back())
        except Crash:
            return True
        return False

    async def law(world: World) -> None:
        await world.candidate("v1")
        seen = set()
        calls = 1
        while True:
            if what == "roll back":
                await world.promoter.promote("v1")
            crashed = await crashes(world, calls)
            live = await live_version(world.pool)
            seen.add(live)
            await world.adopt()
            await world.learn(1)
            assert await world.settled() == world.told + mark(live)
            if not crashed:
                break
            if live and what == "promote":
                await world.promoter.roll_back()
            calls += 1
        assert calls > 10
        assert seen == ({"", "v1"})

    in_a_world(law)
