"""Answers of learners as files have them: one row an answer, in replay order."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import TextIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ConfigurationError

COLUMNS = ("user_id", "item_id", "skill_ids", "correct", "timestamp_or_order")
"""What a file holds. Skills are separated by `;` and may be none; correct lies in [0, 1]."""

Numbers: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Answers:
    """Rows by column. Names are numbered in the order in which the file mentions them first."""

    users: Sequence[str]
    items: Sequence[str]
    skill_sets: Sequence[tuple[str, ...]]
    user: Places
    """Of each row: its place in `users`."""
    item: Places
    """Of each row: its place in `items`."""
    skill_set: Places
    """Of each row: its place in `skill_sets`."""
    correct: Numbers
    """Of each row: in [0, 1], 1 where the answer was right."""
    ticks: Numbers
    """Of each row: when it was, by the clock of the file."""

    def __len__(self) -> int:
        return len(self.correct)

    def first(self, rows: int) -> "Answers":
        """The first `rows` of these answers; all names stay."""
        return Answers(
            self.users,
            self.items,
            self.skill_sets,
            self.user[:rows],
            self.item[:rows],
            self.skill_set[:rows],
            self.correct[:rows],
            self.ticks[:rows],
        )


def read_answers(path: Path, rows: int | None = None) -> Answers:
    """The answers of `path`, plain or gzip; the first `rows` of them where that is given.

    Raises:
        ConfigurationError: where the file cannot be read, its columns are others, a row cannot be
            used, or there is none; names file and line, and says what to do.
    """
    columns = _Columns()
    with _explained(path), _opened(path) as text:
        lines = csv.reader(text)
        _check_header(path, next(lines, []))
        for row in islice(filter(None, lines), rows):
            try:
                columns.add(row)
            except ValueError as error:
                raise ConfigurationError(
                    f"{path}, line {lines.line_num}: {error}; correct or remove the line"
                ) from None
    if not columns.correct:
        raise ConfigurationError(f"{path} holds no answers, only its columns: add rows")
    return columns.answers()


def _check_header(path: Path, found: list[str]) -> None:
    if tuple(found) != COLUMNS:
        said = f"begins with {','.join(found)[:80]!r}" if found else "is empty"
        raise ConfigurationError(f"{path} {said}: its first line must be {','.join(COLUMNS)}")


@dataclass(slots=True)
class _Columns:
    """Answers as they are read."""

    users: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    skill_sets: dict[str, int] = field(default_factory=dict)
    user: list[int] = field(default_factory=list)
    item: list[int] = field(default_factory=list)
    skill_set: list[int] = field(default_factory=list)
    correct: list[float] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)

    def add(self, row: list[str]) -> None:
        """Take a row in.

        Raises:
            ValueError: says what is wrong with it; nothing of it counts then.
        """
        if len(row) != len(COLUMNS):
            raise ValueError(f"there are {len(row)} fields, not {len(COLUMNS)}")
        user, item, skills, *numbers = row
        if not user or not item:
            raise ValueError(f"the {'user' if item else 'item'} has no name")
        correct, ticks = map(_number, COLUMNS[3:], numbers)
        if not 0.0 <= correct <= 1.0:
            raise ValueError(f"correct is {correct:g}, which does not lie in [0, 1]")
        self.user.append(self.users.setdefault(user, len(self.users)))
        self.item.append(self.items.setdefault(item, len(self.items)))
        self.skill_set.append(self.skill_sets.setdefault(skills, len(self.skill_sets)))
        self.correct.append(correct)
        self.ticks.append(ticks)

    def answers(self) -> Answers:
        """What was taken in."""
        return Answers(
            tuple(self.users),
            tuple(self.items),
            tuple(map(_skills, self.skill_sets)),
            np.array(self.user, np.int64),
            np.array(self.item, np.int64),
            np.array(self.skill_set, np.int64),
            np.array(self.correct),
            np.array(self.ticks),
        )


def _number(column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or value < 0.0:
        raise ValueError(f"{column} is {text!r}, which is no number from 0 up")
    return value


def _skills(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.split(";")))))


def read_names(path: Path) -> tuple[str, ...]:
    """The names in `path`, one a line, each once.

    Raises:
        ConfigurationError: where the file cannot be read or names nobody.
    """
    with _explained(path), _opened(path) as text:
        names = tuple(dict.fromkeys(filter(None, map(str.strip, text))))
    if not names:
        raise ConfigurationError(f"{path} names nobody: write one user a line")
    return names


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ConfigurationError(f"{path} is broken gzip ({error}): fetch it again") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{path} is no text in UTF-8 ({error}): convert it") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror}): check it") from error


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    with path.open("rb") as source:
        is_packed = source.peek(len(_GZIP))[: len(_GZIP)] == _GZIP
        stream = gzip.GzipFile(fileobj=source) if is_packed else source
        with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            yield text
