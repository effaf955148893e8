import asyncio
from collections.abc import Awaitable, Callable

import pytest

from schemas.checkpoint import PartitionWrite
from schemas.errors import ConfigurationError, Fenced
from stream.namespaces import Filled, Namespaces, serving
from stream.settings import Settings
from stream.store.redis_store import RedisStore

pytestmark = pytest.mark.stack
PARTITIONS = 4


@pytest.fixture
def settings(redis_url: str, request: pytest.FixtureRequest) -> Settings:
    prefix = f"spaces.[{request.node.name}]*."
    return Settings(redis=redis_url, prefix=prefix, partitions=PARTITIONS)


def run(settings: Settings, law: Callable[[Namespaces], Awaitable[None]]) -> None:
    async def ran() -> None:
        namespaces = Namespaces(settings.store, settings.prefix)
        try:
            await law(namespaces)
        finally:
            await namespaces.close()

    asyncio.run(ran())


def filled(settings: Settings, name: str, *, complete: bool = True) -> Filled:
    return Filled(
        namespace=settings.prefix + name,
        made_at=1.8e9,
        source="topic",
        offsets={0: 9, 2: -1},
        events=10,
        learners=1,
        complete=complete,
    )


def a_write(expected: int, offset: int) -> PartitionWrite:
    return PartitionWrite(partition=2, expected=expected, offset=offset, states={"ann": b"state"})


def test_at_first_the_prefix_itself_serves(settings: Settings) -> None:
    async def law(namespaces: Namespaces) -> None:
        assert await namespaces.serving() == settings.prefix
        assert await namespaces.filled() == []
        await namespaces.check(settings.prefix)
        assert (await serving(settings)).store.namespace == settings.prefix

    run(settings, law)


def test_a_namespace_that_is_named_is_taken_as_it_is(settings: Settings) -> None:
    named = settings.with_(namespace="mine", redis="redis://127.0.0.1:1/0")
    assert asyncio.run(serving(named)) == named


def test_what_is_noted_is_listed(settings: Settings) -> None:
    async def law(namespaces: Namespaces) -> None:
        await namespaces.note(filled(settings, "r1.", complete=False))
        await namespaces.note(filled(settings, "r1."))
        assert await namespaces.filled() == [filled(settings, "r1.")]

    run(settings, law)


def test_only_a_whole_replay_can_serve(settings: Settings) -> None:
    async def law(namespaces: Namespaces) -> None:
        await namespaces.note(filled(settings, "r1.", complete=False))
        for name in ("r1.", "r2."):
            with pytest.raises(ConfigurationError, match="holds no whole replay"):
                await namespaces.switch(settings.prefix + name, PARTITIONS)
        assert await namespaces.serving() == settings.prefix

    run(settings, law)


def test_a_switch_fences_whoever_worked_in_the_one_before(settings: Settings) -> None:
    async def law(namespaces: Namespaces) -> None:
        store = RedisStore(settings.store, PARTITIONS)
        claim = await store.claim(2, [])
        await store.write({2: claim.fence}, [a_write(-1, 4)])
        await namespaces.note(filled(settings, "r1."))
        await namespaces.switch(settings.prefix + "r1.", PARTITIONS)

        assert (await serving(settings)).store.namespace == settings.prefix + "r1."
        with pytest.raises(Fenced, match="serves from now on"):
            await namespaces.check(settings.prefix)
        with pytest.raises(Fenced):
            await store.write({2: claim.fence}, [a_write(4, 5)])
        assert await store.applied(2) == 4
        await store.close()

    run(settings, law)


def test_one_can_switch_back(settings: Settings) -> None:
    async def law(namespaces: Namespaces) -> None:
        await namespaces.note(filled(settings, "r1."))
        await namespaces.switch(settings.prefix + "r1.", PARTITIONS)
        await namespaces.switch(settings.prefix, PARTITIONS)
        await namespaces.check(settings.prefix)

    run(settings, law)


def test_dropping_takes_all_keys_of_that_namespace_and_no_others(settings: Settings) -> None:
    async def law(namespaces: Namespaces) -> None:
        stores = {
            name: RedisStore(settings.with_(namespace=settings.prefix + name).store, PARTITIONS)
            for name in ("r1.", "r2.")
        }
        for store in stores.values():
            claim = await store.claim(2, [])
            await store.write({2: claim.fence}, [a_write(-1, 4)])
            await store.pool.join()
        await namespaces.note(filled(settings, "r1."))
        gone = await namespaces.drop(settings.prefix + "r1.", PARTITIONS)

        assert gone == 4  # fence, offset, state, members of the pool
        assert await stores["r1."].state("ann") is None
        assert await stores["r2."].state("ann") == b"state"
        assert await namespaces.filled() == []
        for store in stores.values():
            await store.close()

    run(settings, law)


def test_what_serves_cannot_be_dropped(settings: Settings) -> None:
    async def law(namespaces: Namespaces) -> None:
        with pytest.raises(ConfigurationError, match="switch first"):
            await namespaces.drop(settings.prefix, PARTITIONS)

    run(settings, law)
