from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statement_examples import VALID_SETS, data_lines, invalid_cases, raw, statement

from processors.identity import Pseudonyms
from processors.ingest import IngestContext, Origin, ingest
from processors.receipts import short, statement_key
from schemas.arrival import Known
from schemas.codec import decode_json, encode_json
from schemas.statement.reasons import OF_NOBODY
from schemas.statement.validation import Mode, Validator
from serving.xapi.batch import Named, Refusal, Sender, read_statements, refuse_conflicts

ID = "8F87CCDE-bb56-4c2e-ab83-44982ef22df0"
OTHER = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"
KEY = b"k" * 32
HOME = "https://lms.example"
AT = "2015-11-18T12:17:00+00:00"
STRICT = Sender(
    Pseudonyms(KEY, "acme"), HOME, lenient=False, max_bytes=9000, max_statement_bytes=2000
)
LENIENT = replace(STRICT, lenient=True)
CONTEXT = IngestContext(Validator(Mode.LENIENT, HOME), KEY, {}.get, "acme")
BARE = {"actor": {"account": {"name": "1001"}}}


def read(
    body: bytes, sender: Sender = STRICT, wanted: str | None = None, nonce: str = "n"
) -> list[Named]:
    return read_statements(body, sender, wanted, nonce)


def refused(body: bytes, sender: Sender = STRICT, wanted: str | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(body, sender, wanted)
    return caught.value


def ingested(one: Named) -> tuple[str, str, str]:
    """(id, learner, digest) that ingest makes of what is sent on."""
    (event,) = ingest(one.raw, Origin("xapi.statements", 1, 2, 1.6e9), CONTEXT).events
    return event.id, event.learner, short(event.digest)


CHANGES: list[dict[str, Any]] = [
    {"id": ID},
    {"id": ID, "timestamp": AT},
    {"timestamp": AT, "result": {"success": True}},
    {"timestamp": AT, "context": {"contextActivities": {"parent": {"id": "http://a.example/p"}}}},
]


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("sender", [STRICT, LENIENT])
@pytest.mark.parametrize("wanted", [None, ID])
def test_what_is_answered_is_what_ingest_finds(
    changes: dict[str, Any], sender: Sender, wanted: str | None
) -> None:
    (one,) = read(raw(**changes), sender, wanted)
    name, learner, digest = ingested(one)
    assert one.id.lower() == name
    assert one.arrival == (statement_key("acme", name), learner, digest)


@pytest.mark.data
@pytest.mark.parametrize("name", VALID_SETS)
def test_real_statements_are_taken_as_ingest_finds_them(name: str) -> None:
    large = replace(STRICT, max_bytes=1 << 20, max_statement_bytes=1 << 20)
    for line in data_lines(f"valid/{name}"):
        (one,) = read(line, large)
        done = ingest(one.raw, Origin("xapi.statements", 1, 2, 1.6e9), CONTEXT)
        for event in done.events:
            found = statement_key("acme", event.id), event.learner, short(event.digest)
            assert one.arrival == found
            assert one.id.lower() == event.id
        assert {bad.rejection.code for bad in done.rejected} <= OF_NOBODY


@pytest.mark.data
@pytest.mark.parametrize("name", ["openedx_event_routing_backends", "adl_conformance_1_0_3"])
def test_what_a_strict_reader_would_lose_is_for_lenient_keys(name: str) -> None:
    taken = 0
    for _, sent in invalid_cases(name):
        refused(sent)
        with suppress(Refusal):
            (one,) = read(sent, LENIENT)
            taken += 1
            if events := ingest(one.raw, Origin("xapi.statements", 1, 2, 1.6e9), CONTEXT).events:
                assert one.id.lower() == events[0].id
    assert taken > 0


def test_an_account_without_a_home_page_has_the_senders() -> None:
    (one,) = read(raw(id=ID, **BARE), LENIENT)
    assert ingested(one)[1] == one.arrival.learner
    (full,) = read(raw(id=ID, actor={"account": {"name": "1001", "homePage": HOME}}))
    assert full.arrival == one.arrival
    assert refused(raw(id=ID, **BARE)).status == 400


def test_ids_come_back_as_they_were_sent_and_in_order() -> None:
    told = [statement(id=ID), statement(id=OTHER), statement(timestamp=AT)]
    found = read(encode_json(told))
    assert [one.id for one in found][:2] == [ID, OTHER]
    assert UUID(found[2].id).version == 5
    assert [one.raw for one in found] == [encode_json(one) for one in told]


def test_a_resend_without_ids_gets_the_same_ids() -> None:
    body = encode_json([statement(timestamp=AT), statement(timestamp=AT, result={"success": True})])
    first, again = read(body, nonce="1"), read(body, nonce="2")
    assert [one.id for one in first] == [one.id for one in again]
    assert [one.arrival for one in first] == [one.arrival for one in again]
    assert len({one.id for one in first}) == 2


def test_without_id_and_time_each_is_another() -> None:
    body = encode_json([statement(), statement()])
    first, again = read(body, nonce="1"), read(body, nonce="2")
    assert len({one.id for one in (*first, *again)}) == 4
    for one in first:
        assert decode_json(one.raw) == {"id": one.id} | decode_json(raw())
        assert ingested(one)[0] == one.id


def test_a_tenant_has_ids_of_its_own() -> None:
    other = replace(STRICT, pseudonyms=Pseudonyms(KEY, "globex"))
    (mine,), (theirs,) = read(raw(id=ID)), read(raw(id=ID), other)
    assert mine.id == theirs.id
    assert mine.arrival.key != theirs.arrival.key
    assert mine.arrival.learner != theirs.arrival.learner


def test_a_put_gives_its_id() -> None:
    (one,) = read(b" \n" + raw(timestamp=AT), wanted=ID)
    assert one.id == ID
    assert decode_json(one.raw)["id"] == ID.lower()
    (same,) = read(raw(id=ID.lower()), wanted=ID)
    assert same.raw == raw(id=ID.lower())
    assert refused(raw(id=OTHER), wanted=ID).code == "other_id"
    assert refused(encode_json([statement(id=ID)]), wanted=ID).code == "not_a_statement"


def test_one_that_is_invalid_refuses_all_and_is_named() -> None:
    body = encode_json([statement(id=ID), statement(verb={"id": "no"}), statement(actor=None)])
    problem = refused(body)
    assert (problem.status, problem.code, problem.statements) == (400, "bad_iri", 2)
    assert problem.detail.startswith("statement 1: verb.id")
    assert "statement 2: " in problem.detail
    assert "(actor) [missing_property]" in problem.detail
    assert refused(raw(verb={"id": "no"})).detail.startswith("verb.id")


def test_of_many_that_are_invalid_some_are_named() -> None:
    problem = refused(encode_json([statement(verb=1)] * 7))
    assert problem.statements == 7
    assert "statement 2" in problem.detail
    assert "statement 3" not in problem.detail
    assert problem.detail.endswith("and 4 more")


@pytest.mark.parametrize("sender", [STRICT, LENIENT])
def test_one_id_twice_in_a_batch_is_refused(sender: Sender) -> None:
    body = encode_json([statement(id=ID), statement(id=OTHER), statement(id=ID.lower())])
    assert refused(body, sender).code == "duplicate_id"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"{", 400, "not_json"),
        (b"\xff", 400, "bad_encoding"),
        (b'"text"', 400, "not_a_statement"),
        (b"[1]", 400, "not_a_statement"),
        (b'{"a": 1, "a": 2}', 400, "duplicate_key"),
        (b" " * 9001, 413, "too_large"),
    ],
)
def test_what_is_no_statement_is_refused(body: bytes, status: int, code: str) -> None:
    problem = refused(body)
    assert (problem.status, problem.code) == (status, code)


def test_a_statement_that_ingest_would_not_take_is_refused() -> None:
    long = statement(id=ID, result={"response": "x" * 2000})
    assert refused(encode_json([statement(id=OTHER), long])).status == 413


def test_nothing_is_nothing() -> None:
    assert read(b"[]") == []


@given(st.binary(max_size=200), st.booleans(), st.sampled_from([None, ID]))
def test_whatever_comes_is_read_or_refused(body: bytes, lenient: bool, wanted: str | None) -> None:
    with suppress(Refusal):
        read(body, LENIENT if lenient else STRICT, wanted)


def test_a_known_id_is_a_conflict_where_its_content_is_another() -> None:
    named = read(encode_json([statement(id=ID), statement(id=OTHER)]))
    same = [Known(one.arrival.digest, applied=False) for one in named]
    refuse_conflicts(named, [None, None])
    refuse_conflicts(named, same)
    refuse_conflicts(named, [Known("", applied=True), None])
    with pytest.raises(Refusal) as caught:
        refuse_conflicts(named, [same[0], Known("another", applied=True)])
    assert (caught.value.status, caught.value.statements) == (409, 1)
    assert f"statement 1: {OTHER}" in caught.value.detail
