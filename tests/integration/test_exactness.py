"""Sent again, late, voided, in conflict: what the stream makes of it, on its twins in memory."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from harness.statements import answers
from harness.streams import key_of, local_settings, local_stream
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.partitioning import partition_of
from schemas.codec import decode_json, encode_json
from schemas.errors import Corrupt
from stream.local import LocalStream
from stream.log import Message
from stream.records import RawRecord
from stream.topics import EVENTS, RECOMMENDATIONS, REJECTED
from stream.topics import STATEMENTS as STATEMENTS_TOPIC

SETTINGS = local_settings(partitions=3)
STATEMENTS = [statement for _, statement in answers(60, 4, 8)]
LEARNERS = [key_of(f"learner{n}", SETTINGS) for n in range(4)]
TOPIC = STATEMENTS_TOPIC.name
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def voiding(statement: bytes) -> bytes:
    """Somebody else withdraws `statement`."""
    return encode_json(
        {
            "actor": {"mbox": "mailto:admin@lms.example.org"},
            "verb": {"id": VOIDED},
            "object": {"objectType": "StatementRef", "id": decode_json(statement)["id"]},
            "timestamp": "2026-10-01T00:00:00Z",
        }
    )


async def after(*batches: list[bytes]) -> LocalStream:
    """The stream after `batches`, each keyed by its actor so that a learner's order stays."""
    return await continued(await local_stream(SETTINGS), *batches)


async def continued(stream: LocalStream, *batches: list[bytes]) -> LocalStream:
    for batch in batches:
        await stream.log.send([Message(TOPIC, raw, _actor(raw)) for raw in batch])
        await stream.run()
    return stream


async def after_in_order(*batches: list[bytes]) -> LocalStream:
    """The stream after `batches`, learners in the order that they came in, not just each one."""
    stream = await local_stream(SETTINGS)
    for batch in batches:
        await stream.log.send([Message(TOPIC, raw, b"one partition") for raw in batch])
        await stream.run()
    return stream


def _actor(raw: bytes) -> bytes:
    return encode_json(decode_json(raw)["actor"])


async def states(stream: LocalStream) -> dict[str, bytes | None]:
    return {learner: await stream.store.state(learner) for learner in LEARNERS}


def test_sent_again_nothing_changes() -> None:
    async def law() -> None:
        once = await after(STATEMENTS)
        again = await after(STATEMENTS, STATEMENTS[::-1])
        assert await states(again) == await states(once)
        assert len(again.log.all(EVENTS.name)) == 2 * len(once.log.all(EVENTS.name))
        assert again.metrics.registry.get_sample_value("stepstream_duplicates_total") == 60

    asyncio.run(law())


def test_how_events_are_cut_into_batches_does_not_matter() -> None:
    async def law() -> None:
        whole = await after_in_order(STATEMENTS)
        cut = await after_in_order(*([one] for one in STATEMENTS))
        assert await states(cut) == await states(whole)

    asyncio.run(law())


def test_one_learner_does_not_influence_one_of_another_partition() -> None:
    async def law() -> None:
        told = [*answers(60, 5, 8)]
        keys = {learner: key_of(learner, SETTINGS) for learner, _ in told}
        homes = {name: partition_of(key.encode(), 3) for name, key in keys.items()}
        name = next(one for one in homes if [*homes.values()].count(homes[one]) == 1)
        alone = await after([raw for learner, raw in told if learner == name])
        together = await after([raw for _, raw in told])
        state = await alone.store.state(keys[name])
        assert state is not None
        assert state == await together.store.state(keys[name])

    asyncio.run(law())


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), early=st.booleans())
def test_voided_as_if_it_had_never_been(seed: int, early: bool) -> None:
    """Exactly so where the voiding comes first; else all counts return (see docs/features.md)."""

    async def law() -> None:
        rng = random.Random(seed)
        gone = set(rng.sample(range(len(STATEMENTS)), 10))
        kept = [raw for n, raw in enumerate(STATEMENTS) if n not in gone]
        voids = [voiding(STATEMENTS[n]) for n in sorted(gone)]
        never = await states(await after(kept))
        if early:
            assert await states(await after(voids, STATEMENTS)) == never
        else:
            stream = await after(STATEMENTS, voids)
            assert await _counts(stream) == await _counts(await after(kept))
            assert await states(await after(STATEMENTS, voids, STATEMENTS)) == await states(stream)

    asyncio.run(law())


async def _counts(stream: LocalStream) -> list[tuple[Any, ...]]:
    from processors.state import decode  # noqa: PLC0415  beside its only use

    found = [decode(blob) for blob in (await states(stream)).values() if blob]
    return [(state.events, sorted(state.skills)) for state in found]


def test_a_voiding_of_a_voiding_changes_nothing() -> None:
    async def law() -> None:
        once = voiding(STATEMENTS[5])
        named = encode_json(decode_json(once) | {"id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"})
        again = voiding(named)
        assert await states(await after(STATEMENTS, [named], [again], [STATEMENTS[5]])) == (
            await states(await after(STATEMENTS, [named]))
        )

    asyncio.run(law())


def test_another_content_under_a_known_id_is_a_dead_letter() -> None:
    async def law() -> None:
        changed = decode_json(STATEMENTS[0])
        changed["object"]["id"] = "https://lms.example.org/items/other"
        stream = await after(STATEMENTS, [encode_json(changed)])
        assert await states(stream) == await states(await after(STATEMENTS))
        (letter,) = stream.log.all(REJECTED.name)
        assert dict(letter.headers)["reason"] == b"id_conflict"
        assert b"items/other" in (letter.value or b"")

    asyncio.run(law())


def test_a_message_that_is_no_event_is_a_dead_letter_and_stops_nobody() -> None:
    async def law() -> None:
        stream = await local_stream(SETTINGS)
        topic = SETTINGS.prefix + EVENTS.name
        for value in (b"{", b"[]", b'{"id":1}', b"\xff"):
            await stream.log.send([Message(topic, value, LEARNERS[0].encode())])
        await continued(stream, STATEMENTS)
        assert await states(stream) == await states(await after(STATEMENTS))
        reasons = Counter(dict(r.headers)["reason"] for r in stream.log.all(REJECTED.name))
        assert reasons == {b"bad_event": 4}

    asyncio.run(law())


def test_missing_offsets_stop_the_partition() -> None:
    async def law() -> None:
        stream = await after(STATEMENTS)
        record = stream.log.all(EVENTS.name)[0]
        applied = await stream.store.applied(record.partition)
        skipped = RawRecord(record.topic, record.partition, applied + 2, 1.0, record.value or b"")
        with pytest.raises(Corrupt, match=f"offset {applied + 1} is missing"):
            await stream.personalizer.personalize({record.partition: [skipped]})

    asyncio.run(law())


def test_redelivered_records_are_skipped() -> None:
    async def law() -> None:
        stream = await after(STATEMENTS)
        before = await states(stream)
        for record in stream.log.all(EVENTS.name):
            raw = RawRecord(*record[:4], record.value or b"")
            await stream.personalizer.personalize({record.partition: [raw]})
        assert await states(stream) == before

    asyncio.run(law())


def test_every_queue_is_published_as_the_store_has_it() -> None:
    async def law() -> None:
        stream = await after(STATEMENTS)
        newest = {r.key: r.value for r in stream.log.all(RECOMMENDATIONS.name)}
        for learner in LEARNERS:
            assert newest[learner.encode()] == await stream.store.queue(learner)

    asyncio.run(law())
