import gzip
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode_json, encode_json_pretty
from schemas.errors import ConfigurationError
from schemas.statement.decoding import elements
from stream.statement_files import Placed, StatementFile, split

ONE, TWO = b'{"id": "1"}', b'{"id": "2", "text": "a,[b]"}'


def written(folder: Path, content: bytes) -> StatementFile:
    path = folder / "statements"
    path.write_bytes(content)
    return StatementFile(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n\n", []),
        (ONE, [(1, ONE)]),
        (ONE + b"\r\n" + TWO + b"\n", [(1, ONE), (2, TWO)]),
        (b"\n" + ONE + b"\n\n  \n" + TWO, [(2, ONE), (5, TWO)]),
        (b"[" + ONE + b", " + TWO + b"]", [(1, ONE), (2, TWO)]),
        (b"[\n  " + ONE + b",\n  " + TWO + b"\n]\n", [(1, ONE), (2, TWO)]),
        (b"[]", []),
        (b'{\n  "id": "1"\n}\n', [(1, b'{\n  "id": "1"\n}')]),
        (b"[" + ONE + b"]\n[" + TWO + b"]", [(1, b"[" + ONE + b"]"), (2, b"[" + TWO + b"]")]),
        (b"nonsense\n" + ONE, [(1, b"nonsense"), (2, ONE)]),
        (b"[1,\n" + ONE, [(1, b"[1,"), (2, ONE)]),
        (b"\xff\xfe\n" + ONE, [(1, b"\xff\xfe"), (2, ONE)]),
    ],
)
def test_messages_are_found_where_they_stand(
    tmp_path: Path, content: bytes, expected: list[tuple[int, bytes]]
) -> None:
    assert list(written(tmp_path, content)) == [Placed(*one) for one in expected]


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    lines = ONE + b"\n" + TWO + b"\n"
    assert list(written(tmp_path, gzip.compress(lines))) == [Placed(1, ONE), Placed(2, TWO)]


def test_the_position_tells_the_progress(tmp_path: Path) -> None:
    statements = written(tmp_path, gzip.compress((ONE + b"\n") * 1000))
    assert statements.position == 0
    for _ in statements:
        pass
    assert statements.position == statements.size > 0


def test_broken_gzip_says_what_to_do(tmp_path: Path) -> None:
    statements = written(tmp_path, gzip.compress((ONE + b"\n") * 1000)[:-20])
    with pytest.raises(ConfigurationError, match="fetch it again"):
        list(statements)


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        list(StatementFile(tmp_path))


def test_standard_input_is_read_and_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(ONE + b"\n" + TWO)))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert list(StatementFile(Path("-"))) == [Placed(1, ONE), Placed(2, TWO)]
    assert not stdin.buffer.closed


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES), min_size=1, max_size=6))
def test_lines_and_an_array_hold_the_same(
    tmp_path_factory: pytest.TempPathFactory, statements: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    raw = [encode_json(one) for one in statements]
    lines = [one.raw for one in written(folder, b"\n".join(raw))]
    array = [one.raw for one in written(folder, b"[" + b" ,\n".join(raw) + b"]")]
    assert lines == array == raw


OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)


@given(st.lists(OBJECTS, min_size=1, max_size=5))
def test_objects_are_found_by_brackets_as_by_commas(values: list[object]) -> None:
    for array in (encode_json(values), encode_json_pretty(values).encode()):
        assert split(array) == elements(array)


@given(st.lists(VALUES, max_size=5))
def test_whatever_else_an_array_holds_is_left_to_the_parser(values: list[object]) -> None:
    found = split(encode_json(values))
    if values and all(isinstance(value, dict | list) for value in values):
        assert found == elements(encode_json(values))
    else:
        assert found is None


def test_one_broken_element_leaves_the_others_alone(tmp_path: Path) -> None:
    content = b"[" + ONE + b', {"torn": ], ' + TWO + b"]"
    assert [one.raw for one in written(tmp_path, content)] == [ONE, b'{"torn": ]', TWO]


@given(st.binary(max_size=200))
def test_whatever_a_file_holds_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        messages = list(written(folder, content))
    except ConfigurationError:
        assert content.startswith(b"\x1f\x8b")
    else:
        assert all(message.raw and message.place >= 1 for message in messages)
