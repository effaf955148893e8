"""Events that have been, each with its place in the log: what everything offline reads."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from schemas.event import LearningEvent

Offsets = Mapping[int, int]
"""Partition -> offset of an event; -1, or no entry, where there is none before."""


class Archived(NamedTuple):
    """One event of `learning.events`."""

    partition: int
    offset: int
    logged_at: float
    """When the log had it, POSIX seconds."""
    event: LearningEvent


class Source(Protocol):
    """Events to read, as often as one likes."""

    def ends(self) -> dict[int, int]:
        """Offset of the last event of each partition."""

    def count(self, after: Offsets, up_to: Offsets) -> int:
        """How many events `read` would give; for progress, so a close guess will do."""

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        """Events with `after < offset <= up_to` by partition; nothing of partitions not in `up_to`.

        A partition's events come in offset order; among partitions the earliest `logged_at` comes
        first, and of equal ones the lowest partition: always in the same order. Each offset once.
        """
