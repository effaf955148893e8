"""A stall is a partition that has events and does not move: end the process, it starts afresh."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class _Seen:
    applied: int
    since: float


class StallWatch:
    """Remembers since when each partition has had unread events and stood where it stands.

    A quiet partition that has just been sent an event has not stood still for as long as it was
    quiet: time counts from when the event was first seen to be unread.

    Args:
        patience_sec: How long a partition with unread events may stand still.
    """

    def __init__(self, patience_sec: float) -> None:
        self._patience_sec = patience_sec
        self._seen: dict[int, _Seen] = {}

    def stalled(self, now: float, applied: Mapping[int, int], ends: Mapping[int, int]) -> list[int]:
        """Partitions that have stood still for too long.

        Args:
            now: Seconds of a monotonic clock.
            applied: Offset of the last applied event by owned partition.
            ends: Offset after the last event, by partition; an absent one has none unread.
        """
        self._seen = {
            partition: self._now_at(partition, offset, now)
            for partition, offset in applied.items()
            if ends.get(partition, 0) > offset + 1
        }
        return [p for p, seen in self._seen.items() if now - seen.since > self._patience_sec]

    def _now_at(self, partition: int, offset: int, now: float) -> _Seen:
        seen = self._seen.get(partition)
        return seen if seen is not None and seen.applied == offset else _Seen(offset, now)
