import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statement_examples import raw

from schemas.errors import Rejection
from schemas.statement.decoding import decode, elements
from schemas.statement.reasons import Reason

TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b'{"a": NaN}', Reason.NOT_JSON),
        (b'{"a": Infinity}', Reason.NOT_JSON),
        (b'{"a": 1e999}', Reason.NOT_JSON),
        (b'{"a": "\\ud800"}', Reason.NOT_JSON),
        (b"{'a': 1}", Reason.NOT_JSON),
        (b"{} {}", Reason.NOT_JSON),
        (b"\x80abc", Reason.BAD_ENCODING),
        (b'"\xed\xa0\x80"', Reason.BAD_ENCODING),
        (b"\xef\xbb\xbf{}", Reason.BAD_ENCODING),
        ("{}".encode("utf-16"), Reason.BAD_ENCODING),
        ("{}".encode("utf-16-le"), Reason.BAD_ENCODING),
        ("{}".encode("utf-16-be"), Reason.BAD_ENCODING),
        ("{}".encode("utf-32"), Reason.BAD_ENCODING),
        ('"ü"'.encode("latin-1"), Reason.BAD_ENCODING),
        (b"[" * 255 + b"]" * 255, Reason.TOO_DEEP),
        (b"[" * 100_000, Reason.TOO_DEEP),
        (b'{"a":' * 100_000, Reason.TOO_DEEP),
        (b'{"a": 1, "a": 1}', Reason.DUPLICATE_KEY),
        (b'{"a": {"b": 1, "c": ":", "b": ":"}}', Reason.DUPLICATE_KEY),
        (b'{"a": 1, "\\u0061": 2}', Reason.DUPLICATE_KEY),
        (b'{"a": 1, "a": "\\u003a"}', Reason.DUPLICATE_KEY),
        (b'{"a" : "\\u003A\\u003a", "a":2}', Reason.DUPLICATE_KEY),
    ],
)
def test_what_json_libraries_let_pass_is_refused(sent: bytes, code: Reason) -> None:
    fault = decode(sent)
    assert isinstance(fault, Rejection)
    assert fault.code == code


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        (b"[" * 254 + b"]" * 254, ...),
        (b'{"a": "\\u003a"}', {"a": ":"}),
        (b'{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}', ...),
        (b'{"a":"\\":\\\\:"}', {"a": '":\\:'}),
        ('{"ü": "\\u00fc:"}'.encode(), {"ü": "ü:"}),
        (b" {} ", {}),
        (b"0", 0),
        (b"false", False),
        (b"null", None),
    ],
)
def test_what_is_json_is_read(sent: bytes, value: object) -> None:
    assert decode(sent) == (json.loads(sent) if value is ... else value)


@given(VALUES, st.booleans())
def test_every_value_is_read_back_however_it_is_written(value: object, escaped: bool) -> None:
    assert decode(json.dumps(value, ensure_ascii=escaped, indent=1).encode()) == value


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4), TEXT)
def test_every_doubled_name_is_found(value: dict[str, object], text: str) -> None:
    sent = json.dumps([text, value], ensure_ascii=False)
    name = json.dumps(next(iter(value)), ensure_ascii=False)
    doubled = sent.removesuffix("}]") + f", {name}: 0}}]"
    fault = decode(doubled.encode())
    assert isinstance(fault, Rejection)
    assert fault.code == Reason.DUPLICATE_KEY


@given(st.lists(VALUES), st.sampled_from([None, 1]), st.booleans())
def test_the_elements_of_an_array_are_cut_where_they_end(
    values: list[object], indent: int | None, escaped: bool
) -> None:
    sent = json.dumps(values, indent=indent, ensure_ascii=escaped).encode()
    cut = elements(sent)
    assert [json.loads(part) for part in cut] == values
    assert all(part == part.strip() and part in sent for part in cut)


def test_elements_are_byte_exact() -> None:
    parts = [raw(), b'{"a" : "]},{[\\"\\\\" }', b"[ ]", b'"[,"']
    assert elements(b" [" + b" ,\n".join(parts) + b"] ") == parts
