import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha1
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from statement_examples import ADL, TYPE

from processors.ingest import IngestContext, Origin, ingest
from schemas.codec import decode_json, encode_json
from schemas.event import event_from_json, event_to_json
from schemas.kinds import Kind
from schemas.reference import Activity
from schemas.statement.validation import Mode, Validator

ORIGIN = Origin("xapi.statements", 0, 1, 1_700_000_000.0)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
IRIS = st.sampled_from(["http://lms.example/1", "a:b", "tag:x,2024:ü"])
UNIT = st.floats(0, 1)
VERBS = st.sampled_from(["passed", "answered", "scored", "completed", "progressed", "hummed"])


def known(activity: str) -> Activity | None:
    if activity != "a:b":
        return None
    return Activity(id=activity, skills=("SQL", "ü"), difficulty=0.0, minutes=0.5, pass_mark=1.0)


CONTEXT = IngestContext(Validator(Mode.LENIENT), b"k" * 32, known)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


DEFINITIONS = some(
    type=st.sampled_from([f"{TYPE}course", f"{TYPE}cmi.interaction", "a:b/competency", "a:b"]),
    name=st.dictionaries(st.sampled_from(["en", "de-CH", "en-US"]), TEXT),
)
ACTIVITIES = st.fixed_dictionaries({"id": IRIS}, optional={"definition": DEFINITIONS})
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds are naive
STATEMENTS = st.fixed_dictionaries(
    {
        "actor": st.fixed_dictionaries(
            {"account": st.fixed_dictionaries({"homePage": IRIS, "name": TEXT})},
            optional={"name": TEXT},
        ),
        "verb": st.builds(lambda verb: {"id": ADL + verb}, VERBS),
        "object": ACTIVITIES,
    },
    optional={
        "id": st.uuids().map(str),
        "timestamp": MOMENTS.map(datetime.isoformat),
        "result": some(
            success=st.booleans(),
            completion=st.booleans(),
            score=some(scaled=st.floats(-1, 1), raw=UNIT, min=st.just(0), max=st.just(1)),
            response=TEXT,
            duration=st.sampled_from(["PT1M", "P1D", "PT0.25S"]),
            extensions=st.dictionaries(IRIS, st.none() | TEXT | st.integers(0, 9)),
        ),
        "context": some(
            registration=st.uuids().map(str),
            platform=TEXT,
            contextActivities=some(
                parent=st.lists(ACTIVITIES, max_size=2),
                grouping=ACTIVITIES,
                other=st.lists(ACTIVITIES, max_size=2),
            ),
        ),
    },
)


def turned(value: Any) -> Any:
    """`value` with the properties of every object in the opposite order."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


@given(
    st.binary(max_size=200) | STATEMENTS.map(encode_json) | st.lists(STATEMENTS).map(encode_json)
)
def test_ingest_never_raises_and_loses_nothing(sent: bytes) -> None:
    done = ingest(sent, ORIGIN, CONTEXT)
    value = decode_json(sent) if done.events else []
    if done.events:
        count = len(value) if isinstance(value, list) else 1
        assert len(done.events) + len(done.rejected) == count
    else:
        assert done.rejected or decode_json(sent) == []


@given(STATEMENTS)
def test_an_event_comes_back_from_its_topic_as_it_was(sent: dict[str, Any]) -> None:
    (event,) = ingest(encode_json(sent), ORIGIN, CONTEXT).events
    published = encode_json(event_to_json(event))
    assert event_from_json(decode_json(published)) == event
    assert event_from_json({**decode_json(published), "later_field": 1}) == event
    assert 0.0 <= (event.outcome or 0.0) <= 1.0
    assert isinstance(event.kind, Kind)


@given(STATEMENTS, st.integers(-14 * 60, 14 * 60))
def test_identity_does_not_depend_on_how_the_content_is_written(
    sent: dict[str, Any], minutes: int
) -> None:
    (event,) = ingest(encode_json(sent), ORIGIN, CONTEXT).events
    if "timestamp" in sent:
        zone = timezone(timedelta(minutes=minutes))
        moment = datetime.fromisoformat(sent["timestamp"]).astimezone(zone)
        sent = {**sent, "timestamp": moment.isoformat()}
    spaced = json.dumps(turned(sent), indent=2).encode()
    (again,) = ingest(spaced, ORIGIN, CONTEXT).events
    assert (again.id, again.digest, again.learner) == (event.id, event.digest, event.learner)
    assert again == event


@given(STATEMENTS, st.emails())
def test_a_mailbox_and_its_hash_do_the_same_thing(sent: dict[str, Any], address: str) -> None:
    mbox = f"mailto:{address}"
    hashed = sha1(mbox.encode(), usedforsecurity=False).hexdigest()
    one, two = (
        ingest(encode_json({**sent, "actor": actor}), ORIGIN, CONTEXT).events[0]
        for actor in ({"mbox": mbox}, {"mbox_sha1sum": hashed})
    )
    assert one == two


@given(STATEMENTS)
def test_no_event_holds_who_it_was_or_what_they_wrote(sent: dict[str, Any]) -> None:
    person = {"account": {"homePage": "http://hr.example", "name": "Mary Poppins"}}
    secret = {
        **sent,
        "actor": {**person, "name": "Mary Poppins"},
        "result": {"response": "Mary Poppins"},
    }
    done = ingest(encode_json(secret), ORIGIN, CONTEXT)
    assert b"Poppins" not in encode_json([event_to_json(event) for event in done.events])
