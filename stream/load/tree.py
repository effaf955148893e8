"""What a file says, as a tree whose every node knows its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeAlias

from stream.load.problem import Malformed

MAX_DEPTH = 16
"""Reference data is at most five levels deep; whatever is deeper means no good."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value."""

    line: int
    value: str | float | bool | None
    text: str
    """As it was written, without quotes."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping in the order of the file, repeated keys included."""

    line: int
    pairs: tuple[tuple["Node", "Node"], ...]


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where a list ("[", "]") or a mapping ("{", "}") begins or ends."""

    line: int
    sign: str


Node: TypeAlias = Scalar | Items | Pairs
Token: TypeAlias = Scalar | Bracket


def tree(tokens: Iterator[Token]) -> Node | None:
    """The tree of balanced `tokens`; None where there are none.

    Raises:
        Malformed: where it is deeper than `MAX_DEPTH`.
    """
    nodes = tuple(_nodes(tokens, 0))
    return nodes[0] if nodes else None


def _nodes(tokens: Iterator[Token], depth: int) -> Iterator[Node]:
    return (_node(token, tokens, depth) for token in takewhile(_goes_on, tokens))


def _node(token: Token, tokens: Iterator[Token], depth: int) -> Node:
    if isinstance(token, Scalar):
        return token
    if depth == MAX_DEPTH:
        raise Malformed(token.line, f"is nested deeper than {MAX_DEPTH} levels")
    inner = tuple(_nodes(tokens, depth + 1))
    if token.sign == "[":
        return Items(token.line, inner)
    return Pairs(token.line, tuple(zip(inner[::2], inner[1::2], strict=True)))


def _goes_on(token: Token) -> bool:
    return isinstance(token, Scalar) or token.sign in "[{"


def plain(line: int, text: str) -> Scalar:
    """The value that unquoted `text` means, by YAML 1.2's core schema without octal and hex.

    Not YAML 1.1's: there "no" is false, 12:30 is 750 and 2026-03-31 is no text.
    """
    return Scalar(line, _WORDS[text] if text in _WORDS else _number(text), text)


def _number(text: str) -> str | float:
    """The number that `text` is; what has leading zeros is a code, not a number."""
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    return int(value) if value.is_integer() else value


_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*)(\.\d*)?([eE][-+]?\d+)?", re.ASCII)
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
