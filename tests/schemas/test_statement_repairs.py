from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statement_examples import MARY, TYPE, raw

from schemas.errors import Rejection
from schemas.statement.reasons import Reason
from schemas.statement.repairs import Deviation, repair
from schemas.statement.validation import Mode, Valid, Validator

HOME = "http://credential.example"
LENIENT = Validator(Mode.LENIENT, home_page=HOME)
STRICT = Validator(Mode.STRICT, home_page=HOME)
OBJECT = {"id": "http://lms.example/q"}
COURSE = {"id": "http://lms.example/c"}
BARE = {"id": "438AD672-DE2C-4F0B-8876-35444E7DD746"}


def context(*parents: Any) -> dict[str, Any]:
    return {"contextActivities": {"parent": list(parents)}}


def mended(**changes: Any) -> Valid:
    (refused,) = STRICT.validate(raw(**changes)).checked
    assert isinstance(refused, Rejection)
    (item,) = LENIENT.validate(raw(**changes)).checked
    assert isinstance(item, Valid)
    return item


def test_a_group_activity_is_an_activity() -> None:
    item = mended(
        object={**OBJECT, "objectType": "GroupActivity"},
        context=context({**COURSE, "objectType": "GroupActivity"}),
    )
    assert item.statement["object"] == {**OBJECT, "objectType": "Activity"}
    assert item.statement["context"] == context({**COURSE, "objectType": "Activity"})
    assert item.deviations == ("object_group_activity", "context_group_activity")


def test_a_context_activity_with_a_bare_uuid_is_dropped() -> None:
    item = mended(context=context(BARE, COURSE, BARE))
    assert item.statement["context"] == context(COURSE)
    assert item.deviations == ("context_activity_dropped",)


def test_a_single_context_activity_with_a_bare_uuid_leaves_an_empty_array() -> None:
    item = mended(context={"contextActivities": {"parent": BARE}})
    assert item.statement["context"] == context()
    assert item.deviations == ("context_activity_dropped", "context_activity_single")


def test_a_compound_interaction_is_another_one() -> None:
    compound = {"type": f"{TYPE}cmi.interaction", "interactionType": "compound"}
    other = {**compound, "interactionType": "other"}
    item = mended(
        object={**OBJECT, "definition": compound},
        context=context({**COURSE, "definition": compound}),
    )
    assert item.statement["object"]["definition"] == other
    assert item.statement["context"] == context({**COURSE, "definition": other})
    assert item.deviations == ("object_compound", "context_compound")


@pytest.mark.parametrize("role", ["actor", "authority", "instructor"])
def test_an_account_without_home_page_gets_the_credentials(role: str) -> None:
    person = {"account": {"name": "1001"}}
    changes = {"context": {role: person}} if role == "instructor" else {role: person}
    item = mended(**changes)
    holder = item.statement["context"] if role == "instructor" else item.statement
    assert holder[role] == {"account": {"name": "1001", "homePage": HOME}}
    assert item.deviations == ("home_page_added",)
    (refused,) = Validator(Mode.LENIENT).validate(raw(**changes)).checked
    assert isinstance(refused, Rejection)


def test_extensions_beside_the_definition_move_into_it() -> None:
    sent = {
        **OBJECT,
        "extensions": {"http://x/a": 1, "http://x/b": 1},
        "definition": {"extensions": {"http://x/b": 2}},
    }
    item = mended(object=sent)
    kept = {"http://x/a": 1, "http://x/b": 2}
    assert item.statement["object"] == {**OBJECT, "definition": {"extensions": kept}}
    assert item.deviations == ("object_extensions_moved",)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actor": {"mbox": "mailto:false"}}, Reason.BAD_MBOX),
        ({"object": {"id": "undefined?subContentId=4b9f6d31"}}, Reason.BAD_IRI),
        ({"object": {"id": BARE["id"]}}, Reason.BAD_IRI),
        ({"object": {**OBJECT, "objectType": "activity"}}, Reason.BAD_OBJECT_TYPE),
        ({"context": context({"id": "no iri"})}, Reason.BAD_IRI),
        ({"object": {**OBJECT, "extensions": {"no iri": 1}}}, Reason.BAD_IRI),
        ({"object": {**OBJECT, "definition": {"interactionType": "Compound"}}},
         Reason.BAD_INTERACTION),
        ({"actor": {"account": {"homePage": "", "name": "1"}}}, Reason.BAD_IRI),
        ({"actor": {**MARY, "nickname": "x"}}, Reason.UNKNOWN_PROPERTY),
    ],
)  # fmt: skip
def test_nothing_else_is_mended(changes: dict[str, Any], code: Reason) -> None:
    (refused,) = LENIENT.validate(raw(**changes)).checked
    assert isinstance(refused, Rejection)
    assert refused.code == code


ANY = st.recursive(
    st.none() | st.booleans() | st.text() | st.sampled_from(["GroupActivity", "compound"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "objectType", "definition", "extensions", "interactionType",
                         "account", "contextActivities", "parent", "actor", "object", "context"]),
        inner,
    ),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["actor", "object", "context", "authority"]), ANY))
def test_repairing_never_raises_and_repairing_twice_changes_nothing(sent: dict[str, Any]) -> None:
    repair(sent, HOME)
    once = repr(sent)
    assert repair(sent, HOME) == ()
    assert repr(sent) == once


def test_every_deviation_has_a_name_for_programs() -> None:
    assert all(code.value.isidentifier() for code in Deviation)
