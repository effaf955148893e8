"""From Open edX's event bus to learners' states, on a real Kafka."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from harness.avro import framed
from harness.commands import told
from harness.streams import key_of, local_settings, local_stream
from harness.workers import ROOT, environment, stack_settings

from processors.openedx.conversion import Lms
from schemas.codec import decode_json, encode_json
from stream.dead_letters import REASON
from stream.kafka import Admin, Publisher, Reader
from stream.log import Message
from stream.metrics import Metrics
from stream.openedx import Converter
from stream.publish import send_all
from stream.records import Record
from stream.redrive import Wish, plan, redrive
from stream.settings import Settings
from stream.topics import ALL, EVENTS, REJECTED, STATEMENTS, Topic
from stream.wiring import pseudonyms

LMS = "https://lms.example.org"
TYPE = (("ce_type", b"org.openedx.analytics.tracking.event.emitted.v1"),)


def answer(number: int, learner: str = "ann") -> dict[str, Any]:
    """The server's event of an answer."""
    question = {"answer": "a", "correct": True, "question": "?", "response_type": "choiceresponse"}
    return {
        "name": "problem_check",
        "timestamp": f"2026-11-26T08:{number // 60:02d}:{number % 60:02d}.5+00:00",
        "data": {
            "problem_id": f"block-v1:a+b+c+type@problem+block@p{number % 7}",
            "grade": 1,
            "max_grade": 1,
            "success": "correct",
            "submission": {"p_2_1": question},
        },
        "context": {"username": learner, "course_id": "course-v1:a+b+c"},
    }


def on_bus(topic: str, raw: dict[str, Any]) -> Message:
    """As Open edX writes it: keyed by the event's name."""
    return Message(topic, framed(raw), raw["name"].encode(), TYPE)


@pytest.fixture
def bus(kafka_servers: str, redis_url: str) -> tuple[Settings, str]:
    """Settings of a stream of its own, and a topic of the bus with three partitions."""
    prefix = f"edx-{uuid4().hex[:8]}."
    settings = stack_settings(
        kafka_servers, redis_url, prefix, home_page=LMS, partitions=4, session_timeout_sec=6.0
    )
    topic = Topic(name="analytics", meaning="", key="", partitions=3)
    Admin(kafka_servers).ensure([*ALL, topic], prefix, settings.partitions)
    return settings, f"{prefix}analytics"


def publish(settings: Settings, messages: list[Message]) -> None:
    with Publisher(settings.kafka) as sender:
        send_all(messages, sender)


def read_all(settings: Settings, topic: str) -> list[Record]:
    reader = Reader(settings.kafka, [settings.prefix + topic])
    try:
        return list(reader.to_end())
    finally:
        reader.close()


@pytest.mark.stack
def test_what_the_bus_holds_becomes_statements_once(bus: tuple[Settings, str]) -> None:
    settings, topic = bus
    good = [on_bus(topic, answer(n, f"learner-{n % 5}")) for n in range(40)]
    nobody = on_bus(topic, answer(0, ""))
    nothing = on_bus(topic, {**answer(0), "name": "edx.bi.nothing"})
    torn = Message(topic, framed(answer(0))[:40], b"problem_check", TYPE)
    publish(settings, [*good, nobody, nothing, torn])
    done = told(settings, "openedx", "--topic", topic, "--once")
    assert done == {"events": 43, "converted": 40, "skipped": 1, "anonymous": 1, "rejected": 1}
    assert told(settings, "openedx", "--topic", topic, "--once")["events"] == 0
    statements = read_all(settings, STATEMENTS.name)
    keys = {record.key for record in statements}
    assert keys == {key_of(f"{LMS}|learner-{n}", settings).encode() for n in range(5)}
    ids = Counter(decode_json(record.value or b"")["id"] for record in statements)
    assert len(ids) == len(statements) == 40
    (letter,) = read_all(settings, REJECTED.name)
    assert letter.value == torn.value
    assert dict(letter.headers)[REASON] == b"not_tracking_event"


@pytest.mark.stack
def test_kills_lose_nothing_and_what_comes_twice_has_the_same_id(bus: tuple[Settings, str]) -> None:
    settings, topic = bus
    publish(settings, [on_bus(topic, answer(n)) for n in range(3000)])
    words = [sys.executable, "-m", "stream.cli", "openedx", "--topic", topic]
    for kill_after in (0, 400):
        with subprocess.Popen(  # noqa: S603  our own command
            words, cwd=ROOT, env=os.environ | environment(settings)
        ) as process:
            deadline = time.monotonic() + 60
            while _written(settings) <= kill_after and time.monotonic() < deadline:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
    told(settings, "openedx", "--topic", topic, "--once")
    found = {
        decode_json(one.value or b"")["id"]: one.value
        for one in read_all(settings, STATEMENTS.name)
    }
    assert len(found) == 3000


def _written(settings: Settings) -> int:
    return sum(Admin(settings.kafka).ends(settings.prefix + STATEMENTS.name).values())


@pytest.mark.stack
def test_a_dead_letter_goes_back_to_the_bus(bus: tuple[Settings, str]) -> None:
    settings, topic = bus
    publish(settings, [Message(topic, b"[]", b"name")])
    assert told(settings, "openedx", "--topic", topic, "--once")["rejected"] == 1
    letters = read_all(settings, REJECTED.name)
    sent: list[Message] = []
    redrive(letters, plan(letters, Wish()).chosen, settings.prefix, sent.extend)
    assert [(one.topic, one.value) for one in sent if one.value] == [(topic, b"[]")]


def test_what_is_converted_twice_counts_once() -> None:
    settings = local_settings(home_page=LMS)
    converter = Converter("", Lms(LMS), pseudonyms(settings), Metrics())
    records = [Record("analytics", 0, n, 1.9e9, framed(answer(n)), None, TYPE) for n in range(10)]
    messages = [m.value for one in records * 2 for m in converter.messages(one) if m.value]

    async def run() -> tuple[int, int]:
        stream = await local_stream(settings)
        await stream.publish(messages)
        known = stream.metrics.registry.get_sample_value("stepstream_duplicates_total")
        return len(stream.log.all(EVENTS.name)), int(known or 0)

    assert asyncio.run(run()) == (20, 10)


def test_no_name_of_a_person_leaves_with_a_dead_letter() -> None:
    settings = local_settings(home_page=LMS)
    converter = Converter("", Lms(LMS), pseudonyms(settings), Metrics())
    raw = encode_json({**answer(0, "ann.smith"), "data": {}})
    (letter,) = converter.messages(Record("analytics", 0, 5, 1.9e9, raw, None, ()))
    assert letter.topic == REJECTED.name
    assert not any(b"ann.smith" in value for _, value in letter.headers)
