"""Reference data on the compacted topics: round trips, refusals, and the JSON Schemas beside it."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas import reference_json as rj
from schemas.codec import decode_json, encode_json
from schemas.reference import Activity, Deadline, LearnerProfile, RoleRequirement

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = texts.filter(bool)
lists = st.lists(names, max_size=3).map(tuple)
shares = st.floats(0, 1)
instants = st.none() | st.floats(-1e9, 1e10)
positive = st.none() | st.floats(1e-3, 1e4)
deadlines = st.builds(
    Deadline, roles=lists, due_at=st.floats(0, 1e10), days_after_hire=st.none() | st.floats(0, 1e4)
)
activities = st.builds(
    Activity,
    id=names,
    title=texts,
    description=texts,
    skills=lists,
    prerequisites=lists,
    difficulty=st.none() | shares,
    content=texts,
    minutes=positive,
    course=texts,
    parent=texts,
    done_by=st.sampled_from(["viewed", "completed", "passed"]),
    pass_mark=shares,
    valid_from=instants,
    valid_until=instants,
    audience=lists,
    deadlines=st.lists(deadlines, max_size=2).map(tuple),
    url=texts,
    origin=st.sampled_from(["catalogue", "observed"]),
    withdrawn=st.booleans(),
)
profiles = st.builds(
    LearnerProfile,
    learner=names,
    role=texts,
    level=texts,
    cohort=texts,
    manager=texts,
    hired_on=instants,
    goals=lists,
    minutes_per_week=positive,
)
requirements = st.builds(
    RoleRequirement, role=names, skills=st.dictionaries(names, shares, max_size=3)
)


@dataclass(frozen=True)
class Form:
    """One kind of record with both directions and its schema."""

    record: type
    records: st.SearchStrategy[Any]
    write: Callable[[Any], dict[str, Any]]
    read: Callable[[Any], Any]
    schema: dict[str, Any]

    def accepts(self, data: object) -> bool:
        return jsonschema_rs.is_valid(self.schema, data)


def schema(name: str) -> dict[str, Any]:
    path = Path(schemas.__path__[0], "json", f"{name}.schema.json")
    found: dict[str, Any] = decode_json(path.read_bytes())
    return found


FORMS = [
    Form(Activity, activities, rj.activity_to_json, rj.activity_from_json, schema("activity")),
    Form(
        LearnerProfile,
        profiles,
        rj.profile_to_json,
        rj.profile_from_json,
        schema("learner_profile"),
    ),
    Form(
        RoleRequirement,
        requirements,
        rj.requirement_to_json,
        rj.requirement_from_json,
        schema("role_requirement"),
    ),
]
forms = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.record.__name__)


@forms
@given(data=st.data())
def test_what_is_encoded_comes_back_and_meets_its_schema(form: Form, data: st.DataObject) -> None:
    record = data.draw(form.records)
    sent = decode_json(encode_json(form.write(record)))
    assert form.read(sent) == record
    assert form.accepts(sent)


@forms
def test_the_schema_names_every_field_of_the_record(form: Form) -> None:
    assert set(form.schema["properties"]) == {field.name for field in fields(form.record)}


def test_the_schema_names_every_field_of_a_deadline() -> None:
    known = schema("activity")["$defs"]["deadline"]["properties"]
    assert set(known) == {field.name for field in fields(Deadline)}


def test_the_schemas_defaults_are_those_of_the_records() -> None:
    record = Activity(id="a")
    for name, said in schema("activity")["properties"].items():
        if "default" in said:
            assert getattr(record, name) == said["default"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@forms
@given(data=st.data())
def test_reader_and_schema_agree_on_every_document(form: Form, data: st.DataObject) -> None:
    document = form.write(data.draw(form.records))
    field = data.draw(st.sampled_from([field.name for field in fields(form.record)]))
    document[field] = data.draw(JSON)
    sent = decode_json(encode_json(document))
    try:
        form.read(sent)
    except ValueError:
        assert not form.accepts(sent)
    else:
        assert form.accepts(sent)


@forms
@given(sent=JSON)
def test_a_reader_raises_nothing_but_value_errors_of_one_line(form: Form, sent: object) -> None:
    assert "\n" not in refusal(form, sent)


def refusal(form: Form, sent: object) -> str:
    try:
        form.read(sent)
    except ValueError as error:
        return str(error)
    return ""


def test_defaults_are_left_out_and_null_means_default() -> None:
    assert rj.activity_to_json(Activity(id="a")) == {"id": "a"}
    assert rj.activity_from_json({"id": "a", "minutes": None, "pass_mark": None}) == Activity(
        id="a"
    )


def test_unknown_fields_are_ignored() -> None:
    assert rj.profile_from_json({"learner": "k", "shoe_size": 43}) == LearnerProfile(learner="k")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "activity must be a JSON object, not []"),
        ({}, "activity: id is missing"),
        ({"id": ""}, "activity: id must not be empty"),
        ({"id": 7}, "activity: id must be text, not 7"),
        ({"id": "a", "difficulty": 3}, "activity: difficulty must be a number in [0, 1], not 3"),
        ({"id": "a", "minutes": 0}, "activity: minutes must be above 0, not 0"),
        ({"id": "a", "minutes": True}, "activity: minutes must be a number, not True"),
        ({"id": "a", "skills": "SQL"}, "activity: skills must be a list of texts, not 'SQL'"),
        (
            {"id": "a", "done_by": "read"},
            "activity: done_by must be one of viewed, completed, passed, not 'read'",
        ),
        (
            {"id": "a", "deadlines": [{"roles": []}]},
            "activity: deadlines [0] needs due_at or days_after_hire",
        ),
        (
            {"id": "a", "deadlines": [{"due_at": 0}, {"due_at": "soon"}]},
            "activity: deadlines [1]: due_at must be a number, not 'soon'",
        ),
    ],
)
def test_a_refusal_names_the_field_and_what_it_must_be(data: object, said: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  (the whole text is compared below)
        rj.activity_from_json(data)
    assert str(refused.value) == said


def test_a_wrong_target_names_its_skill() -> None:
    said = r"role requirement: skills target of 'SQL' must be a number in \[0, 1\], not 80"
    with pytest.raises(ValueError, match=said):
        rj.requirement_from_json({"role": "analyst", "skills": {"SQL": 80}})
