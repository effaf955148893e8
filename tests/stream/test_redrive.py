import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from processors.objective import Objective
from schemas.codec import decode_json, encode_json
from schemas.errors import Rejection
from stream.dead_letters import rejected_event
from stream.local import LocalStream
from stream.log import Message
from stream.log_memory import MemoryLog
from stream.records import RawRecord
from stream.redrive import REDRIVEN, Plan, Wish, plan, redrive
from stream.settings import Settings
from stream.topics import EVENTS, REJECTED, STATEMENTS

PARTITIONS = 4


def letter(log: MemoryLog, reason: str, value: bytes, topic: str = STATEMENTS.name) -> None:
    origin = RawRecord(topic, 3, len(log.all(REJECTED.name)), 1.0, value)
    log.append(rejected_event("", origin, Rejection(reason, "because")))


def redriven(log: MemoryLog, wish: Wish) -> Plan:
    planned = plan(log.all(REJECTED.name), wish)
    redrive(log.all(REJECTED.name), planned.chosen, "", lambda sent: [log.append(m) for m in sent])
    return planned


def values(log: MemoryLog, topic: str) -> list[bytes | None]:
    return sorted((record.value for record in log.all(topic)), key=str)


def filled() -> MemoryLog:
    log = MemoryLog(PARTITIONS, lambda: 5.0)
    for number in range(6):
        letter(log, "bad_iri" if number % 2 else "not_json", f"m{number}".encode())
    return log


def test_the_original_bytes_go_back_once() -> None:
    log = filled()
    first = redriven(log, Wish())
    assert first.waiting() == {"bad_iri": 3, "not_json": 3}
    assert values(log, STATEMENTS.name) == [f"m{number}".encode() for number in range(6)]
    again = redriven(log, Wish())
    assert (again.done, again.chosen, again.reasons) == (6, frozenset(), {})
    assert len(log.all(STATEMENTS.name)) == 6


def test_a_reason_and_a_limit_choose() -> None:
    log = filled()
    assert redriven(log, Wish("bad_iri", 2)).sending() == {"bad_iri": 2}
    assert redriven(log, Wish("bad_iri")).sending() == {"bad_iri": 1}
    assert redriven(log, Wish("too_deep")).sending() == {}
    left = plan(log.all(REJECTED.name), Wish())
    assert left.waiting() == {"not_json": 3}
    assert left.done == 3


def test_a_mark_stands_beside_its_letter() -> None:
    log = filled()
    redriven(log, Wish())
    marks = [record for record in log.all(REJECTED.name) if record.value is None]
    letters = {(r.partition, r.offset): r for r in log.all(REJECTED.name) if r.value is not None}
    assert len(marks) == 6
    for mark in marks:
        assert letters[mark.partition, int(dict(mark.headers)[REDRIVEN])].key == mark.key


def test_a_crash_before_the_marks_sends_again_and_loses_nothing() -> None:
    log = filled()
    planned = plan(log.all(REJECTED.name), Wish())

    def crashes_at_the_marks(messages: Iterable[Message]) -> None:
        for message in messages:
            if message.value is None:
                raise ConnectionError
            log.append(message)

    with pytest.raises(ConnectionError):
        redrive(log.all(REJECTED.name), planned.chosen, "", crashes_at_the_marks)
    assert len(plan(log.all(REJECTED.name), Wish()).chosen) == 6


def test_an_event_goes_back_to_its_own_partition_under_its_learner() -> None:
    log = MemoryLog(PARTITIONS, lambda: 5.0)
    letter(log, "bad_event", b'{"learner": "abc"}', EVENTS.name)
    letter(log, "bad_event", b"torn", EVENTS.name)
    letter(log, "bad_event", b'["no event"]', EVENTS.name)
    redriven(log, Wish())
    sent = log.all(EVENTS.name)
    assert {(r.partition, r.value, r.key) for r in sent} == {
        (3, b'{"learner": "abc"}', b"abc"),
        (3, b"torn", None),
        (3, b'["no event"]', None),
    }


def test_conflicts_go_back_only_where_they_are_asked_for() -> None:
    log = MemoryLog(PARTITIONS, lambda: 5.0)
    letter(log, "id_conflict", b"{}", EVENTS.name)
    assert not redriven(log, Wish()).chosen
    assert redriven(log, Wish("id_conflict")).chosen


def statement(number: int) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "actor": {"account": {"homePage": "https://lms.example.org", "name": "1001"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://lms.example.org/activities/C01", "objectType": "GroupActivity"},
        "timestamp": "2026-03-02T09:00:00Z",
    }


def stream(log: MemoryLog | None, *, strict: bool) -> LocalStream:
    settings = Settings(partitions=PARTITIONS, pseudonym_key="5e" * 32, strict=strict)
    return LocalStream(settings, Objective(), lambda: 1_790_000_000.0, log=log)


def test_what_strict_validation_refused_becomes_events_when_lenient() -> None:
    async def story() -> tuple[list[str], int, int]:
        strict = stream(None, strict=True)
        await strict.start()
        await strict.publish([encode_json([statement(1), statement(2)])])
        refused = len(strict.log.all(EVENTS.name))
        redriven(strict.log, Wish())
        lenient = stream(strict.log, strict=False)
        await lenient.start()
        await lenient.run()
        events = [decode_json(record.value or b"")["id"] for record in strict.log.all(EVENTS.name)]
        return events, refused, len(lenient.log.all(REJECTED.name))

    events, refused, letters = asyncio.run(story())
    assert refused == 0
    # the message itself is read again by the second stream, beside its two redriven parts
    assert set(events) == {statement(1)["id"], statement(2)["id"]}
    assert letters == 4
