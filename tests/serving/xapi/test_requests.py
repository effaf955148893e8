from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.problems import Problem
from serving.xapi.requests import Sent, check_version, is_folded, unfolded, wanted_id
from serving.xapi.versions import major_of, named_in_answer, version_headers

ID = "8f87ccde-bb56-4c2e-ab83-44982ef22df0"
PUT = [("method", "PUT")]
FIELDS = st.dictionaries(st.sampled_from(["statementId", "since", "x y"]), st.text(min_size=1))


def sent(
    method: str = "POST",
    query: list[tuple[str, str]] | None = None,
    body: bytes = b"",
    **headers: str,
) -> Sent:
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Sent(method, query or [], names, body)


def refused(call: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value


@given(st.sampled_from(["PUT", "POST", "put"]), FIELDS, st.binary())
def test_a_form_says_what_the_request_itself_would(
    method: str, fields: dict[str, str], content: bytes
) -> None:
    text = content.decode("latin-1") or "{}"
    headers = {
        "Content-Type": "application/json",
        "X-Experience-API-Version": "1.0.2",
        "Authorization": "Basic dTpw",
    }
    form = fields | headers | {"content": text}
    got = unfolded(sent("POST", [("method", method)], urlencode(form).encode()))
    lowered = {name.lower(): told for name, told in headers.items()}
    assert got == Sent(method.upper(), list(fields.items()), lowered, text.encode())


def test_what_the_form_does_not_say_is_as_it_was_sent_but_for_the_forms_own_type() -> None:
    body = f"statementId={ID}&content=%7B%7D".encode()
    got = unfolded(
        sent("POST", PUT, body, authorization="Basic dTpw", content_type="text/plain", origin="x")
    )
    assert got.headers == {"authorization": "Basic dTpw", "origin": "x"}
    assert wanted_id(got) == ID


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "get"])
def test_of_what_stores_nothing_only_the_method_is_told(method: str) -> None:
    got = unfolded(sent("POST", [("method", method)], b'{"limit": 1}', origin="x"))
    assert got == Sent(method.upper(), [], {"origin": "x"}, b"")


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_only_a_post_is_unfolded(method: str) -> None:
    plain = sent(method, [("method", "POST")])
    assert not is_folded(method, plain.query)
    assert unfolded(plain) is plain


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ([("method", "PUT"), ("statementId", ID)], b"content=1"),
        ([("method", "PUT"), ("method", "PUT")], b"content=1"),
        ([("method", "BREW")], b"content=1"),
        (PUT, b""),
        (PUT, b"statementId=1"),
        (PUT, b"content="),
        (PUT, b'{"content": "{}"}'),
        (PUT, b"content=1&content=2"),
        (PUT, b"content=%ff"),
        (PUT, b"content=\xff"),
        (PUT, "&".join(f"f{n}=1" for n in range(40)).encode()),
    ],
)
def test_a_form_that_does_not_fit_is_refused(query: list[tuple[str, str]], body: bytes) -> None:
    problem = refused(lambda: unfolded(sent("POST", query, body)))
    assert (problem.status, problem.code) == (400, "bad_form")


def test_a_form_is_for_version_1() -> None:
    for version, folded in (("1.0.3", True), ("1.0.3", False), ("2.0.0", False)):
        check_version(sent(x_experience_api_version=version), folded=folded)
    late = sent(x_experience_api_version="2.0.0")
    assert refused(lambda: check_version(late, folded=True)).code == "bad_form"


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ("1.0", 1),
        ("1.0.0", 1),
        ("1.0.3", 1),
        ("1.0.99", 1),
        ("2.0.0", 2),
        (" 1.0.1", 1),
    ],
)
def test_versions_that_are_spoken(text: str, major: int) -> None:
    assert major_of({"x-experience-api-version": text}) == major
    assert named_in_answer(text) == {1: "1.0.3", 2: "2.0.0"}[major]


@pytest.mark.parametrize(
    "text", ["", "0.9", "0.95", "1", "1.1.0", "1.0.", "1.0.x", "2.1.0", "3.0.0", "BAD", "1.0.3\n1"]
)
def test_versions_that_are_not(text: str) -> None:
    assert refused(lambda: major_of({"x-experience-api-version": text})).code == "bad_version"


def test_a_version_must_be_named_but_by_lenient_senders() -> None:
    assert refused(lambda: major_of({})).code == "no_version"
    assert major_of({}, lenient=True) == 1
    bad = {"x-experience-api-version": "BAD"}
    assert refused(lambda: major_of(bad, lenient=True)).code == "bad_version"


@pytest.mark.parametrize(
    ("path", "sent_version", "named"),
    [
        ("/xapi/statements", b"1.0.1", b"1.0.3"),
        ("/xapi/anything", b"2.0.0", b"2.0.0"),
        ("/xapi", b"BAD", b"1.0.3"),
        ("/xapi/about", None, b"1.0.3"),
        ("/v1/queue", b"1.0.1", None),
        ("/xapiary", b"1.0.1", None),
    ],
)
def test_every_answer_of_the_receiver_names_a_version(
    path: str, sent_version: bytes | None, named: bytes | None
) -> None:
    name = b"x-experience-api-version"
    headers = [] if sent_version is None else [(b"host", b"x"), (name, sent_version)]
    found = version_headers({"path": path, "headers": headers})
    assert list(found) == ([] if named is None else [(name, named)])


@given(st.uuids().map(str), st.booleans())
def test_a_put_names_its_statement(name: str, upper: bool) -> None:
    text = name.upper() if upper else name
    assert wanted_id(sent("PUT", [("statementId", text)])) == text


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ([], "no_statement_id"),
        ([("statementId", ID), ("statementId", ID)], "no_statement_id"),
        ([("StatementId", ID)], "unknown_parameter"),
        ([("statementId", ID), ("more", "1")], "unknown_parameter"),
        ([("method", "POST")], "unknown_parameter"),
        ([("statementId", "")], "bad_uuid"),
        ([("statementId", UUID(ID).hex)], "bad_uuid"),
        ([("statementId", f"{{{ID}}}")], "bad_uuid"),
        ([("statementId", f"urn:uuid:{ID}")], "bad_uuid"),
    ],
)
def test_a_put_that_names_it_otherwise_is_refused(query: list[tuple[str, str]], code: str) -> None:
    problem = refused(lambda: wanted_id(sent("PUT", query)))
    assert (problem.status, problem.code) == (400, code)


def test_a_post_takes_no_parameter() -> None:
    assert wanted_id(sent("POST")) is None
    problem = refused(lambda: wanted_id(sent("POST", [("statementId", ID)])))
    assert problem.code == "unknown_parameter"
    assert "statementId" in problem.detail
