"""Events back from the archive, in the order of time, from as little memory as possible.

At most one row group of each partition is held; for the order see `offline.interleaving`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import numpy as np

from offline.archive.listing import Archive, Listing, Live
from offline.archive.parquet import Block, FileReader, NotReadable
from offline.archive.rows import Row
from offline.archive.schemas import EVENT
from offline.archived import Archived, Offsets
from offline.interleaving import Logged, events_of, interleaved
from schemas.errors import Corrupt

T = TypeVar("T")


class ArchiveSource:
    """`offline.archived.Source` over an archive.

    Args:
        archive: what to read.
        across_gaps: go on where offsets are missing; otherwise reading across refuses.
        learners: the share of them whose events are read (`offline.chosen`). What withdraws a
            statement is always read: whose statement that was, it does not say.
    """

    def __init__(
        self, archive: Archive, *, across_gaps: bool = False, learners: float = 1.0
    ) -> None:
        self._archive = archive
        self._across_gaps = across_gaps
        self._learners = learners
        self._counts: dict[tuple[frozenset[tuple[int, int]], ...], int] = {}

    def ends(self) -> dict[int, int]:
        """Offset of the last event of each partition."""
        return self._archive.listing(EVENT.topic).ends()

    def count(self, after: Offsets, up_to: Offsets) -> int:
        """How many messages `read` looks at; of a share of the learners they are counted, once."""
        listing = self._archive.listing(EVENT.topic)
        if self._learners == 1.0:
            return sum(
                max(0, min(live.name.last, end) - max(_before(live), after.get(partition, -1)))
                for partition, end in up_to.items()
                for live in listing.files.get(partition, ())
            )
        asked = frozenset(after.items()), frozenset(up_to.items())
        if asked not in self._counts:
            self._counts[asked] = sum(
                self._of_some(listing, partition, after.get(partition, -1), end)
                for partition, end in up_to.items()
            )
        return self._counts[asked]

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        """Events in order, as `Source.read` says; messages that are no events are left out.

        Raises:
            Corrupt: where offsets are missing, or a file is not what was written.
            Unavailable: where the place cannot be reached.
        """
        yield from events_of(self.read_raw(after, up_to))

    def read_raw(self, after: Offsets, up_to: Offsets) -> Iterator[Logged]:
        """Messages in the same order, with the bytes that the log had.

        Raises:
            Corrupt, Unavailable: as `read`.
        """
        listing = self._archive.listing(EVENT.topic)
        self._refuse_gaps(listing, after, up_to)
        yield from interleaved(
            {
                partition: self._blocks(listing, partition, after.get(partition, -1), end)
                for partition, end in up_to.items()
            }
        )

    def _of_some(self, listing: Listing, partition: int, after: int, end: int) -> int:
        count, parts = 0, partial(FileReader.offsets, learners=self._learners)
        for offsets in _in_files(self._archive, listing, partition, after, parts):
            count += int(np.searchsorted(offsets, end, side="right"))
            if len(offsets) and offsets[-1] > end:
                break
        return count

    def _refuse_gaps(self, listing: Listing, after: Offsets, up_to: Offsets) -> None:
        if self._across_gaps:
            return
        for gap in listing.gaps:
            low, high = after.get(gap.partition, -1), up_to.get(gap.partition, -1)
            if gap.last > low and gap.first <= high:
                raise Corrupt(
                    f"partition {gap.partition} of the archive lacks offsets {gap.first} to "
                    f"{gap.last}: `stepstream archive check` names what happened; run the archiver "
                    "while Kafka still has them, or read across the gap on purpose"
                )

    def _blocks(self, listing: Listing, partition: int, after: int, end: int) -> Iterator[Block]:
        blocks = partial(FileReader.blocks, learners=self._learners)
        for block in _in_files(self._archive, listing, partition, after, blocks):
            if block.offsets[-1] > end:
                stop = int(np.searchsorted(block.offsets, end, side="right"))
                if stop:
                    yield Block(block.offsets[:stop], block.logged_at[:stop], block.values)
                return
            yield block


def _before(live: Live) -> int:
    return max(live.after, live.name.first - 1)


def rows(archive: Archive, topic: str, partition: int, after: int = -1) -> Iterator[Row]:
    """All messages of a partition with `offset > after`, whole and in order.

    Raises:
        Corrupt: where a file is not what was written.
        Unavailable: where the place cannot be reached.
    """
    yield from _in_files(archive, archive.listing(topic), partition, after, FileReader.rows)


def _in_files(
    archive: Archive,
    listing: Listing,
    partition: int,
    after: int,
    parts: Callable[[FileReader, int], Iterator[T]],
) -> Iterator[T]:
    """What `parts` takes of each file; one that a compaction replaces is found in the larger."""
    schema = archive.schema(listing.topic)
    while True:
        for live in listing.files.get(partition, ()):
            if live.name.last <= after:
                continue
            try:
                file = archive.open(live.name)
            except FileNotFoundError:
                break
            try:
                with file:
                    yield from parts(FileReader(file, schema), max(after, live.after))
            except NotReadable as error:
                raise Corrupt(
                    f"{live.name.text} {error}: move it away and run the archiver, which fetches "
                    "its messages again while Kafka has them"
                ) from error
            after = live.name.last
        else:
            return
        listing = archive.listing(listing.topic)
