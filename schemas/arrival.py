"""A statement on its way in, and what was known of it before."""

from typing import NamedTuple


class Arrival(NamedTuple):
    """A statement that was received and is in Kafka not yet."""

    key: int
    """64 bits of its tenant and id, under which its receipt is kept."""
    learner: str
    digest: str
    """Of its content, as short as a receipt keeps it."""


class Known(NamedTuple):
    """What was there before an arrival."""

    digest: str
    """Of the content; empty where the statement was voided."""
    applied: bool
    """Whether the engine has it for good; else it has only been received."""
