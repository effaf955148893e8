"""A message as it is read, from Kafka or from the log in memory."""

from typing import NamedTuple


class RawRecord(NamedTuple):
    """One message as the agents see it."""

    topic: str
    partition: int
    offset: int
    timestamp: float
    """When the log took it; POSIX seconds."""
    value: bytes


class Record(NamedTuple):
    """One message whole; `value` None is a tombstone."""

    topic: str
    partition: int
    offset: int
    timestamp: float
    """When the log took it; POSIX seconds."""
    value: bytes | None
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
