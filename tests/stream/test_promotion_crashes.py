"""Promotions and rollbacks that are cut short at any call."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

import pytest
from harness.promotion_world import World, in_a_world, mark

from offline.kept_bases import KeptBases
from stream.promotion import Promoter
from stream.versions import live_version


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
        async def call(*arguments: Any, **named: Any) -> Any:
            self._left[0] -= 1
            self._blows(after=False)
            answer = await method(*arguments, **named)
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
