"""A worker forgets whom the topic of profiles says to be erased: on the twins in memory."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from harness.statements import answers
from harness.streams import WORKED_EXAMPLE, key_of, local_settings, local_stream, reference_messages

from online_models.named_numbers import name_of
from processors.objective import Objective
from processors.partitioning import partition_of
from schemas.checkpoint import Forgotten, PartitionWrite
from schemas.codec import decode_json, encode_json, hash64
from schemas.erasure import Erased, erased_to_json, marker_key
from schemas.reference import LearnerProfile
from schemas.reference_json import profile_to_json
from stream.forgetting import word_of
from stream.local import LocalStream
from stream.log import Message
from stream.records import Record
from stream.store.memory import MemoryStore
from stream.topics import EVENTS, PROFILES, RECOMMENDATIONS, REJECTED

SETTINGS = local_settings(partitions=3)
ANSWERS = list(answers(200, 5, 3))
STATEMENTS = [raw for _, raw in ANSWERS]
ANN, BOB = (key_of(name, SETTINGS) for name in ("learner0", "learner1"))
WORD = Erased(learner=ANN, erased_at=1.89e9)


def _word(erased: Erased = WORD) -> list[Message]:
    key = erased.learner.encode()
    word = encode_json(erased_to_json(erased))
    return [
        Message(PROFILES.name, word, marker_key(erased.learner).encode()),
        Message(PROFILES.name, None, key),
    ]


async def _streamed(statements: list[bytes] = STATEMENTS) -> LocalStream:
    reference = reference_messages(WORKED_EXAMPLE, SETTINGS)
    stream = await local_stream(SETTINGS, reference=reference)
    profile = encode_json(profile_to_json(LearnerProfile(learner=ANN, role="analyst")))
    await stream.put_reference([Message(PROFILES.name, profile, ANN.encode())])
    await stream.publish(statements)
    return stream


def _home(learner: str = ANN) -> int:
    return partition_of(learner.encode(), SETTINGS.partitions)


async def _held(stream: LocalStream, learner: str = ANN) -> Forgotten:
    return await stream.store.held(_home(learner), learner)


async def _all_of(stream: LocalStream, learner: str) -> tuple[object, ...]:
    store = stream.store
    return await store.state(learner), await store.queue(learner), await _held(stream, learner)


def _records(stream: LocalStream, topic: str, learner: str = ANN) -> list[Record]:
    return [record for record in stream.log.all(topic) if record.key == learner.encode()]


def _actor(name: str) -> dict[str, Any]:
    return {"account": {"homePage": SETTINGS.home_page, "name": name}}


def _twin(of: LocalStream, **parts: Any) -> LocalStream:
    return LocalStream(SETTINGS, Objective(), lambda: 1.9e9, log=of.log, **parts)


def _offers(stream: LocalStream, learner: str = ANN) -> list[str]:
    part = stream.store._partitions[_home(learner)]
    start = f"o:{name_of(hash64(learner))}:"
    return [name for name in part.models.get("engagement", {}) if name.startswith(start)]


def test_of_an_erased_learner_nothing_is_left_and_the_others_stay() -> None:
    async def run() -> None:
        stream = await _streamed()
        before = await _held(stream)
        assert min(before.states, before.queues, before.receipts, before.waiting) > 0
        assert _offers(stream)
        others = await _all_of(stream, BOB)
        offers = len(_offers(stream))
        await stream.put_reference(_word())
        assert await _held(stream) == Forgotten()
        assert _offers(stream) == []
        told = await stream.store.forgot(_home(), word_of(WORD))
        assert told == before._replace(offers=offers, waiting=told.waiting if told else 0)
        assert _records(stream, RECOMMENDATIONS.name)[-1].value is None
        assert await _all_of(stream, BOB) == others

    asyncio.run(run())


def test_what_still_comes_of_theirs_is_not_taken() -> None:
    async def run() -> None:
        stream = await _streamed(STATEMENTS[:100])
        await stream.put_reference(_word())
        events = _records(stream, EVENTS.name)
        await stream.publish(STATEMENTS[100:])
        assert _records(stream, EVENTS.name) == events
        assert len(_records(stream, EVENTS.name, BOB)) > 10
        assert await _held(stream) == Forgotten()
        ann, bob = (_actor(name) for name in ("learner0", "learner1"))
        for member, letters in ((ann, 0), (bob, 1)):
            rejected = len(stream.log.all(REJECTED.name))
            group = {"objectType": "Group", "name": "team", "member": [member]}
            await stream.publish([encode_json(decode_json(STATEMENTS[0]) | {"actor": group})])
            assert len(stream.log.all(REJECTED.name)) == rejected + letters

    asyncio.run(run())


def test_a_replay_of_the_events_does_not_bring_them_back() -> None:
    async def run() -> None:
        first = await _streamed()
        second = _twin(first)
        second.skip_statements()
        await second.start()
        await second.put_reference(_word())
        assert await _held(second) == Forgotten()
        assert (await _held(second, BOB)).states

    asyncio.run(run())


def test_who_takes_a_partition_over_forgets_whom_the_one_before_had_not_heard_of() -> None:
    async def run() -> None:
        late = await _streamed()
        heir = _twin(late, store=late.store)
        await late.log.send(_word())
        heir._take_reference()
        await heir.start()
        await heir.personalizer.tick()
        assert await _held(heir) == Forgotten()

    asyncio.run(run())


def test_a_readmitted_learner_begins_anew() -> None:
    async def run() -> None:
        stream = await _streamed(STATEMENTS[:100])
        await stream.put_reference(_word())
        lifted = Erased(learner=ANN, erased_at=WORD.erased_at, readmitted_at=1.9e9 - 1.0)
        await stream.put_reference(_word(lifted)[:1])
        await stream.publish(STATEMENTS[100:])
        held = await _held(stream)
        assert held.states == held.queues == 1
        mine = [raw for name, raw in ANSWERS[100:] if name == "learner0"]
        assert held.receipts == len(mine)

    asyncio.run(run())


def test_who_takes_a_partition_over_tells_of_those_erased_lately_alone() -> None:
    async def run() -> None:
        stream = await local_stream(SETTINGS)
        heir = _twin(stream, store=stream.store)
        lately = Erased(learner=ANN, erased_at=1.9e9 - 60.0)
        long_ago = Erased(learner=BOB, erased_at=1.9e9 - 7200.0)
        await stream.log.send([*_word(lately), *_word(long_ago)])
        heir._take_reference()
        await heir.start()
        await heir.personalizer.tick()
        assert await stream.store.forgot(_home(), word_of(lately)) == Forgotten()
        assert await stream.store.forgot(_home(BOB), word_of(long_ago)) is None

    asyncio.run(run())


class _Fused(MemoryStore):
    """Dies before a call that changes anything, once the fuse has burned down."""

    fuse = 1 << 30

    async def write(self, fences: dict[int, int], writes: Sequence[PartitionWrite]) -> None:
        self._burn()
        await super().write(fences, writes)

    async def forget(self, *facts: Any) -> Forgotten:
        self._burn()
        return await super().forget(*facts)

    def _burn(self) -> None:
        self.fuse -= 1
        if self.fuse < 0:
            raise ConnectionError


@pytest.mark.parametrize("survives", range(4))
def test_a_worker_that_dies_while_it_forgets_leaves_it_to_the_next(survives: int) -> None:
    async def run() -> None:
        store = _Fused(SETTINGS.partitions)
        stream = LocalStream(SETTINGS, Objective(), lambda: 1.9e9, store)
        await stream.start()
        await stream.put_reference(reference_messages(WORKED_EXAMPLE, SETTINGS))
        await stream.publish(STATEMENTS)
        bob = await _all_of(stream, BOB)
        word = Erased(learner=ANN, erased_at=1.9e9 - 1.0)
        store.fuse = survives
        with suppress(ConnectionError):
            await stream.put_reference(_word(word))
        store.fuse = 1 << 30
        heir = _twin(stream, store=store)
        heir.skip_statements()
        heir._take_reference()
        await heir.start()
        await heir.personalizer.tick()
        assert await _held(heir) == Forgotten()
        assert _offers(heir) == []
        assert await store.forgot(_home(), word_of(word)) is not None
        assert (await _all_of(heir, BOB))[0] == bob[0]

    asyncio.run(run())
