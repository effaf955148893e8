"""Files of statements: JSON lines, plain or gzip, or one JSON array."""

import gzip
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from schemas.errors import ConfigurationError
from schemas.statement.decoding import elements, parse

_GZIP = b"\x1f\x8b"
_LARGEST_WHOLE = 1 << 30
"""A file is only read whole, to see whether it is one JSON value, up to so many bytes."""
_UP_TO_BRACKET = re.compile(
    rb'[^]["{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^]["{}]*+)*+([][{}])', re.DOTALL
)
_OPENING = (b"[", b"{")
_INSIDE = 2

_Stream: TypeAlias = BufferedReader | gzip.GzipFile


class Placed(NamedTuple):
    """A message and where it stands."""

    place: int
    """Its line, or its place in the array; counted from 1."""
    raw: bytes


class StatementFile:
    """A file that is read once, from its beginning; `-` is the standard input.

    Each line, or each element of the array, is a message: a statement or an array of them, valid
    or not. Blank lines are none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = 0 if _is_stdin(path) else path.stat().st_size
        """Bytes on disk; 0 where nobody can tell."""
        self.position = 0
        """Bytes on disk that have been read."""

    def __iter__(self) -> Iterator[Placed]:
        """The messages in their order.

        Raises:
            ConfigurationError: where the file cannot be read to its end.
        """
        with _explained(self._path), _opened(self._path) as source:
            for message in _messages(_unpacked(source)):
                self.position = source.tell() if self.size else 0
                yield message


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ConfigurationError(f"{path} is broken gzip ({error}): fetch it again") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    if not _is_stdin(path):
        with path.open("rb") as source:
            yield source
        return
    stdin: Any = sys.stdin.buffer  # typeshed wants a RawIOBase; any reader of bytes will do
    reader = BufferedReader(stdin)
    yield reader
    reader.detach()


def _is_stdin(path: Path) -> bool:
    return str(path) == "-"


def _unpacked(source: BufferedReader) -> _Stream:
    is_packed = source.peek(len(_GZIP))[: len(_GZIP)] == _GZIP
    return gzip.GzipFile(fileobj=source) if is_packed else source


def _messages(stream: _Stream) -> Iterator[Placed]:
    head = stream.readline()
    if isinstance(parse(head), dict):
        return _lines(chain([head], stream))
    whole = head + stream.read(_LARGEST_WHOLE) + stream.readline()
    if (found := split(whole)) is not None:
        return map(Placed._make, enumerate(found, 1))
    value = parse(whole)
    if isinstance(value, list):
        return map(Placed._make, enumerate(elements(whole), 1))
    if isinstance(value, dict):
        return iter([Placed(1, whole.strip())])
    return _lines(chain(whole.split(b"\n"), stream))


def split(array: bytes) -> list[bytes] | None:
    """The exact bytes of each element of an array of objects; None where `array` is none.

    Only brackets and strings are looked at, which takes half as long as parsing: an element may
    still turn out to be no JSON.
    """
    found: list[bytes] = []
    seen, before = 0, b"["
    for start, end in _inner(array):
        if array[seen:start].strip() != before:
            return None
        found.append(array[start:end])
        seen, before = end, b","
    return found if array[seen:].strip() == b"]" else None


def _inner(array: bytes) -> Iterator[tuple[int, int]]:
    """Where the brackets inside the outermost ones open and close."""
    depth = start = 0
    for found in _UP_TO_BRACKET.finditer(array):
        if found[1] in _OPENING:
            depth += 1
            start = found.start(1) if depth == _INSIDE else start
        else:
            if depth == _INSIDE:
                yield start, found.end()
            depth -= 1


def _lines(lines: Iterable[bytes]) -> Iterator[Placed]:
    stripped = ((place, line.strip()) for place, line in enumerate(lines, 1))
    return (Placed(place, line) for place, line in stripped if line)
