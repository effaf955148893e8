"""From messages in offset order to files: one for each unbroken run of one day."""

from collections import deque
from dataclasses import dataclass, field

from offline.archive.arrow import table_of
from offline.archive.blanking import blanked, concerned
from offline.archive.listing import Archive, Gap, Listing
from offline.archive.names import FileName
from offline.archive.parquet import FileWriter
from offline.archive.rows import Row, filed_under
from offline.places import Vanished

_AT_ONCE = 8_192
_TRIES = 3
"""Somebody may be erased during the first; that others are during each of the next is unlikely."""


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of a partition that are to be archived."""

    first: int
    last: int | None = None
    """None: all that come."""
    day: str = ""
    """Day of the message before; empty where there is none."""


@dataclass(slots=True)
class _Run:
    """What becomes one file."""

    name: FileName
    rows: list[Row] = field(default_factory=list)


class Appender:
    """Collects the messages of one span and puts them in place.

    A file is in place whole or not at all, and earlier ones before later ones. What a `flush` that
    failed could not place is kept for the next.

    Args:
        archive: where to.
        topic: without prefix.
        partition: of that topic.
        span: which offsets.
    """

    def __init__(self, archive: Archive, topic: str, partition: int, span: Span) -> None:
        self._archive = archive
        self._schema = archive.schema(topic)
        self._folder = archive.prefix + topic
        self._partition = partition
        self._span = span
        self._next = span.first
        self._day = span.day
        self._runs: deque[_Run] = deque()
        self.rows = 0
        """Messages that wait for the next flush,"""
        self.bytes = 0
        """and their bytes."""

    @property
    def next(self) -> int:
        """The offset that comes next."""
        return self._next

    @property
    def done(self) -> bool:
        """Whether all of the span has been seen."""
        return self._span.last is not None and self._next > self._span.last

    def add(self, row: Row) -> Gap | None:
        """Take a message; returns the offsets before it that the log did not give, if any.

        Messages outside of the span, or before the last one, are not taken.
        """
        if row.offset < self._next or self.done:
            return None
        if self._span.last is not None and row.offset > self._span.last:
            return self._end()
        day = filed_under(self._day, row.logged_at)
        gap = self._skipped(row.offset - 1)
        if gap is not None or not self._runs or day != self._day:
            self._begin(day)
        self._day = day
        run = self._runs[-1]
        run.name = run.name._replace(last=row.offset)
        run.rows.append(row)
        self._next = row.offset + 1
        self.rows += 1
        self.bytes += row.size
        return gap

    def _skipped(self, up_to: int) -> Gap | None:
        if self._schema.holes or up_to < self._next:
            return None
        gap = Gap(self._partition, self._next, up_to)
        self._next = up_to + 1
        return gap

    def _begin(self, day: str) -> None:
        name = FileName(self._folder, day, self._partition, self._next, self._next)
        self._runs.append(_Run(name))

    def _end(self) -> Gap | None:
        last = self._span.last
        assert last is not None  # noqa: S101  only spans that end are ended
        gap = self._skipped(last)
        if self._schema.holes and self._runs:
            run = self._runs[-1]
            run.name = run.name._replace(last=last)
        self._next = last + 1
        return gap

    def lost(self, before: int) -> Gap | None:
        """The log begins at `before` now: what is missing up to there cannot be had any more."""
        if before <= self._next:
            return None
        gap = Gap(self._partition, self._next, before - 1)
        self._next = before
        if self._runs:
            self._runs.append(_Run(self._runs[-1].name._replace(first=before, last=before)))
        return gap

    def flush(self) -> list[FileName]:
        """Place all that waits; returns the names of the new files.

        Raises:
            Unavailable: where the place does not take them; what was placed stays.
        """
        placed = []
        while self._runs:
            run = self._runs[0]
            if run.rows:
                self._write(run)
                placed.append(run.name)
                self.rows -= len(run.rows)
            self._runs.popleft()
        self.bytes = 0
        return placed

    def _write(self, run: _Run) -> None:
        for tries_left in reversed(range(_TRIES)):
            try:
                self._try_to_write(run)
            except Vanished:
                if not tries_left:
                    raise
            else:
                return

    def _try_to_write(self, run: _Run) -> None:
        with (
            self._archive.place.writing(run.name.text) as file,
            FileWriter(file, self._schema, self._folder) as writer,
        ):
            words = self._archive.erased.words()
            for start in range(0, len(run.rows), _AT_ONCE):
                table = table_of(self._schema, run.rows[start : start + _AT_ONCE])
                rows = concerned(table, self._schema, self._partition, words)
                writer.add(blanked(table, self._schema, rows))


def spans_of(listing: Listing, partition: int, begin: int) -> list[Span]:
    """What of a partition is to be archived: gaps that the log can still fill, then all that comes.

    Args:
        listing: what there is of its topic.
        partition: of that topic.
        begin: smallest offset that the log still has.
    """
    files = listing.files.get(partition, [])
    if not files:
        return [Span(begin)]
    starts = {live.name.last + 1: live.name.day for live in files}
    spans = [
        Span(max(gap.first, begin), gap.last, starts[gap.first])
        for gap in listing.gaps
        if gap.partition == partition and gap.last >= begin
    ]
    return [*spans, Span(files[-1].name.last + 1, None, files[-1].name.day)]
