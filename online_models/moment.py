"""What the relevance model is told, and what it answers."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from online_models.weights import Keys

MAX_RECENT = 32
"""Activities of a learner that are looked at."""


class Moment(NamedTuple):
    """A learner who is about to turn to something."""

    recent: Keys
    """What the learner did of late, newest first, each once: 64-bit hashes, uint64 (n,)."""
    at: float
    """POSIX seconds."""
    cohorts: tuple[int, ...] = ()
    """Groups of similar learners (role, cohort): 64-bit hashes."""

    @classmethod
    def of(cls, recent: Sequence[int], at: float, cohorts: tuple[int, ...] = ()) -> "Moment":
        """The same from plain numbers."""
        return cls(np.array(recent, np.uint64), at, cohorts)


class Duel(NamedTuple):
    """Which of two items did a learner turn to, the one or the other?

    One is the item that was visited, the other one that was not; who is the one is drawn.
    """

    predicted: float
    """P(the one)."""
    baseline: float
    """The same, were all items visited as often as they were so far."""
    outcome: float
    """1 where it was the one, else 0."""


class Description(NamedTuple):
    """What an item is about, as 64-bit hashes: known before anybody has visited it."""

    skills: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    """Words of title and description, and the kind of content."""


class Ground(Enum):
    """What a count is about."""

    AFTER = "after"
    """Visits to the source that were soon followed by the item, of all visits to the source."""
    COHORT = "cohort"
    """Visits to the item by the source, a cohort, of all its visits."""
    ALL = "all"
    """Visits to the item, of all visits; there is no source."""


class Because(NamedTuple):
    """The strongest thing that visits say for an item; counts fade with time."""

    kind: Ground
    source: int
    times: float
    of: float
    """Above 0."""
