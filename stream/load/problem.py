"""What can be wrong with a file, as values with file and line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

Report = Callable[[int, str], None]
"""Takes the line and the text of one problem of the file at hand."""

_MOST_COMPARED = 1_000
"""Comparing a misspelt word with more words than this would take longer than it helps."""


class Malformed(Exception):
    """A file that cannot be read on; becomes a `Problem` before anybody else sees it."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that somebody must change in a file."""

    file: Path
    line: int
    """Counted from 1."""
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A question to put behind a message about an unknown `word`; empty where none is near."""
    known = set(words)
    near = get_close_matches(word, sorted(known), 1) if len(known) <= _MOST_COMPARED else []
    return f"; did you mean {near[0]}?" if near else ""
