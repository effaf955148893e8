"""A message as the agents see it, from Kafka or from the log in memory."""

from typing import NamedTuple


class RawRecord(NamedTuple):
    """One message."""

    topic: str
    partition: int
    offset: int
    timestamp: float
    """When the log took it; POSIX seconds."""
    value: bytes
