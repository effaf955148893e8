"""Where a demo's statements come from, and how fast."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from online_models.prequential import Prequential
from schemas.codec import JsonError, decode_json
from stream.clock import Clock
from stream.demo.learners import SimulatedLearners
from stream.statement_files import StatementFile

_MOST_AT_ONCE = 500
_NEWEST_ANSWERS = 6000
"""As many as the worker's windows of 500 hold in 12 partitions."""
Queued = Callable[[str], Sequence[str]]
"""Typed identifier of a learner -> activity ids of their queue."""


class Source(Protocol):
    """Gives raw messages."""

    def take(self, count: int, now: float) -> list[bytes]:
        """The next `count` messages at `now` (POSIX seconds); fewer at the end, none after it."""

    def best_auc(self) -> float | None:
        """The AUC of somebody who knew the truth behind each answer; None where nobody can."""


class Simulation:
    """Messages of simulated learners, for `seconds` from the first one on."""

    def __init__(self, learners: SimulatedLearners, seconds: float, queued: Queued) -> None:
        self._learners = learners
        self._seconds = seconds
        self._queued = queued
        self._end: float | None = None

    def take(self, count: int, now: float) -> list[bytes]:
        """See `Source.take`."""
        if self._end is None:
            self._end = now + self._seconds
        if now >= self._end:
            return []
        return self._learners.next_statements(now, count, self._queued)

    def best_auc(self) -> float | None:
        """See `Source.best_auc`; over about the answers that the worker's own is over."""
        quality = Prequential()
        answers = self._learners.answers
        for answer in islice(reversed(answers), _NEWEST_ANSWERS):
            quality.update(answer.probability, answer.probability, float(answer.success))
        return quality.read().auc


class File:
    """Messages of a file."""

    def __init__(self, path: Path) -> None:
        self._messages = iter(StatementFile(path))

    def take(self, count: int, now: float) -> list[bytes]:  # noqa: ARG002  (a file has no clock)
        """See `Source.take`."""
        return [message.raw for message in islice(self._messages, count)]

    def best_auc(self) -> None:
        """See `Source.best_auc`."""


class Pace:
    """How many messages are due: `rate` a second; 0 means as fast as possible."""

    def __init__(self, rate: float, now: Clock) -> None:
        self._rate = rate
        self._now = now
        self._start = now()
        self._given = 0

    def due(self) -> int:
        """Messages that are due now, 500 at most; those asked for count as sent."""
        count = _MOST_AT_ONCE
        if self._rate > 0:
            late = int((self._now() - self._start) * self._rate) - self._given
            count = max(0, min(late, _MOST_AT_ONCE))
        self._given += count
        return count


def statements_in(message: bytes) -> int:
    """How many statements a message counts for: the elements of an array, else one."""
    if not message.lstrip().startswith(b"["):
        return 1
    try:
        found = decode_json(message)
    except JsonError:
        return 1
    return len(found) if isinstance(found, list) else 1


def statements(messages: Iterator[bytes] | Sequence[bytes]) -> int:
    """The same for many messages."""
    return sum(map(statements_in, messages))
