"""What is live, for who fits on it."""

import asyncio

import pytest
from harness.statements import answers
from harness.streams import local_settings, local_stream

from online_models.tables import NO_BASE
from schemas.checkpoint import Merge
from schemas.errors import Refused
from stream.local import LocalStream
from stream.log import Message
from stream.merger import LEASE_SEC
from stream.store.contract import member_of
from stream.topics import STATEMENTS
from stream.versions import NOTHING, live_base

SETTINGS = local_settings(partitions=3, merge_every=1_000_000)
ANSWERS = list(answers(120, 9, 3))


async def learn(stream: LocalStream, start: int, end: int) -> dict[int, int]:
    """Publish answers; returns the last applied offset of each partition."""
    topic = stream.settings.prefix + STATEMENTS.name
    await stream.log.send([Message(topic, raw, who.encode()) for who, raw in ANSWERS[start:end]])
    await stream.run()
    return stream.personalizer.applied()


async def merge(stream: LocalStream) -> Merge:
    version = await stream.store.pool.begin(LEASE_SEC)
    assert version is not None
    made = await stream.merger.merge(version, await stream.store.pool.members())
    assert made is not None
    return made.merge


def test_before_the_first_merge_nothing_is_live() -> None:
    async def law() -> None:
        stream = await local_stream(SETTINGS)
        await learn(stream, 0, 30)
        found = await live_base(stream.store.pool, "", 3)
        assert found == (NO_BASE, NOTHING, {0: -1, 1: -1, 2: -1})

    asyncio.run(law())


def test_it_knows_what_merges_have_taken_in_of_each_partition() -> None:
    async def law() -> None:
        stream = await local_stream(SETTINGS)
        first = await learn(stream, 0, 60)
        await merge(stream)
        await stream.personalizer.adopt([1, 2])  # 0 is left out of the next merge
        second = await learn(stream, 60, 120)
        newest = await merge(stream)
        base, made, up_to = await live_base(stream.store.pool, "", 3)
        assert (base.version, made) == (newest.version, newest)
        assert up_to == {**second, 0: first[0]}
        assert first[0] < second[0]

    asyncio.run(law())


def test_what_others_have_taught_as_well_is_refused() -> None:
    async def law() -> None:
        stream = await local_stream(SETTINGS.with_(parameter_pool="both"))
        await learn(stream, 0, 60)
        pool = stream.store.pool
        version = (await merge(stream)).version
        following = await pool.enter()
        taken = {member_of("other.", 1): 5}
        assert await pool.publish(Merge(following, version, 9, taken, "seal"))
        with pytest.raises(Refused, match=r"other\.\{1\} learns in the same"):
            await live_base(pool, "", 3)

    asyncio.run(law())
