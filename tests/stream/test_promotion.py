"""Promotion, rollback and pins, step by step, on the twins in memory."""

import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from harness.promotion_world import SETTINGS, World, in_a_world, mark, numbers_in, run
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.objective import Objective
from schemas.errors import ConfigurationError, Refused
from schemas.version import Verdict
from stream.local import LocalStream
from stream.merger import LEASE_SEC
from stream.replay import Replay, past_of
from stream.versions import ids_of, line_of, live_version

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
