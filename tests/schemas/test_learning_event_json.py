from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from statement_examples import data_lines, raw

from processors.ingest import IngestContext, Origin, ingest
from schemas.codec import decode_json, encode_json
from schemas.event import LearningEvent, event_from_json, event_to_json
from schemas.kinds import Kind
from schemas.reference import Activity
from schemas.statement.reasons import Reason
from schemas.statement.repairs import Deviation
from schemas.statement.validation import Mode, Validator


def schema_of(name: str) -> dict[str, Any]:
    return decode_json((files("schemas") / "json" / f"{name}.schema.json").read_bytes())


EVENT = schema_of("learning_event")
REJECTED = schema_of("rejected")
CHECK = Draft202012Validator(EVENT)
ORIGIN = Origin("xapi.statements", 0, 1, 1_700_000_000.0)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
UNIT = st.floats(0, 1)


@pytest.mark.parametrize("schema", [EVENT, REJECTED], ids=["event", "rejected"])
def test_the_schema_is_one_and_describes_every_field(schema: dict[str, Any]) -> None:
    Draft202012Validator(schema)
    assert schema["description"]
    assert all(field["description"].endswith(".") for field in schema["properties"].values())


def test_the_schema_has_exactly_the_fields_of_an_event() -> None:
    fields = LearningEvent.__dataclass_fields__
    assert list(EVENT["properties"]) == list(fields)
    minimal = LearningEvent(
        id="x", learner="y", kind=Kind.OTHER, verb="v", activity="a", occurred_at=0, received_at=0
    )
    assert EVENT["required"] == list(event_to_json(minimal))


def test_defaults_and_lists_of_words_are_those_of_the_code() -> None:
    properties = EVENT["properties"]
    for name, field in LearningEvent.__dataclass_fields__.items():
        if "default" in properties[name]:
            assert properties[name]["default"] == field.default
    assert properties["kind"]["enum"] == list(Kind)
    assert properties["deviations"]["items"]["enum"] == list(Deviation)
    assert set(REJECTED["properties"]["reason"]["enum"]) >= set(Reason)


@pytest.mark.data
@pytest.mark.parametrize("name", ["openedx_event_routing_backends", "cmi5_scenarios"])
def test_published_events_conform(name: str) -> None:
    catalogue = Activity(id="x", skills=("a",), difficulty=0.5, minutes=3.0, done_by="passed")
    context = IngestContext(Validator(Mode.LENIENT), b"k" * 32, lambda _: catalogue)
    for line in data_lines(f"valid/{name}"):
        for event in ingest(line, ORIGIN, context).events:
            CHECK.validate(decode_json(encode_json(event_to_json(event))))


def test_a_small_published_event_conforms_and_leaves_defaults_out() -> None:
    context = IngestContext(Validator(Mode.LENIENT), b"k" * 32, lambda _: None)
    (event,) = ingest(raw(), ORIGIN, context).events
    published = decode_json(encode_json(event_to_json(event)))
    CHECK.validate(published)
    assert set(published) == {*EVENT["required"], "digest"}


FULL = st.builds(
    LearningEvent,
    id=st.uuids().map(str),
    learner=st.just("0" * 32),
    kind=st.sampled_from(Kind),
    verb=TEXT,
    activity=TEXT,
    occurred_at=st.floats(-1e11, 1e12),
    received_at=st.floats(0, 1e12),
    digest=st.just("") | st.just("f" * 32),
    groupings=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    success=st.none() | st.booleans(),
    completion=st.none() | st.booleans(),
    scaled=st.none() | st.floats(-1, 1),
    raw=st.none() | st.floats(-9, 9) | st.integers(-9, 9),
    duration_sec=st.none() | st.floats(0, 1e9),
    progress=st.none() | UNIT,
    outcome=st.none() | UNIT,
    skills=st.lists(TEXT, max_size=3).map(tuple),
    deviations=st.lists(st.sampled_from([*map(str, Deviation)]), unique=True).map(tuple),
    pass_mark=UNIT,
)


@given(FULL)
def test_any_event_conforms_and_comes_back_as_it_was(event: LearningEvent) -> None:
    published = decode_json(encode_json(event_to_json(event)))
    CHECK.validate(published)
    assert event_from_json(published) == event
