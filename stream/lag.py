"""How far the consumer group is behind, as Kafka itself knows it.

Whoever runs tells it of all partitions, so that a worker that stands still is seen by the others.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping

from schemas.errors import Unavailable
from stream import clock
from stream.kafka import Admin
from stream.metrics import Metrics
from stream.settings import Settings
from stream.topics import EVENTS, STATEMENTS

_EVERY_SEC = 5.0
_MOST_MARKS = 720

Progress = Mapping[int, tuple[int, int]]
"""Partition -> the offset that is read next, and the one after the last message."""

_log = logging.getLogger("stepstream")


class Backlog:
    """Since when the oldest unread message of each partition of a topic has been seen."""

    def __init__(self) -> None:
        self._marks: dict[int, deque[tuple[float, int]]] = {}

    def seconds(self, now: float, progress: Progress) -> dict[int, float]:
        """By partition, 0 where nothing is unread.

        Args:
            now: seconds of a monotonic clock; grows from call to call.
            progress: as Kafka has it.
        """
        return {part: self._wait(part, now, *offsets) for part, offsets in progress.items()}

    def _wait(self, partition: int, now: float, read: int, end: int) -> float:
        marks = self._marks.setdefault(partition, deque())
        if not marks or marks[-1][1] < end:
            marks.append((now, end))
        while marks and marks[0][1] <= read:
            marks.popleft()
        if len(marks) > _MOST_MARKS:
            del marks[1]
        return now - marks[0][0] if marks else 0.0


class LagWatch:
    """Keeps the metrics of a consumer group up to date."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._backlogs = {settings.prefix + one.name: Backlog() for one in (STATEMENTS, EVENTS)}

    async def run(self) -> None:
        """Look every few seconds, until cancelled; what Kafka does not tell waits."""
        admin = Admin(self._settings.kafka)
        while True:
            for topic in self._backlogs:
                try:
                    found = await asyncio.to_thread(admin.progress, self._settings.group, topic)
                except Unavailable as error:
                    _log.warning("%s", error)
                else:
                    self.take(topic, found, clock.monotonic())
            await asyncio.sleep(_EVERY_SEC)

    def take(self, topic: str, found: Progress, now: float) -> None:
        """Bring the metrics of a topic up to date.

        Args:
            topic: its full name.
            found: what Kafka tells.
            now: seconds of a monotonic clock.
        """
        waits = self._backlogs[topic].seconds(now, found)
        for partition, (read, end) in found.items():
            labels = self._settings.group, topic, str(partition)
            self._metrics.lag.labels(*labels).set(end - read)
            self._metrics.lag_seconds.labels(*labels).set(waits[partition])
            self._metrics.committed.labels(*labels).set(read)
