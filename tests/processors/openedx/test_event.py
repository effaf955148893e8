from typing import Any

from harness.avro import framed, string
from hypothesis import given
from hypothesis import strategies as st

from processors.openedx.avro import decode, is_framed
from processors.openedx.event import TYPE, TrackingEvent, read
from schemas.codec import encode_json
from schemas.errors import Rejection

RAW: dict[str, Any] = {
    "name": "play_video",
    "timestamp": "2026-11-26T08:00:00+00:00",
    "data": {"id": "abc", "currentTime": 1.5},
    "context": {"username": "edx", "course_id": "course-v1:a+b+c", "session": ""},
}
texts = st.text(max_size=300)


def told(value: bytes, event_type: str = "") -> TrackingEvent:
    event = read(value, event_type)
    assert isinstance(event, TrackingEvent), event
    return event


def test_the_bus_and_the_log_say_the_same() -> None:
    log = {
        "event_type": RAW["name"],
        "time": RAW["timestamp"],
        "event": encode_json(RAW["data"]).decode(),
        "context": RAW["context"],
    }
    bus = {
        "tracking_log": {
            **RAW,
            "data": encode_json(RAW["data"]).decode(),
            "context": encode_json(RAW["context"]).decode(),
        }
    }
    for value in (encode_json(RAW), encode_json(log), encode_json(bus), framed(RAW)):
        event = told(value)
        assert (event.name, event.at) == (RAW["name"], RAW["timestamp"])
        assert event.get("data.currentTime") == 1.5
        assert event.first("context.nothing", "context.username") == "edx"


def test_what_is_empty_is_not_there() -> None:
    event = told(encode_json(RAW))
    assert event.get("context.session") is None
    assert event.get("context.course_id.deeper") is None
    assert event.first("data.none", "data.neither") is None


def test_a_form_of_answers_stays_text() -> None:
    assert told(encode_json({**RAW, "data": "input_a_2_1=b"})).get("data") == "input_a_2_1=b"


def test_another_type_of_event_is_refused() -> None:
    assert isinstance(read(framed(RAW), TYPE), TrackingEvent)
    refused = read(framed(RAW), TYPE.replace("v1", "v2"))
    assert isinstance(refused, Rejection)
    assert "v2" in refused.detail


@given(st.tuples(texts, texts, texts, texts), st.integers(0, 2**32 - 1))
def test_avro_is_read_back(fields: tuple[str, str, str, str], schema: int) -> None:
    value = b"\x00" + schema.to_bytes(4) + b"".join(map(string, fields))
    if any(fields):
        assert is_framed(value)
    assert tuple(decode(value).values()) == fields


@given(
    st.binary(max_size=80) | st.binary(max_size=80).map(lambda rest: b"\x00\x00\x00\x00\x07" + rest)
)
def test_reading_never_raises(value: bytes) -> None:
    assert isinstance(read(value), TrackingEvent | Rejection)


@given(st.binary(max_size=40))
def test_a_torn_record_is_refused(rest: bytes) -> None:
    torn = framed(RAW)[: 30 + len(rest)]
    assert isinstance(read(torn), Rejection)
