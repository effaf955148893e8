"""Features that serve beside those of the events, on the twins in memory."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from harness.events_that_were import InMemory, some_events
from harness.streams import local_settings

from processors.objective import Objective
from processors.partitioning import partition_of
from processors.state import apply, decode, encode
from processors.trace import trace_of
from schemas.checkpoint import PartitionWrite
from schemas.codec import encode_json
from schemas.errors import StepstreamError
from schemas.event import event_to_json
from stream.local import LocalStream
from stream.rebuild.verifying import Verified, Verifier
from stream.records import RawRecord

PARTITIONS = 3
SETTINGS = local_settings(partitions=PARTITIONS)
AT = 1_800_000_000.0
SOURCE = InMemory(some_events(600), PARTITIONS)
Step = Callable[[LocalStream], Awaitable[None]]


async def learned(rows: int) -> LocalStream:
    stream = LocalStream(SETTINGS, Objective(), lambda: AT)
    await stream.start()
    await learn(stream, 0, rows)
    return stream


async def learn(stream: LocalStream, first: int, end: int) -> None:
    for row in SOURCE.rows[first:end]:
        value = encode_json(event_to_json(row.event))
        record = RawRecord("learning.events", row.partition, row.offset, AT, value)
        await stream.personalizer.personalize({row.partition: [record]})


async def verified(stream: LocalStream, tell: Callable[[int], None] = lambda _: None) -> Verified:
    verifier = Verifier(stream.store, SOURCE, SETTINGS.statement_window, AT)
    return await verifier.run(PARTITIONS, tell)


async def put(stream: LocalStream, learner: str, state: bytes) -> None:
    """Somebody writes a state behind the workers' backs."""
    partition = partition_of(learner.encode(), PARTITIONS)
    claim = await stream.store.claim(partition, [])
    offset = -1 if claim.offset is None else claim.offset
    write = PartitionWrite(partition=partition, expected=offset, offset=offset, base=claim.base)
    write.states = {learner: state}
    await stream.store.write({partition: claim.fence}, [write])


def test_what_the_stream_has_learned_is_what_the_events_yield() -> None:
    async def law() -> None:
        told: list[int] = []
        found = await verified(await learned(600), told.append)
        assert found.same
        assert (found.events, found.learners) == (600, 30)
        assert found.features > 30 * 50
        assert sum(told) == 30

    asyncio.run(law())


def test_one_feature_that_differs_is_named_with_both_values() -> None:
    async def law() -> None:
        stream = await learned(600)
        one = SOURCE.rows[-1].event
        blob = await stream.store.state(one.learner)
        assert blob is not None
        state = decode(blob)
        apply(state, trace_of(one)._replace(id=1))
        await put(stream, one.learner, encode(state))
        found = await verified(stream)
        assert not found.same
        assert {difference.learner for difference in found.differences} == {one.learner}
        (events,) = [d for d in found.differences if d.feature == "events"]
        assert events.serves == events.replayed + 1

    asyncio.run(law())


def test_a_learner_of_whom_there_are_no_events_is_told() -> None:
    async def law() -> None:
        stream = await learned(600)
        blob = await stream.store.state(SOURCE.rows[0].event.learner)
        assert blob is not None
        await put(stream, "stranger", blob)
        found = await verified(stream)
        assert {difference.learner for difference in found.differences} == {"stranger"}
        assert {difference.replayed for difference in found.differences} == {None}

    asyncio.run(law())


def test_workers_may_go_on_meanwhile() -> None:
    async def law() -> None:
        stream = await learned(300)
        look, looks = stream.store.look, 0

        async def late(partition: int, learners: list[str]) -> tuple[int, dict[str, bytes]]:
            nonlocal looks
            looks += 1
            await learn(stream, 300, 300 + 100 * looks)
            return await look(partition, learners)

        stream.store.look = late  # type: ignore[method-assign, assignment]
        found = await verified(stream)
        assert found.same
        assert looks == PARTITIONS

    asyncio.run(law())


def test_events_that_the_source_lacks_are_asked_for() -> None:
    async def law() -> None:
        stream = await learned(600)
        source = InMemory([row.event for row in SOURCE.rows[:300]], PARTITIONS)
        verifier = Verifier(stream.store, source, SETTINGS.statement_window, AT)
        with pytest.raises(StepstreamError, match="not in the source yet"):
            await verifier.run(PARTITIONS, lambda _: None)

    asyncio.run(law())
