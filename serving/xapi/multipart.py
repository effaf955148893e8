"""Requests that bring attachments: `multipart/mixed` (RFC 2046), statements in the first part.

What is attached is looked at and let go: nothing is learned from it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from serving.problems import Problem

_MOST_PARTS = 1000
_LONGEST_BOUNDARY = 200  # RFC 2046 says 70; senders that stretch it harm nobody
_HASHES = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
"""By the length of the hexadecimal text."""


class Part(NamedTuple):
    """One part of a body."""

    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes


class MediaType(NamedTuple):
    """What a `Content-Type` says."""

    name: str
    """In lower case."""
    boundary: str


def media_type(header: str) -> MediaType:
    """What `header` says; an empty one says nothing."""
    name, *parameters = header.split(";")
    said = dict(one.partition("=")[::2] for one in parameters if "=" in one)
    told = {key.strip().lower(): text.strip().strip('"') for key, text in said.items()}
    return MediaType(name.strip().lower(), told.get("boundary", ""))


def parts_of(body: bytes, boundary: str) -> list[Part]:
    """The parts between the delimiters; what stands before the first is passed over.

    Raises:
        Problem: 400, where the body is not made of parts.
    """
    if not 0 < len(boundary) <= _LONGEST_BOUNDARY:
        raise _bad("Content-Type must name the boundary of the parts")
    delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
    _, *pieces = (b"\r\n" + body).split(delimiter, _MOST_PARTS + 1)
    if not pieces or len(pieces) > _MOST_PARTS or not pieces[-1].startswith(b"--"):
        raise _bad(
            "the body must be parts, each after its boundary, the last boundary followed by --"
        )
    return [_part(piece) for piece in pieces[:-1]]


def _part(piece: bytes) -> Part:
    line, found, rest = piece.partition(b"\r\n")
    head, separated, content = (b"\r\n" + rest).partition(b"\r\n\r\n")
    if line.strip() or not found or not separated:
        raise _bad("a part is headers, an empty line, content")
    lines = [one.decode("latin-1").partition(":") for one in head.split(b"\r\n") if one]
    return Part({name.strip().lower(): text.strip() for name, _, text in lines}, content)


def statements_of(parts: list[Part]) -> bytes:
    """The bytes of the statements: the first part.

    Raises:
        Problem: 400, where it is none.
    """
    if not parts or media_type(parts[0].headers.get("content-type", "")).name != "application/json":
        raise _bad("the first part must hold the statements, Content-Type: application/json")
    return parts[0].content


def check_attachments(statements: Iterable[Mapping[str, Any]], parts: Iterable[Part]) -> int:
    """Hold what came (`parts` without the first) against what `statements` say is attached.

    Returns how many came. Its hash says whether a content is the one that was meant; a length that
    does not fit beside it is let pass, as ADL's conformance suite wants it.

    Raises:
        Problem: 400, where one is missing, unasked for, or not what its hash says.
    """
    told = [one for statement in statements for one in attachments_of(statement)]
    known = {one["sha2"].lower() for one in told}
    came = {_checked(place, part, known) for place, part in enumerate(parts, 1)}
    missing = [one for one in told if "fileUrl" not in one and one["sha2"].lower() not in came]
    if missing:
        raise _bad(f"the attachment with sha2 {missing[0]['sha2']} has no fileUrl and did not come")
    return len(came)


def attachments_of(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What `statement`, a valid one, and its SubStatement say is attached."""
    yield from statement.get("attachments", ())
    yield from statement["object"].get("attachments", ())


def _checked(place: int, part: Part, known: set[str]) -> str:
    sha2 = part.headers.get("x-experience-api-hash", "").lower()
    if sha2 not in known:
        raise _bad(f"part {place + 1}: X-Experience-API-Hash must be the sha2 of an attachment")
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise _bad(f"part {place + 1}: Content-Transfer-Encoding must be binary")
    algorithm = _HASHES.get(len(sha2))
    if algorithm is None or hashlib.new(algorithm, part.content).hexdigest() != sha2:
        raise _bad(f"part {place + 1}: the content is not what X-Experience-API-Hash says")
    return sha2


def _bad(what: str) -> Problem:
    return Problem(400, "bad_multipart", f"multipart/mixed: {what}")
