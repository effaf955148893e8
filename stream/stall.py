"""A stall is a partition that has events and does not move: end the process, it starts afresh."""

from collections.abc import Mapping
from dataclasses import dataclass

OTHERS_MOVE = 5
"""How many times as long a partition may stand still while others move: its events may be behind
theirs in what is buffered, and starting afresh would not bring them sooner."""


@dataclass(slots=True)
class _Seen:
    applied: int
    since: float


class StallWatch:
    """Remembers since when each partition has had unread events and stood where it stands.

    A quiet partition that has just been sent an event has not stood still for as long as it was
    quiet: time counts from when the event was first seen to be unread.

    Args:
        patience_sec: How long partitions with unread events may all stand still.
    """

    def __init__(self, patience_sec: float) -> None:
        self._patience_sec = patience_sec
        self._seen: dict[int, _Seen] = {}
        self._applied: Mapping[int, int] = {}
        self._moved = 0.0

    def stalled(self, now: float, applied: Mapping[int, int], ends: Mapping[int, int]) -> list[int]:
        """Partitions that have stood still for too long.

        Args:
            now: Seconds of a monotonic clock.
            applied: Offset of the last applied event by owned partition.
            ends: Offset after the last event, by partition; an absent one has none unread.
        """
        if applied != self._applied:
            self._applied, self._moved = dict(applied), now
        self._seen = {
            partition: self._now_at(partition, offset, now)
            for partition, offset in applied.items()
            if ends.get(partition, 0) > offset + 1
        }
        others_move = now - self._moved <= self._patience_sec
        patience_sec = self._patience_sec * (OTHERS_MOVE if others_move else 1)
        return [p for p, seen in self._seen.items() if now - seen.since > patience_sec]

    def _now_at(self, partition: int, offset: int, now: float) -> _Seen:
        seen = self._seen.get(partition)
        return seen if seen is not None and seen.applied == offset else _Seen(offset, now)
