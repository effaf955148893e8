"""YAML and JSON text -> tree, with the line of everything in it."""

import re
from collections.abc import Iterator

import yaml

from schemas.codec import JsonError, decode_json
from stream.load.problem import Malformed
from stream.load.tree import Bracket, Node, Scalar, Token, plain, tree

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: some ten times faster, same events."""
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+')
_SIGNS = frozenset("[]{}")


def yaml_tree(text: str) -> Node | None:
    """The tree of one YAML document; built from parser events, so nothing is ever constructed.

    Raises:
        Malformed: where `text` is no YAML, holds several documents, aliases, or tags of its own.
    """
    try:
        return tree(_yaml_tokens(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, len(text.splitlines())) if mark else 1
        raise Malformed(line, f"is not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Malformed(line, f"is not YAML: {error.reason}") from None


def _yaml_tokens(text: str) -> Iterator[Token]:
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise Malformed(_line(event), "holds a second document; put it into another file")
        yield from _yaml_token(event)


def _yaml_token(event: yaml.Event) -> Iterator[Token]:
    if isinstance(event, yaml.AliasEvent):
        raise Malformed(_line(event), f"*{event.anchor}: aliases are not read; write it out")
    if (tag := getattr(event, "tag", None)) not in _TAGS:
        raise Malformed(_line(event), f"{tag}: tags are not read; leave it out")
    if isinstance(event, yaml.ScalarEvent):
        is_plain = event.implicit[0] and not event.style
        yield plain(_line(event), event.value) if is_plain else _quoted(event)
    elif type(event) in _BRACKETS:
        yield Bracket(_line(event), _BRACKETS[type(event)])


def _quoted(event: yaml.ScalarEvent) -> Scalar:
    return Scalar(_line(event), event.value, event.value)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


_TAGS = (None, "!", "tag:yaml.org,2002:str")
_BRACKETS: dict[type[yaml.Event], str] = {
    yaml.SequenceStartEvent: "[",
    yaml.SequenceEndEvent: "]",
    yaml.MappingStartEvent: "{",
    yaml.MappingEndEvent: "}",
}


def json_tree(text: str) -> Node | None:
    """The tree of one JSON document.

    Raises:
        Malformed: where `text` is no JSON.
    """
    try:
        decode_json(text)
    except JsonError as error:
        raise Malformed(error.lineno, f"is not JSON: {error.msg}") from None
    return tree(_json_tokens(text))


def _json_tokens(text: str) -> Iterator[Token]:
    """Brackets and scalars of valid JSON; commas and colons say nothing that order does not."""
    line, seen = 1, 0
    for match in _JSON_TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, match.start()), match.start()
        found = match.group()
        yield Bracket(line, found) if found in _SIGNS else _json_scalar(line, found)


def _json_scalar(line: int, text: str) -> Scalar:
    value = decode_json(text)
    return Scalar(line, value, value if isinstance(value, str) else text)
