"""What is live is brought up to date before anything is fitted on it."""

from harness.promotion_world import SETTINGS, World, in_a_world

from stream.releases import Releases
from stream.versions import live_base


def releases_of(world: World) -> Releases:
    return Releases(SETTINGS.with_(versions=world.place.url), world.pool, lambda: 2e9)


async def known(world: World) -> dict[int, int]:
    """The events that the newest base knows of."""
    _, _, up_to = await live_base(world.pool, "", SETTINGS.partitions)
    return up_to


def test_after_merging_the_base_knows_of_everything() -> None:
    async def law(world: World) -> None:
        assert await known(world) != world.stream.personalizer.applied()
        await releases_of(world).merge(5.0)
        assert await known(world) == world.stream.personalizer.applied()
        await world.adopt()
        assert await world.settled() == world.told

    in_a_world(law)


def test_who_does_not_stand_on_the_newest_base_is_waited_for_but_not_for_ever() -> None:
    async def law(world: World) -> None:
        await world.merge()
        await world.learn(20)
        await releases_of(world).merge(0.5)
        assert await known(world) != world.stream.personalizer.applied()
        await world.adopt()
        await releases_of(world).merge(5.0)
        assert await known(world) == world.stream.personalizer.applied()
        await world.adopt()
        assert await world.settled() == world.told

    in_a_world(law)
