"""The form that all sources have."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from processors.learner_view import LearnerView
from processors.reference import Entry
from schemas.queue import ReasonCode


class Found(NamedTuple):
    """A candidate, and what its source says for it."""

    entry: Entry
    signal: ReasonCode | None = None
    """None where the gaps of the learner speak for it, which ranking sees itself."""
    strength: float = 0.0
    """In [0, 1]; for duties the time that they are due (POSIX seconds)."""


class Stream(NamedTuple):
    """Candidates in order of preference; at most `most` legal ones are taken."""

    found: Iterator[Found]
    most: int


Source = Callable[[LearnerView], Iterator[Stream]]
