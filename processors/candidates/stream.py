"""The form that all sources have."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from processors.learner_view import LearnerView
from processors.reference import Entry


@dataclass(slots=True)
class Candidate:
    """An activity that may be offered, and what the sources say for it.

    Of what the gaps of the learner say for it nothing stands here: ranking sees that itself.
    """

    entry: Entry
    continues: float = 0.0
    """How far it was begun, in [0, 1]."""
    similar: float = 0.0
    """Probability that it is the next, above what chance would give it, in [0, 1]."""
    due_at: float | None = None
    """When it must be finished (POSIX seconds), where that is near."""
    is_new: bool = False
    """Exploration proposes it."""


class Stream(NamedTuple):
    """Activities in order of preference, legal or not."""

    entries: Iterable[Entry]
    most: int
    """How many legal ones are taken."""
    note: Callable[[Candidate], None] | None = None
    """Notes what speaks for a candidate of this stream."""


Source = Callable[[LearnerView], Iterator[Stream]]
