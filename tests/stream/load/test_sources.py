"""YAML and JSON as trees: same values as the standard readers, each at its own line."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.load.problem import Malformed
from stream.load.sources import json_tree, yaml_tree
from stream.load.tree import MAX_DEPTH, Items, Node, Pairs, Scalar, plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def value_of(node: Node | None) -> object:
    match node:
        case Scalar(_, value, _):
            return value
        case Items(_, items):
            return [value_of(item) for item in items]
        case Pairs(_, pairs):
            return {key.text: value_of(value) for key, value in pairs if isinstance(key, Scalar)}
    return None


def scalars(node: Node | None) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Items(_, items):
            for item in items:
                yield from scalars(item)
        case Pairs(_, pairs):
            for key, value in pairs:
                yield from scalars(key)
                yield from scalars(value)


@given(value=JSON, indent=st.sampled_from([None, 1, "\t"]), escaped=st.booleans())
def test_json_keeps_every_value(*, value: object, indent: int | str | None, escaped: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert value_of(json_tree(text)) == value


@given(value=JSON, escaped=st.booleans())
def test_every_json_scalar_knows_its_line(*, value: object, escaped: bool) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=escaped)
    lines = text.split("\n")
    for scalar in scalars(json_tree(text)):
        written = lines[scalar.line - 1]
        assert json.dumps(scalar.value, ensure_ascii=escaped) in written or scalar.text in written


@pytest.mark.parametrize("read", [yaml_tree, json_tree])
def test_nodes_know_where_they_begin(read: Callable[[str], Node | None]) -> None:
    root = read('{\n"a":\n  [1,\n   "b"],\n"c": {\n"d": true}}')
    assert root == Pairs(
        1,
        (
            (
                Scalar(2, "a", "a"),
                Items(3, (Scalar(3, 1, "1"), Scalar(4, "b", "b"))),
            ),
            (
                Scalar(5, "c", "c"),
                Pairs(5, ((Scalar(6, "d", "d"), Scalar(6, True, "true")),)),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-03-31", "2026-03-31"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".5", ".5"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("30", 30),
        ("-3", -3),
        ("0.25", 0.25),
        ("1e3", 1000),
        ("2.", 2),
        ("\u0663", "\u0663"),
    ],
)
def test_unquoted_text_means_what_it_looks_like(text: str, value: object) -> None:
    found = plain(1, text)
    assert found.value == value
    assert type(found.value) is type(value)
    assert found.text == text


def test_quoted_yaml_is_text() -> None:
    assert value_of(yaml_tree("a: '30'\nb: \"true\"\nc: |\n  null\n")) == {
        "a": "30",
        "b": "true",
        "c": "null\n",
    }


@pytest.mark.parametrize("read", [yaml_tree, json_tree])
def test_depth_is_bounded(read: Callable[[str], Node | None]) -> None:
    allowed = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert read(allowed) is not None
    with pytest.raises(Malformed, match="nested deeper"):
        read(f"[{allowed}]")


@pytest.mark.parametrize("read", [yaml_tree, json_tree])
def test_a_mountain_of_brackets_is_refused(read: Callable[[str], Node | None]) -> None:
    with pytest.raises(Malformed):
        read("[" * 100_000)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (BOMB, 2, r"\*a: aliases are not read; write it out"),
        ("x: 1\ny: !!python/object:os.system ls\n", 2, "tags are not read; leave it out"),
        ("x: !secret [1]\n", 1, "!secret: tags are not read"),
        ("a: 1\n---\na: 2\n", 2, "second document"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "is not YAML"),
        ("a: 1\n\tb: 2\n", 2, "is not YAML"),
        ("a: 1\nb: \x07\n", 2, "is not YAML"),
    ],
)
def test_yaml_that_is_refused(text: str, line: int, said: str) -> None:
    with pytest.raises(Malformed, match=said) as refused:
        yaml_tree(text)
    assert refused.value.line == line


def test_json_that_is_refused() -> None:
    with pytest.raises(Malformed, match="is not JSON") as refused:
        json_tree('{"a": 1,\n "b": }')
    assert refused.value.line == 2


LINES = st.text("[]{}:,-&*!'\"#|>?% \n\tab1", max_size=60)


@given(LINES | st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_nothing_but_malformed_is_ever_raised(text: str) -> None:
    for read in (yaml_tree, json_tree):
        with suppress(Malformed):
            read(text)


@given(LINES)
def test_what_is_malformed_is_so_in_a_line_that_exists(text: str) -> None:
    for read in (yaml_tree, json_tree):
        assert 0 <= line_of_fault(read, text) <= text.count("\n") + 1


def line_of_fault(read: Callable[[str], Node | None], text: str) -> int:
    try:
        read(text)
    except Malformed as refused:
        return refused.line
    return 0
