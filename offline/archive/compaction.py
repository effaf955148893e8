"""Small files of one day and partition become one; then the parts go.

The large file is put in place whole before any part is removed. A crash in between leaves parts
beside it, which `listing` sees are shadowed, and which the next compaction removes. The same
offsets give the same bytes, however they had been cut.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, pairwise

from offline.archive.blanking import blanked, concerned
from offline.archive.erased import Words
from offline.archive.listing import Archive, Listing, Live
from offline.archive.names import FileName
from offline.archive.parquet import FileReader, FileWriter, NotReadable
from offline.places import Vanished
from schemas.errors import Corrupt

SIZES = (256, 4_096, 65_536)
"""Rows. While a day goes on, files of one size (smaller than this, not than the one before)"""
MANY = 16
"""are put together once there are so many: a message moves once a size, and then stays."""


class Gone(Exception):
    """A part is gone, into another compaction's file, or the file that was begun: see `erased`."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Files that become one."""

    parts: tuple[Live, ...]

    @property
    def name(self) -> FileName:
        """The large file's."""
        first = max(self.parts[0].name.first, self.parts[0].after + 1)
        return self.parts[0].name._replace(first=first, last=self.parts[-1].name.last)


def due(listing: Listing, *, whole: bool = False) -> list[Merge]:
    """Which files of `listing` should be put together.

    Args:
        listing: what there is.
        whole: also the newest day of each partition, which may go on.
    """
    merges: list[Merge] = []
    for files in listing.files.values():
        for day, parts in groupby(files, key=lambda live: live.name.day):
            goes_on = day == files[-1].name.day and not whole
            for run in _unbroken(parts):
                merges.extend(_small(run) if goes_on else _all(run))
    return merges


def _unbroken(files: Iterable[Live]) -> Iterator[list[Live]]:
    run: list[Live] = []
    for live in files:
        if run and live.name.first > run[-1].name.last + 1:
            yield run
            run = []
        run.append(live)
    yield run


def _all(run: Sequence[Live]) -> Iterator[Merge]:
    if len(run) > 1:
        yield Merge(tuple(run))


def _small(run: Sequence[Live]) -> Iterator[Merge]:
    for above, size in pairwise((0, *SIZES)):
        for parts in _stretches(run, size):
            if sum(live.footer.rows >= above for live in parts) >= MANY:
                yield Merge(parts)
                return


def _stretches(run: Sequence[Live], size: int) -> Iterator[tuple[Live, ...]]:
    for small, group in groupby(run, key=lambda live: live.footer.rows < size):
        if small:
            yield tuple(group)


def merge(archive: Archive, topic: str, wanted: Merge) -> FileName:
    """Carry a merge out; returns the name of the large file.

    Raises:
        Gone: where a part, or the file that was begun, is not there any more; nothing is changed.
        Corrupt: where a part is not what was written; nothing is changed.
        Unavailable: where the place does not take it; nothing is changed.
    """
    schema, name = archive.schema(topic), wanted.name
    try:
        with (
            archive.place.writing(name.text) as file,
            FileWriter(file, schema, archive.prefix + topic) as writer,
        ):
            words = archive.erased.words()
            for live in wanted.parts:
                _copy(archive, topic, live, writer, words)
    except Vanished as error:
        raise Gone from error
    for live in wanted.parts:
        if live.name != name:
            archive.place.remove(live.name.text)
    return name


def _copy(archive: Archive, topic: str, live: Live, writer: FileWriter, words: Words) -> None:
    schema = archive.schema(topic)
    try:
        with archive.open(live.name) as part:
            for table in FileReader(part, schema).tables(live.after):
                rows = concerned(table, schema, live.name.partition, words)
                writer.add(blanked(table, schema, rows))
    except FileNotFoundError as error:
        raise Gone from error
    except NotReadable as error:
        raise Corrupt(
            f"{live.name.text} {error}: move it away and run the archiver, which fetches its "
            "messages again while Kafka has them"
        ) from error


def compact(
    archive: Archive,
    topic: str,
    *,
    whole: bool = False,
    wanted: Callable[[int], bool] = lambda _partition: True,
    at_most: int | None = None,
    tell: Callable[[FileName], None] = lambda _name: None,
) -> list[FileName]:
    """Put small files together and remove what is shadowed; returns the large ones' names.

    Args:
        archive: where.
        topic: without prefix.
        whole: also the newest day, which may go on.
        wanted: which partitions; who archives them should be who compacts them.
        at_most: so many large files; None makes all that are due.
        tell: called with each name.

    Raises:
        Corrupt, Unavailable: as `merge`.
    """
    listing = archive.listing(topic)
    for name in listing.shadowed:
        if wanted(name.partition):
            archive.place.remove(name.text)
    merges = [one for one in due(listing, whole=whole) if wanted(one.parts[0].name.partition)]
    made = []
    for one in merges[:at_most]:
        with suppress(Gone):
            made.append(merge(archive, topic, one))
            tell(made[-1])
    return made
