"""Where a demo runs, and what its topics say in the end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from stream.dead_letters import REASON, TOPIC
from stream.demo.readings import Readings
from stream.log import Message
from stream.records import Record
from stream.settings import Settings
from stream.topics import STATEMENTS

_VOIDED = b'"kind":"voided"'


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of the statements, counted in the topics: not what a worker says of itself."""

    accepted: int
    """Statements that became events."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Rejected statements by reason code."""

    @property
    def rejected(self) -> int:
        """Statements in the dead letters."""
        return self.reasons.total()


class Place(Protocol):
    """A stream with one worker: on Kafka and Redis, or in memory."""

    kind: str
    """embedded, external or in-memory."""
    settings: Settings

    async def start(self, reference: Sequence[Message]) -> None:
        """Publish `reference`, start the worker; returns when it is ready for statements."""

    async def publish(self, messages: Sequence[bytes]) -> None:
        """Publish raw messages to the statements' topic; returns when they are acknowledged."""

    async def readings(self) -> Readings:
        """The worker's metrics, over all its lives."""

    async def is_idle(self) -> bool:
        """Whether everything that was published has been handled."""

    async def counted(self) -> Counted:
        """What the topics hold."""

    def queue(self, learner: str) -> bytes | None:
        """The newest queue of a learner key that was published, as JSON."""

    def restarts(self) -> int:
        """How often the worker was started again.

        Raises:
            StepstreamError: where it has ended for good.
        """

    async def stop(self) -> None:
        """End the worker, and wait until it is gone."""


def counted(events: Iterable[Record], letters: Iterable[Record], settings: Settings) -> Counted:
    """Count statements: an event is one, but of a voiding every partition gets a copy."""
    kinds = Counter(_VOIDED in (record.value or b"") for record in events)
    origin = (settings.prefix + STATEMENTS.name).encode()
    headers = (dict(letter.headers) for letter in letters)
    reasons = Counter(h[REASON].decode() for h in headers if h.get(TOPIC) == origin)
    return Counted(kinds[False] + kinds[True] // settings.partitions, reasons)
