"""Publishing from a program without an event loop: all acknowledged by Kafka, or an error."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from schemas.errors import Unavailable
from stream.clock import Clock
from stream.log import Message
from stream.statement_files import Placed

LARGEST_BYTES = 12_000_000
"""A larger message does not fit into any topic."""


class Sender(Protocol):
    """What sends: `stream.kafka.Publisher`, or a twin in tests."""

    def send_blocking(self, message: Message, delivered: Callable[[Any, Any], None]) -> None:
        """Hand one message over; `delivered` is told the error, or None, in any thread."""

    def flush(self) -> int:
        """Wait for all that was handed over; returns how many are still waiting."""


def send_all(messages: Iterable[Message], sender: Sender) -> int:
    """Send `messages` in order; returns how many there were, once Kafka has acknowledged them.

    Raises:
        Unavailable: where Kafka did not take all of them; says how many it took.
    """
    tally = _Tally()
    sent = 0
    for message in messages:
        sender.send_blocking(message, tally.count)
        sent += 1
    left = _drain(sender)
    if left or tally.error is not None:
        why = tally.error.str() if tally.error is not None else "it does not answer"
        raise Unavailable(
            f"Kafka took {tally.acknowledged} of {sent} messages ({why}): run the command again "
            "when it answers; what it holds already counts once"
        )
    return sent


class StatementMessages:
    """Turns what a file holds into messages of `topic`; what is too large is left out."""

    def __init__(self, placed: Iterable[Placed], topic: str) -> None:
        self._placed = placed
        self._topic = topic
        self.too_large: list[int] = []
        """Places of messages that no topic takes."""

    def __iter__(self) -> Iterator[Message]:
        """The messages in their order."""
        for place, raw in self._placed:
            if len(raw) <= LARGEST_BYTES:
                yield Message(self._topic, raw)
            else:
                self.too_large.append(place)


def paced(
    messages: Iterable[Message], rate: float, now: Clock, sleep: Callable[[float], object]
) -> Iterator[Message]:
    """`messages`, at most `rate` a second; 0 lets them pass as fast as they can."""
    start = now()
    for count, message in enumerate(messages):
        early = start + count / rate - now() if rate > 0 else 0.0
        if early > 0:
            sleep(early)
        yield message


def _drain(sender: Sender) -> int:
    """Wait as long as it gets fewer; returns how many are left."""
    left = sender.flush()
    while left and (fewer := sender.flush()) < left:
        left = fewer
    return left


class _Tally:
    def __init__(self) -> None:
        self.acknowledged = 0
        self.error: Any = None
        self._lock = threading.Lock()

    def count(self, error: Any, _message: object) -> None:
        with self._lock:
            self.error = error or self.error
            self.acknowledged += error is None
