"""The log's contract: where messages are sent. Kafka is behind it, or its twin in memory."""

from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be sent."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int = -1
    """-1 lets the key decide."""


class Log(Protocol):
    """Takes messages, in order, and knows when it has them for good."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Returns when every one of `messages` is acknowledged.

        Raises:
            Unavailable: where one was not taken within the delivery time.
        """

    def submit(self, messages: Sequence[Message]) -> Future[None]:
        """Hand `messages` over; the future is done when all are acknowledged."""
