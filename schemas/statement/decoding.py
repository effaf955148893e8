"""Bytes to JSON values: strict about everything that JSON libraries are lax about."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from schemas.codec import JsonError, decode_json, encode_json_sorted
from schemas.errors import Rejection
from schemas.statement.reasons import Reason

# Linear on any bytes: no backtracking, and a string that does not end swallows the rest.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[][{},]', re.DOTALL)
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
_CUTS = (b"[", b",")
_DEEPEST_PARSED = 1024


def decode(raw: bytes) -> Any | Rejection:
    """The JSON value that `raw` says, or why it says none."""
    value = parse(raw)
    return value if isinstance(value, Rejection) else (fault_of_value(raw, value) or value)


def parse(raw: bytes) -> Any | Rejection:
    """The JSON value that `raw` says, or why it says none.

    Refused beside bad syntax: other encodings than UTF-8, byte order marks, lone surrogates,
    NaN and infinities.
    """
    try:
        return decode_json(raw)
    except JsonError:
        return _why_not_json(raw).rejection()


def fault_of_value(raw: bytes, value: Any) -> Rejection | None:
    """Why `value`, parsed from `raw`, is refused all the same: its depth or a doubled name."""
    try:
        again = encode_json_sorted(value)
    except TypeError:
        return Reason.TOO_DEEP.rejection()
    return Reason.DUPLICATE_KEY.rejection() if _lost_a_property(raw, again) else None


def _why_not_json(raw: bytes) -> Reason:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Reason.BAD_ENCODING
    if text.startswith("\ufeff") or "\0" in text[:4]:
        return Reason.BAD_ENCODING
    if _depth_exceeds(raw, _DEEPEST_PARSED):
        return Reason.TOO_DEEP
    return Reason.NOT_JSON


def _depth_exceeds(raw: bytes, limit: int) -> bool:
    depth = 0
    for token in _TOKEN.finditer(raw):
        depth += _STEP.get(token[0], 0)
        if depth > limit:
            return True
    return False


def _lost_a_property(raw: bytes, again: bytes) -> bool:
    """Was a property dropped on the way from `raw` to a value, which `again` says?

    Every property writes one colon. Where no colon is written as an escape, equal numbers of
    colons prove that none was dropped; the other cases are rare and looked at one by one.
    """
    escapes = b"\\" in raw and b"\\u003" in raw
    if not escapes and raw.count(b":") == again.count(b":"):
        return False
    doubled: list[bool] = []
    json.loads(raw, object_pairs_hook=lambda pairs: _note(pairs, doubled))
    return any(doubled)


def _note(pairs: list[tuple[str, Any]], doubled: list[bool]) -> None:
    doubled.append(len({name for name, _ in pairs}) < len(pairs))


def elements(array: bytes) -> list[bytes]:
    """The exact bytes of each element of `array`, which is a valid JSON array."""
    parts = [array[start + 1 : end].strip() for start, end in pairwise(_cuts(array))]
    return [part for part in parts if part]


def _cuts(array: bytes) -> Iterator[int]:
    """Where the outermost brackets and the commas between them stand."""
    depth = 0
    for token in _TOKEN.finditer(array):
        depth += _STEP.get(token[0], 0)
        if depth == 0 or (depth == 1 and token[0] in _CUTS):
            yield token.start()
