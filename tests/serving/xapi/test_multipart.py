import hashlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from serving.problems import Problem
from serving.xapi.multipart import (
    MediaType,
    Part,
    check_attachments,
    media_type,
    parts_of,
    statements_of,
)

BOUNDARY = "----314159"
NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20)
PARTS = st.lists(
    st.tuples(st.dictionaries(NAMES, NAMES, max_size=3), st.binary(max_size=80)),
    min_size=1,
    max_size=5,
)
TEXT = b"here is a simple attachment"


def sha2(content: bytes, name: str = "sha256") -> str:
    return hashlib.new(name, content).hexdigest()


def written(parts: list[tuple[dict[str, str], bytes]], boundary: str = BOUNDARY) -> bytes:
    mark = b"--" + boundary.encode()
    body = b""
    for headers, content in parts:
        lines = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
        body += mark + b"\r\n" + lines.encode() + b"\r\n" + content + b"\r\n"
    return body + mark + b"--\r\n"


def attached(content: bytes = TEXT, **more: Any) -> dict[str, Any]:
    """A statement that says that `content` is attached."""
    one = {"sha2": sha2(content), "length": len(content)} | more
    return {"object": {"id": "http://a.example"}, "attachments": [one]}


def part(content: bytes = TEXT, **headers: str) -> Part:
    told = {"content-transfer-encoding": "binary", "x-experience-api-hash": sha2(content)}
    return Part(told | {name.replace("_", "-"): text for name, text in headers.items()}, content)


def refused(*arguments: Any, call: Any = check_attachments) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments)
    assert (caught.value.status, caught.value.code) == (400, "bad_multipart")
    return caught.value.detail


@given(PARTS)
def test_parts_are_read_as_they_were_written(parts: list[tuple[dict[str, str], bytes]]) -> None:
    assume(all(f"--{BOUNDARY}".encode() not in content for _, content in parts))
    assert parts_of(written(parts), BOUNDARY) == [Part(*one) for one in parts]


@given(st.binary(max_size=300), st.text(max_size=20))
def test_whatever_comes_is_parts_or_a_problem(body: bytes, boundary: str) -> None:
    with suppress(Problem):
        parts_of(body, boundary)


def test_what_stands_before_the_first_part_is_passed_over() -> None:
    body = b"preamble\r\n" + written([({}, b"1")])
    assert [one.content for one in parts_of(body, BOUNDARY)] == [b"1"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b"------314159",
        b"------314159\r\nContent-Type: application/json\r\n\r\n{}",
        b"------314159 x\r\n\r\n{}\r\n------314159--",
        b"------314159\r\nno end of headers\r\n------314159--",
    ],
)
def test_what_is_no_multipart_is_refused(body: bytes) -> None:
    refused(body, BOUNDARY, call=parts_of)


@pytest.mark.parametrize("boundary", ["", "x" * 300])
def test_a_boundary_must_be_there(boundary: str) -> None:
    assert "boundary" in refused(written([({}, b"")]), boundary, call=parts_of)


def test_more_parts_than_anybody_needs_are_refused() -> None:
    refused(written([({}, b"")] * 1001), BOUNDARY, call=parts_of)
    assert len(parts_of(written([({}, b"")] * 999), BOUNDARY)) == 999


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("application/json", MediaType("application/json", "")),
        ("Application/JSON; charset=utf-8", MediaType("application/json", "")),
        ('multipart/mixed; boundary="a b"', MediaType("multipart/mixed", "a b")),
        ("multipart/mixed; charset=x;Boundary=a=b", MediaType("multipart/mixed", "a=b")),
        ("multipart/mixed;", MediaType("multipart/mixed", "")),
        ("", MediaType("", "")),
    ],
)
def test_a_content_type_says(header: str, told: MediaType) -> None:
    assert media_type(header) == told


def test_the_first_part_holds_the_statements() -> None:
    assert statements_of([Part({"content-type": "application/json"}, b"[]")]) == b"[]"
    refused([Part({"content-type": "text/plain"}, b"[]")], call=statements_of)
    refused([Part({}, b"[]")], call=statements_of)
    refused([], call=statements_of)


@pytest.mark.parametrize("algorithm", ["sha224", "sha256", "sha384", "sha512"])
def test_what_is_attached_is_what_its_hash_says(algorithm: str) -> None:
    told = sha2(TEXT, algorithm)
    one = attached() | {"attachments": [{"sha2": told.upper(), "length": 1}]}
    assert check_attachments([one], [part(x_experience_api_hash=told)]) == 1


def test_one_content_may_be_attached_to_many_statements() -> None:
    within = {"object": {"objectType": "SubStatement", "attachments": attached()["attachments"]}}
    assert check_attachments([attached(), attached(), within], [part()]) == 1


def test_a_file_elsewhere_need_not_come_but_may() -> None:
    elsewhere = attached(fileUrl="http://a.example/file")
    assert check_attachments([elsewhere], []) == 0
    assert check_attachments([elsewhere], [part()]) == 1


def test_what_does_not_fit_is_refused() -> None:
    assert "did not come" in refused([attached()], [])
    assert "part 3" in refused([attached()], [part(), part(b"another")])
    assert "part 2" in refused([attached()], [part(content_transfer_encoding="base64")])
    assert "content" in refused([attached()], [part()._replace(content=b"changed")])
    assert "Hash" in refused([attached()], [part(x_experience_api_hash="")])


def test_a_hash_of_no_known_length_fits_nothing() -> None:
    odd = {"object": {"id": "http://a"}, "attachments": [{"sha2": "abcd"}]}
    refused([odd], [part(x_experience_api_hash="abcd")])
