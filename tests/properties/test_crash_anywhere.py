"""Crash before or after any call to the store or the log, restart: the same beliefs."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from harness.statements import answers
from harness.streams import key_of
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.replica import Replica
from processors.objective import Objective
from processors.reference import Reference
from processors.saying import Saying, event_of
from processors.state import decode
from schemas.checkpoint import Claim, Memory, Needs, PartitionWrite
from schemas.codec import encode_json
from schemas.event import event_to_json
from schemas.kinds import Kind
from stream.local import LocalStream
from stream.log import Message
from stream.log_memory import MemoryLog
from stream.records import RawRecord
from stream.replay import Replay, past_of
from stream.settings import Settings
from stream.store.contract import Pool
from stream.store.memory import MemoryStore
from stream.topics import EVENTS, RECOMMENDATIONS
from stream.topics import STATEMENTS as TOPIC

SETTINGS = Settings(pseudonym_key="5e" * 32, partitions=3, batch_events=7, merge_every=12)
STATEMENTS = [statement for _, statement in answers(60, 5, 3)]
STATEMENTS_TOPIC = TOPIC.name
ITEMS = [f"https://lms.example.org/items/{number}" for number in range(3)]
SAID = [
    Saying(
        learner=key_of(f"learner{n}", SETTINGS), tenant="", decision="1-1", activity=item, kind=k
    )
    for n in range(5)
    for item, k in zip(ITEMS, (Kind.DISMISSED, Kind.SHOWN, Kind.NOT_RELEVANT), strict=True)
]
FEEDBACK = [
    Message(EVENTS.name, encode_json(event_to_json(event)), event.learner.encode())
    for event in (event_of(one, Reference(), 1.9e9) for one in [*SAID, *SAID[:4]])
]
MODELS = Replica().names


class Crash(Exception):
    pass


class Fuse:
    """Blows at one call, just before or just after it is carried out."""

    def __init__(self, left: int, *, after: bool) -> None:
        self.left = left
        self.after = after

    async def __call__(self, call: Callable[..., Any], *arguments: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Crash
        result = await call(*arguments)
        if self.left == 0:
            raise Crash
        return result


class FusedPool:
    """Every call to the pool may be the one."""

    def __init__(self, pool: Pool, fuse: Fuse) -> None:
        self._pool = pool
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._fuse, getattr(self._pool, name))


class FusedStore(MemoryStore):
    def __init__(self, fuse: Fuse) -> None:
        super().__init__(SETTINGS.partitions)
        self.fuse = fuse
        self.pool = FusedPool(self.pool, fuse)  # type: ignore[assignment]

    async def claim(self, partition: int, models: Sequence[str]) -> Claim:
        return await self.fuse(super().claim, partition, models)  # type: ignore[no-any-return]

    async def read(self, needs: Sequence[Needs]) -> list[Memory]:
        return await self.fuse(super().read, needs)  # type: ignore[no-any-return]

    async def write(self, fences: dict[int, int], writes: Sequence[PartitionWrite]) -> None:
        await self.fuse(super().write, fences, writes)


class FusedLog(MemoryLog):
    def __init__(self, fuse: Fuse) -> None:
        super().__init__(SETTINGS.partitions, lambda: 1.9e9)
        self.fuse = fuse
        for message in FEEDBACK:
            self.append(message)

    async def send(self, messages: Sequence[Message]) -> None:
        await self.fuse(super().send, messages)

    def complete(self) -> None:
        """The sender sends what a crash kept from the topic."""
        if not self.all(STATEMENTS_TOPIC):
            for statement in STATEMENTS:
                self.append(Message(STATEMENTS_TOPIC, statement))


def a_stream(store: MemoryStore, log: MemoryLog) -> LocalStream:
    return LocalStream(SETTINGS, Objective(), lambda: 1.9e9, store, log)


async def beliefs(
    stream: LocalStream, log: MemoryLog
) -> tuple[dict[str, bytes | None], list[object]]:
    learners = {r.key.decode() for r in log.all(EVENTS.name) if r.key}
    states = {learner: await stream.store.state(learner) for learner in sorted(learners)}
    claims = [await stream.store.claim(p, MODELS) for p in range(SETTINGS.partitions)]
    return states, [(claim.base, claim.models) for claim in claims]


async def undisturbed(stream: LocalStream) -> tuple[dict[str, bytes | None], list[object]]:
    """What an undisturbed worker makes of the log of `stream`, merging where that has merged."""
    log = stream.log
    fresh = LocalStream(SETTINGS, Objective(), lambda: 1.9e9)
    await fresh.start()
    past = await past_of(stream.store.pool, SETTINGS.prefix, SETTINGS.partitions)
    await Replay(fresh, records_of(log)).run(past)
    return await beliefs(fresh, log)


def records_of(log: MemoryLog) -> dict[int, list[RawRecord]]:
    read = {p: log.read(EVENTS.name, p, 0, 10**6) for p in range(SETTINGS.partitions)}
    return {
        p: [RawRecord(*r[:4], r.value or b"") for r in part] for p, part in read.items() if part
    }


async def crash_once(calls: int, *, after: bool) -> tuple[LocalStream, bool]:
    """Run until the fuse blows, then restart on what is left and run to the end."""
    fuse = Fuse(calls, after=after)
    store, log = FusedStore(fuse), FusedLog(fuse)
    crashed = False
    stream = a_stream(store, log)
    try:
        await stream.start()
        await stream.publish(STATEMENTS)
    except Crash:
        crashed = True
        fuse.left = -1
        log.complete()
        stream = a_stream(store, log)
        await stream.start()
        await stream.run()
    fuse.left = -1
    return stream, crashed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@settings(max_examples=80, deadline=None)
@given(calls=st.integers(1, 150))
def test_crash_before_or_after_any_call(after: bool, calls: int) -> None:
    async def law() -> None:
        stream, _ = await crash_once(calls, after=after)
        states, models = await beliefs(stream, stream.log)
        expected_states, expected_models = await undisturbed(stream)
        assert states == expected_states
        assert models == expected_models
        assert sum(state is not None for state in states.values()) == 5
        assert all(len(decode(state or b"").aside_rows) == 16 for state in states.values())

    asyncio.run(law())


def test_the_fuse_does_blow() -> None:
    for after in (False, True):
        assert all(asyncio.run(crash_once(calls, after=after))[1] for calls in (1, 4, 8, 150))


def test_partitions_merge_meanwhile() -> None:
    async def law() -> None:
        stream, _ = await crash_once(80, after=False)
        merges = await stream.store.pool.merges()
        assert len(merges) > 3
        assert all(merge.taken for merge in merges)
        assert {claim.base for claim in [await stream.store.claim(p, ()) for p in range(3)]} == {
            merges[-1].version
        }

    asyncio.run(law())


def test_every_queue_reaches_the_topic_though_the_worker_crashed_before_publishing() -> None:
    async def law() -> None:
        stream, _ = await crash_once(6, after=True)
        newest = {r.key: r.value for r in stream.log.all(RECOMMENDATIONS.name)}
        for learner in {r.key for r in stream.log.all(EVENTS.name)}:
            assert learner is not None
            assert newest[learner] == await stream.store.queue(learner.decode())

    asyncio.run(law())
