from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statement_examples import (
    ADL,
    TYPE,
    VALID_SETS,
    data_lines,
    invalid_cases,
    raw,
    statement,
)

from schemas.codec import decode_json, encode_json
from schemas.errors import Rejection
from schemas.statement.reasons import Reason
from schemas.statement.validation import Message, Mode, Valid, Validator

STRICT = Validator(Mode.STRICT)
LENIENT = Validator(Mode.LENIENT, home_page="http://credential.example")
BOTH = pytest.mark.parametrize("validator", [STRICT, LENIENT], ids=["strict", "lenient"])
UUID = "8f87ccde-bb56-4c2e-ab83-44982ef22df0"


def codes(message: Message) -> list[str]:
    return [item.code if isinstance(item, Rejection) else "" for item in message.checked]


def only_rejection(message: Message) -> Rejection:
    (rejection,) = message.checked
    assert isinstance(rejection, Rejection)
    return rejection


@BOTH
@pytest.mark.data
@pytest.mark.parametrize(("name", "count"), VALID_SETS.items())
def test_every_valid_public_statement_is_accepted(
    validator: Validator, name: str, count: int
) -> None:
    messages = [validator.validate(line) for line in data_lines(f"valid/{name}")]
    assert [message for message in messages if not message.is_valid] == []
    assert len(messages) == count


@pytest.mark.data
def test_every_invalid_statement_of_the_conformance_suite_is_refused() -> None:
    cases = invalid_cases("adl_conformance_1_0_3")
    assert len(cases) == 541
    assert [why for why, sent in cases if STRICT.validate(sent).is_valid] == []
    nameless = Validator(Mode.LENIENT)
    assert [why for why, sent in cases if nameless.validate(sent).is_valid] == []


@pytest.mark.data
def test_a_home_page_mends_only_accounts_without_one() -> None:
    for why, sent in invalid_cases("adl_conformance_1_0_3"):
        (item,) = LENIENT.validate(sent).checked
        if isinstance(item, Valid):
            assert item.deviations == ("home_page_added",)
            assert "homePage" in why


@pytest.mark.data
def test_what_open_edx_sends_is_mended_or_refused_for_its_reason() -> None:
    cases = [sent for _, sent in invalid_cases("openedx_event_routing_backends")]
    assert not any(STRICT.validate(sent).is_valid for sent in cases)
    outcomes = Counter(
        item.code if isinstance(item, Rejection) else item.deviations
        for sent in cases
        for item in LENIENT.validate(sent).checked
    )
    assert outcomes == {
        ("context_group_activity",): 13,
        ("context_activity_dropped",): 6,
        ("object_group_activity",): 4,
        "missing_property": 1,
    }


@BOTH
@pytest.mark.data
def test_the_http_suite_agrees_on_what_a_valid_body_is(validator: Validator) -> None:
    requests = [decode_json(line) for line in data_lines("http/adl_http_1_0_3")]
    posted = [
        (request["expect"] == 200, encode_json(request["body"]))
        for request in requests
        if request["method"] == "POST"
        and request["url"] == "/statements"
        and request["expect"] in {200, 400}
        and isinstance(request["body"], dict | list)
    ]
    assert len(posted) > 900
    if validator is LENIENT:
        posted = [(expected, sent) for expected, sent in posted if expected]
    assert [sent for good, sent in posted if validator.validate(sent).is_valid != good] == []


@given(st.binary(max_size=300))
def test_no_bytes_make_the_validator_raise(sent: bytes) -> None:
    for validator in (STRICT, LENIENT):
        message = validator.validate(sent)
        assert all(isinstance(item, Valid | Rejection) for item in message.checked)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.sampled_from([UUID, "http://a.example/b", "Activity", "GroupActivity", "compound"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["actor", "verb", "object", "id", "objectType", "definition", "context", "account",
             "contextActivities", "parent", "extensions", "interactionType", "result", "score",
             "member", "timestamp", "choices"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(statement(context=0, result=0))), JSON))
def test_no_json_makes_the_validator_raise_and_reasons_are_known(parts: dict[str, object]) -> None:
    sent = encode_json(statement(**parts))
    for validator in (STRICT, LENIENT):
        assert set(codes(validator.validate(sent))) <= {"", *Reason}


@BOTH
def test_a_message_over_the_limit_is_not_even_read(validator: Validator) -> None:
    assert only_rejection(validator.validate(b"x" * (1 << 20) + b"x")).code == Reason.TOO_LARGE
    assert only_rejection(validator.validate(b"x" * (1 << 20))).code == Reason.NOT_JSON


def test_the_limit_can_be_set() -> None:
    sent = raw()
    assert Validator(Mode.STRICT, max_bytes=len(sent)).validate(sent).is_valid
    assert not Validator(Mode.STRICT, max_bytes=len(sent) - 1).validate(sent).is_valid


@BOTH
@pytest.mark.parametrize("value", [None, True, 1, 1.5, "text"])
def test_a_value_that_is_no_object_is_no_statement(validator: Validator, value: object) -> None:
    assert only_rejection(validator.validate(encode_json(value))).code == Reason.NOT_A_STATEMENT
    batch = validator.validate(encode_json([value, statement()]))
    assert codes(batch) == [Reason.NOT_A_STATEMENT, ""]


def test_a_batch_keeps_the_good_ones_and_gives_the_bad_one_back_byte_for_byte() -> None:
    bad = b'{ "actor" : 1, "z": "]},{[\\"" }'
    sent = b" [" + raw() + b" ,\n" + bad + b", " + raw(id=UUID) + b" ] "
    message = LENIENT.validate(sent)
    assert codes(message) == ["", Reason.MISSING_PROPERTY, ""]
    assert message.is_batch
    assert message.originals() == [raw(), bad, raw(id=UUID)]
    assert not message.is_valid


@BOTH
def test_an_empty_batch_holds_nothing(validator: Validator) -> None:
    message = validator.validate(b" [ ] ")
    assert message.checked == ()
    assert message.originals() == []


def test_one_element_with_a_doubled_name_does_not_spoil_its_batch() -> None:
    doubled = b'{"actor":{},"actor":{},"verb":{},"object":{}}'
    message = LENIENT.validate(b"[" + raw() + b"," + doubled + b"]")
    assert codes(message) == ["", Reason.DUPLICATE_KEY]
    assert message.originals()[1] == doubled


def test_one_bottomless_element_does_not_spoil_its_batch() -> None:
    deep = b'{"actor":' + b"[" * 300 + b"]" * 300 + b"}"
    assert codes(LENIENT.validate(b"[" + deep + b"," + raw() + b"]")) == [Reason.TOO_DEEP, ""]


def test_the_same_id_twice_in_one_batch_is_for_strict_mode_to_refuse() -> None:
    batch = raw(statement(id=UUID), statement(id=UUID.upper()), statement(), statement())
    assert codes(STRICT.validate(batch)) == ["", Reason.DUPLICATE_ID, "", ""]
    assert LENIENT.validate(batch).is_valid


def test_a_message_of_more_statements_than_anybody_sends_is_refused_whole() -> None:
    most = encode_json([1] * 10_000)
    assert codes(LENIENT.validate(most)) == [Reason.NOT_A_STATEMENT] * 10_000
    message = LENIENT.validate(encode_json([1] * 10_001))
    assert only_rejection(message).code == Reason.TOO_LARGE
    assert len(message.originals()) == 1


@BOTH
@pytest.mark.parametrize(
    "sent",
    [
        raw(result={"extensions": {str(n): 1 for n in range(50_000)}}),
        raw(**{f"p{n}": 1 for n in range(50_000)}),
        raw(context={"contextActivities": {"parent": [{"id": "x"}] * 50_000}}),
        raw(object={"id": "a:" + "x" * 900_000 + " "}),
        raw(verb={"id": "a:b", "display": {"a" + "-aa" * 300_000: ""}}),
        b'"' + b'\\"' * 500_000,
        b'"' * 1_000_000,
        b'[{"' * 300_000,
    ],
    ids=["keys", "properties", "activities", "iri", "language", "escapes", "quotes", "nests"],
)
def test_a_hostile_message_costs_one_refusal_only(validator: Validator, sent: bytes) -> None:
    assert len(only_rejection(validator.validate(sent)).detail) < 200


SCORE = {"min": 0, "max": 10}


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"actor": None}, Reason.MISSING_PROPERTY, "statement"),
        ({"actor": None, "Actor": {}}, Reason.MISSING_PROPERTY, "statement"),
        ({"Result": {}}, Reason.UNKNOWN_PROPERTY, "statement"),
        ({"actor": {"name": "Mary"}}, Reason.BAD_IDENTIFIER, "actor"),
        ({"actor": {"mbox": "mailto:false"}}, Reason.BAD_MBOX, "actor.mbox"),
        ({"actor": {"mbox_sha1sum": "abc"}}, Reason.BAD_MBOX, "actor.mbox_sha1sum"),
        ({"actor": {"openid": "mary"}}, Reason.BAD_IRI, "actor.openid"),
        ({"actor": {"objectType": "agent", "openid": "a:b"}}, Reason.BAD_OBJECT_TYPE,
         "actor.objectType"),
        ({"object": {"id": "undefined?subContentId=1"}}, Reason.BAD_IRI, "object.id"),
        ({"object": {"id": "http://a b"}}, Reason.BAD_IRI, "object.id"),
        ({"object": {"objectType": "activity", "id": "a:b"}}, Reason.BAD_OBJECT_TYPE,
         "object.objectType"),
        ({"id": "not-a-uuid"}, Reason.BAD_UUID, "id"),
        ({"id": 5}, Reason.WRONG_TYPE, "id"),
        ({"verb": {"id": "a:b", "display": {"en us": ""}}}, Reason.BAD_LANGUAGE, "verb.display"),
        ({"timestamp": "yesterday"}, Reason.BAD_TIMESTAMP, "timestamp"),
        ({"timestamp": "2024-02-30T00:00:00Z"}, Reason.BAD_TIMESTAMP, "timestamp"),
        ({"timestamp": "2024-02-20T00:00:00-00:00"}, Reason.BAD_TIMESTAMP, "timestamp"),
        ({"timestamp": "2024-02-20x00:00:00Z"}, Reason.BAD_TIMESTAMP, "timestamp"),
        ({"stored": "0000-01-01T00:00:00Z"}, Reason.BAD_TIMESTAMP, "stored"),
        ({"result": {"duration": "P4W1D"}}, Reason.BAD_DURATION, "result.duration"),
        ({"result": {"duration": "PT"}}, Reason.BAD_DURATION, "result.duration"),
        ({"result": {"success": "true"}}, Reason.WRONG_TYPE, "result.success"),
        ({"result": {"response": None}}, Reason.WRONG_TYPE, "result.response"),
        ({"result": {"score": {"scaled": 1.1}}}, Reason.BAD_SCORE, "result.score.scaled"),
        ({"result": {"score": {**SCORE, "raw": 11}}}, Reason.BAD_SCORE, "result.score"),
        ({"result": {"score": {**SCORE, "raw": -1}}}, Reason.BAD_SCORE, "result.score"),
        ({"result": {"score": {"min": 2, "max": 1}}}, Reason.BAD_SCORE, "result.score"),
        ({"result": {"score": {"min": 2, "raw": 1}}}, Reason.BAD_SCORE, "result.score"),
        ({"version": "1.1.0"}, Reason.BAD_VERSION, "version"),
        ({"context": {"registration": "x"}}, Reason.BAD_UUID, "context.registration"),
        ({"context": {"contextActivities": {"parent": [{"id": "x"}]}}}, Reason.BAD_IRI,
         "context.contextActivities.parent[0].id"),
        ({"object": {"objectType": "Agent", "openid": "a:b"}, "context": {"platform": "x"}},
         Reason.MISPLACED_PROPERTY, "context.platform"),
        ({"verb": {"id": f"{ADL}voided"}}, Reason.BAD_VOIDING, "object"),
        ({"authority": {"objectType": "Group", "member": [{"openid": "a:b"}]}},
         Reason.BAD_AUTHORITY, "authority.member"),
        ({"attachments": [{"usageType": "a:b", "display": {}, "contentType": "text/plain",
                           "length": -1, "sha2": "0" * 64}]}, Reason.BAD_ATTACHMENT,
         "attachments[0].length"),
    ],
)  # fmt: skip
def test_each_fault_has_its_code_and_its_place(
    changes: dict[str, object], code: Reason, where: str
) -> None:
    rejection = only_rejection(STRICT.validate(raw(**changes)))
    assert rejection.code == code
    assert rejection.detail.startswith(f"{where}: ")


COMPONENT = [{"id": "a"}, {"id": "b"}]


@pytest.mark.parametrize(
    "definition",
    [
        {"interactionType": "guess"},
        {"correctResponsesPattern": ["x"]},
        {"choices": COMPONENT},
        {"interactionType": "choice", "scale": COMPONENT},
        {"interactionType": "likert", "choices": COMPONENT},
        {"interactionType": "choice", "source": COMPONENT},
        {"interactionType": "sequencing", "target": COMPONENT},
        {"interactionType": "numeric", "steps": COMPONENT},
        {"interactionType": "choice", "choices": [{"id": "a"}, {"id": "a"}]},
    ],
)
def test_interaction_components_match_their_type(definition: dict[str, object]) -> None:
    for place in (
        {"object": {"id": "a:b", "definition": definition}},
        {"context": {"contextActivities": {"other": [{"id": "a:b", "definition": definition}]}}},
    ):
        rejection = only_rejection(STRICT.validate(raw(**place)))
        assert rejection.code == Reason.BAD_INTERACTION


@pytest.mark.parametrize(
    ("kind", "component"),
    [
        ("choice", "choices"),
        ("sequencing", "choices"),
        ("likert", "scale"),
        ("matching", "source"),
        ("matching", "target"),
        ("performance", "steps"),
    ],
)
def test_matching_interaction_components_are_accepted(kind: str, component: str) -> None:
    definition = {"interactionType": kind, component: COMPONENT, "correctResponsesPattern": ["a"]}
    assert STRICT.validate(raw(object={"id": "a:b", "definition": definition})).is_valid


def test_a_sub_statement_obeys_the_same_rules() -> None:
    inner = statement(objectType="SubStatement", result={"score": {"min": 2, "max": 1}})
    rejection = only_rejection(STRICT.validate(raw(object=inner)))
    assert (rejection.code, rejection.detail[:20]) == (Reason.BAD_SCORE, "object.result.score:")
    nested = statement(objectType="SubStatement", object=statement(objectType="SubStatement"))
    assert not STRICT.validate(raw(object=nested)).is_valid


@BOTH
@pytest.mark.parametrize(
    "changes",
    [
        {"result": {"score": {"min": 0, "max": 0, "raw": 0, "scaled": 0}}},
        {"result": {"response": "", "extensions": {}}},
        {"result": {"extensions": {"http://a.example/x": None}}},
        {"result": {"duration": "P1Y2M3DT4H5M6.7S"}},
        {"id": "2a41c918-b88b-4220-20a5-a4c32391a240"},
        {"timestamp": "2999-01-01T00:00:00Z"},
        {"timestamp": "2024-02-29T23:59:59.123456789+05:45"},
        {"timestamp": "2024-02-20T00:00:00-00:30"},
        {"timestamp": "20240220T101500Z"},
        {"version": "1.0"},
        {"version": "2.0.0"},
        {"verb": {"id": "tag:x.example,2024:did", "display": {"de-CH-1996": "", "x-a": ""}}},
        {"object": {"id": "http://müller.example/ü?q=[1]"}},
        {"object": {"objectType": "Group", "member": [{"openid": "http://a.example"}]}},
        {"context": {"contextAgents": [{"objectType": "contextAgent", "agent": {"openid": "a:b"},
                                        "relevantTypes": ["a:b"]}]}},
        {"context": {"contextGroups": [{"objectType": "contextGroup",
                                        "group": {"objectType": "Group", "openid": "a:b"}}]}},
    ],
)  # fmt: skip
def test_what_looks_odd_but_is_legal_is_accepted(
    validator: Validator, changes: dict[str, object]
) -> None:
    assert validator.validate(raw(**changes)).is_valid


@pytest.mark.parametrize("mode", Mode)
def test_context_activities_come_out_as_arrays(mode: Mode) -> None:
    parent = {"id": "http://lms.example/c", "definition": {"type": f"{TYPE}course"}}
    sent = raw(context={"contextActivities": {"parent": parent, "other": []}})
    (item,) = Validator(mode).validate(sent).checked
    assert isinstance(item, Valid)
    assert item.statement["context"]["contextActivities"] == {"parent": [parent], "other": []}
    lenient = mode is Mode.LENIENT
    assert item.deviations == (("context_activity_single",) if lenient else ())


SECRETS = ("Mary", "mary@example.com", "0041791234567")


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": {"mbox": "mailto:mary@example.com", "name": 5, "Mary": 1}},
        {"actor": {"mbox": "mary@example.com"}},
        {"actor": {"account": {"name": "Mary", "homePage": "Mary"}}},
        {"verb": {"id": "a:b", "display": {"mary@example.com": ""}}},
        {"verb": {"id": "a:b", "display": {"x-Mary": 5}}},
        {"result": {"extensions": {"mary@example.com": {"Mary": "0041791234567"}}}},
        {"context": {"contextActivities": {"0041791234567": [{"id": "Mary"}]}}},
        {"0041791234567": "Mary"},
        {"object": {"objectType": "Mary", "id": "mary@example.com"}},
        {"timestamp": "0041791234567"},
    ],
)
def test_a_refusal_never_repeats_what_the_sender_wrote(changes: dict[str, object]) -> None:
    rejection = only_rejection(STRICT.validate(raw(**changes)))
    assert not any(secret in rejection.detail for secret in SECRETS)
    assert "\n" not in rejection.detail


def test_a_name_in_the_wrong_case_is_pointed_out() -> None:
    rejection = only_rejection(STRICT.validate(raw(actor={"openid": "a:b", "objecttype": "Agent"})))
    assert "objectType" in rejection.detail


def test_reasons_are_words_with_a_meaning() -> None:
    assert len({reason.value for reason in Reason}) == len(Reason)
    assert all(reason.value.isidentifier() and reason.meaning for reason in Reason)
    assert type(Reason.BAD_IRI.rejection().code) is str
