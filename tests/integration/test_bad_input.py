"""Whatever is sent: an event or a dead letter with its reason; nothing lost, nothing stuck."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.statements import answers
from harness.streams import (
    is_idle,
    publish_statements,
    queue_of,
    read_all,
    wait_until,
)
from harness.workers import Workers, stack_settings

from schemas.codec import decode_json, encode_json
from stream.kafka import Admin
from stream.topics import ALL, EVENTS, REJECTED

Statement = dict[str, Any]


def a_statement(number: int, **changes: Any) -> Statement:
    _, raw = list(answers(number + 1, 3, 11))[-1]
    return decode_json(raw) | changes  # type: ignore[no-any-return]


def good(number: int) -> bytes:
    return encode_json(a_statement(number))


BATCH = [a_statement(20), a_statement(21) | {"verb": {}}, a_statement(22)]
LARGE = encode_json(a_statement(30, result={"response": "x" * 10_000_000}))

CASES: dict[str, tuple[bytes, int, Counter[str]]] = {
    "garbage": (os.urandom(64) + b"\xff", 0, Counter(bad_encoding=1)),
    "empty": (b"", 0, Counter(not_json=1)),
    "truncated": (good(1)[:-20], 0, Counter(not_json=1)),
    "utf-16": (good(2).decode().encode("utf-16"), 0, Counter(bad_encoding=1)),
    "10 MB": (LARGE, 0, Counter(too_large=1)),
    "one bad in a batch": (encode_json(BATCH), 2, Counter()),
    "unknown verb": (
        encode_json(a_statement(3, verb={"id": "https://x.example/odd"})),
        1,
        Counter(),
    ),
    "actor without identifier": (
        encode_json(a_statement(4, actor={"objectType": "Agent", "name": "nobody"})),
        0,
        Counter(),
    ),
    "year 1": (encode_json(a_statement(5, timestamp="0001-01-01T00:00:00Z")), 1, Counter()),
    "year 9999": (encode_json(a_statement(6, timestamp="9999-12-31T23:59:59Z")), 1, Counter()),
    "good": (good(7), 1, Counter()),
}
ACCEPTED = sum(events for _, events, _ in CASES.values())
REJECTED_COUNT = 7


@pytest.mark.stack
def test_everything_becomes_an_event_or_a_dead_letter(
    kafka_servers: str, redis_url: str, tmp_path: Path
) -> None:
    settings = stack_settings(kafka_servers, redis_url, "bad.")
    Admin(kafka_servers).ensure(ALL, settings.prefix, settings.partitions)
    with Workers(settings, tmp_path) as workers:
        workers.start()
        publish_statements(settings, [raw for raw, _, _ in CASES.values()])
        wait_until(_handled(settings), "all statements", context=workers.logs)
        events = read_all(settings, EVENTS.name)
        letters = read_all(settings, REJECTED.name)
        assert len(events) == ACCEPTED
        assert len(letters) == REJECTED_COUNT
        headers = [dict(letter.headers) for letter in letters]
        reasons = Counter(h["reason"].decode() for h in headers)
        for name, (_, _, expected) in CASES.items():
            assert expected <= reasons, (name, reasons)
        originals = {letter.value for letter in letters}
        assert CASES["garbage"][0] in originals
        assert LARGE in originals
        assert {h["topic"] for h in headers} == {b"bad.xapi.statements"}
        assert all(h["detail"] for h in headers)
        bad_in_batch = [h for h in headers if h["index"] != b"-1"]
        assert [h["index"] for h in bad_in_batch] == [b"1"]
        assert queue_of(settings, "nobody at all") is None
        assert workers.exits == []
        assert workers.revive() == []


def _handled(settings: Any) -> Callable[[], bool]:
    def done() -> bool:
        count = sum(Admin(settings.kafka).ends(settings.prefix + EVENTS.name).values())
        return count >= ACCEPTED and is_idle(settings)

    return done
