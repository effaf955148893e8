"""Kafka to the archive: each offset once, whatever is killed when.

Where a partition is read from is what the names of the archive's files say, never what Kafka's
group remembers: a file is in place or it is not, so the next archiver goes on exactly behind it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from offline.archive.appending import Appender, spans_of
from offline.archive.compaction import compact
from offline.archive.listing import Archive, Gap
from offline.archive.rows import Row
from offline.archive.schemas import SCHEMAS
from schemas.errors import Corrupt
from stream.clock import Clock
from stream.kafka_group import Part
from stream.metrics import Metrics
from stream.records import Record

_log = logging.getLogger("stepstream")


@dataclass(frozen=True, slots=True)
class Limits:
    """When what waits is put into files."""

    rows: int = 50_000
    """Messages that wait, of all partitions together,"""
    size: int = 64 * 1024 * 1024
    """or their bytes,"""
    seconds: float = 60.0
    """or the time that the first of them has waited."""


class Bounds(Protocol):
    """What Kafka has: `stream.kafka_group.GroupReader`, or a twin in tests."""

    def bounds(self, part: Part, *, known: bool = False) -> tuple[int, int]:
        """First offset of a partition, and the one after its last."""


class _Owned:
    """One partition that is being archived."""

    def __init__(self, appenders: Sequence[Appender], end: int) -> None:
        self.appenders = list(appenders)
        self.end = end
        """Offset after the last message when it was taken over."""

    @property
    def next(self) -> int:
        """The offset that is missing first."""
        return next(one.next for one in self.appenders if not one.done)

    def add(self, row: Row) -> Iterator[Gap]:
        for appender in self.appenders:
            if (gap := appender.add(row)) is not None:
                yield gap

    def flush(self) -> int:
        files = sum(len(appender.flush()) for appender in self.appenders)
        self.appenders = [one for one in self.appenders if not one.done]
        return files


class Archiver:
    """Archives the partitions that it owns.

    Args:
        archive: where to.
        bounds: what Kafka has.
        limits: when to write.
        metrics: what is counted.
        monotonic: measures how long messages wait.
    """

    def __init__(
        self,
        archive: Archive,
        bounds: Callable[[], Bounds],
        limits: Limits,
        metrics: Metrics,
        monotonic: Clock,
    ) -> None:
        self._archive = archive
        self._bounds = bounds
        self._limits = limits
        self._metrics = metrics
        self._monotonic = monotonic
        self._owned: dict[Part, _Owned] = {}
        self._since: float | None = None
        self.archived = 0
        """Messages that are in files."""

    def take(self, parts: Sequence[Part]) -> Mapping[Part, int]:
        """These partitions are ours; returns where each must be read from.

        Raises:
            Corrupt: where the archive has more than Kafka ever had.
            Unavailable: where the place or Kafka cannot be reached.
        """
        for topic in sorted({topic for topic, _ in parts}):
            listing = self._archive.listing(self._plain(topic))
            for part in (one for one in parts if one[0] == topic):
                self._archive.clear_partial(listing.topic, part[1])
                low, high = self._bounds().bounds(part)
                spans = spans_of(listing, part[1], low)
                if spans[-1].first > high:
                    raise Corrupt(
                        f"the archive has offsets of {topic}/{part[1]} up to {spans[-1].first - 1},"
                        f" Kafka only up to {high - 1}: the topic was made anew; name another "
                        "place in STEPSTREAM_ARCHIVE"
                    )
                appenders = [Appender(self._archive, listing.topic, part[1], s) for s in spans]
                self._owned[part] = _Owned(appenders, high)
                self._notice(part, appenders[-1].lost(low))
                if low and part[1] not in listing.files:
                    _log.warning("%s/%d: Kafka has it from offset %d on only", *part, low)
        return {part: self._owned[part].next for part in parts}

    def give(self, parts: Sequence[Part]) -> None:
        """These partitions go to somebody else: what waits is put into files first."""
        try:
            self._flush([part for part in parts if part in self._owned])
        finally:
            self.lose(parts)

    def lose(self, parts: Sequence[Part]) -> None:
        """Somebody else has these partitions: what waits is theirs to archive."""
        for part in parts:
            self._owned.pop(part, None)

    def add(self, records: Iterable[Record]) -> None:
        """Messages, in the order of each partition."""
        for record in records:
            part = (record.topic, record.partition)
            owned = self._owned.get(part)
            if owned is None:
                continue
            if record.offset > owned.next:
                self._look_for_lost(part, owned, record.offset)
            for gap in owned.add(
                Row(record.offset, record.timestamp, record.key, record.value, record.headers)
            ):
                self._notice(part, gap)
            if self._since is None:
                self._since = self._monotonic()

    def _look_for_lost(self, part: Part, owned: _Owned, offset: int) -> None:
        """In a compacted topic holes are in order; what retention has deleted is not."""
        if SCHEMAS[self._plain(part[0])].holes and len(owned.appenders) == 1:
            low, _ = self._bounds().bounds(part, known=True)
            self._notice(part, owned.appenders[0].lost(min(low, offset)))

    def _notice(self, part: Part, gap: Gap | None) -> None:
        if gap is None:
            return
        count = gap.last - gap.first + 1
        self._metrics.archive_lost.labels(self._plain(part[0])).inc(count)
        _log.warning(
            "%s/%d: offsets %d to %d (%d) are not in Kafka any more and are missing in the archive:"
            " archive more often, or keep them longer in Kafka",
            *part,
            gap.first,
            gap.last,
            count,
        )

    def is_due(self) -> bool:
        """Whether what waits should be put into files now."""
        rows, size = self._waiting()
        self._metrics.archive_waiting.set(size)
        if self._since is None or not rows:
            return False
        return (
            rows >= self._limits.rows
            or size >= self._limits.size
            or self._monotonic() - self._since >= self._limits.seconds
        )

    def _waiting(self) -> tuple[int, int]:
        appenders = [one for owned in self._owned.values() for one in owned.appenders]
        return sum(one.rows for one in appenders), sum(one.bytes for one in appenders)

    def flush(self) -> None:
        """Put all that waits into files.

        Raises:
            Unavailable: where the place does not take them; what is there is whole.
        """
        started = self._monotonic()
        self._flush([*self._owned])
        self._since = None
        self._metrics.archive_seconds.observe(self._monotonic() - started)
        self._measure_lag()

    def _flush(self, parts: Sequence[Part]) -> None:
        for part in parts:
            owned, topic = self._owned[part], self._plain(part[0])
            rows = sum(appender.rows for appender in owned.appenders)
            self._metrics.archive_files.labels(topic).inc(owned.flush())
            self._metrics.archived.labels(topic).inc(rows)
            self.archived += rows

    def _measure_lag(self) -> None:
        lag = dict.fromkeys(SCHEMAS, 0)
        for part, owned in self._owned.items():
            _, high = self._bounds().bounds(part, known=True)
            lag[self._plain(part[0])] += max(0, high - owned.next)
        for topic, count in lag.items():
            self._metrics.archive_lag.labels(topic).set(count)

    def tidy(self) -> None:
        """Put small files of the owned partitions together: at most once a topic, not to be long.

        Raises:
            Corrupt, Unavailable: where that does not succeed; nothing is changed then.
        """
        for topic in SCHEMAS:
            owned = {partition for name, partition in self._owned if self._plain(name) == topic}
            made = compact(self._archive, topic, wanted=owned.__contains__, at_most=1)
            self._metrics.compactions.labels(topic).inc(len(made))

    def left(self, at_end: Mapping[Part, int]) -> int:
        """Messages that were there when partitions were taken over and have not come yet."""
        return sum(
            max(0, owned.end - max(owned.next, at_end.get(part, 0)))
            for part, owned in self._owned.items()
        )

    def _plain(self, topic: str) -> str:
        return topic.removeprefix(self._archive.prefix)
