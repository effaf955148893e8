"""Which files count: each offset exactly once, whatever crashes and copies have left lying about.

Files of a partition are taken by their first offset, of equal ones the longest first. A file that
adds nothing is *shadowed*: a compaction died before it removed its parts. Of one that overlaps,
only what is new counts: two archivers, one of which had lost the partition without knowing it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, NamedTuple

from offline.archive.erased import ErasedList
from offline.archive.names import FileName, parsed
from offline.archive.parquet import FileReader, Footer, NotReadable
from offline.archive.rows import days_between
from offline.archive.schemas import SCHEMAS, Schema
from offline.places import PARTIAL, Place
from schemas.errors import ConfigurationError, Unavailable


class Finding(NamedTuple):
    """Something about the archive that somebody should know."""

    code: str
    """corrupt, foreign, newer_schema, changed_schema: a file that is skipped; shadowed, overlap:
    offsets that are there twice and count once; gap, missing_day: offsets that are not there."""
    where: str
    """A file's name, or a topic and a partition."""
    text: str

    @property
    def harmless(self) -> bool:
        """Whether nothing is missing because of it."""
        return self.code in {"shadowed", "overlap"}


class Gap(NamedTuple):
    """Offsets of a partition that no file holds, between two that files hold."""

    partition: int
    first: int
    last: int
    days: tuple[str, ...] = ()
    """Days of which nothing is there."""


class Live(NamedTuple):
    """A file that counts."""

    name: FileName
    after: int
    """Offsets up to here are in earlier files; this one counts from the next on."""
    footer: Footer

    @property
    def rows(self) -> int:
        """How many messages it adds, where its offsets have no holes."""
        return self.name.last - max(self.after, self.name.first - 1)


@dataclass(frozen=True, slots=True)
class Listing:
    """What an archive holds of one topic."""

    topic: str
    files: Mapping[int, list[Live]] = field(default_factory=dict)
    """Those that count, by partition, in offset order."""
    shadowed: list[FileName] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def ends(self) -> dict[int, int]:
        """Last offset of each partition."""
        return {partition: files[-1].name.last for partition, files in self.files.items()}

    def each(self) -> Iterator[Live]:
        """All files that count."""
        for partition in sorted(self.files):
            yield from self.files[partition]


class Archive:
    """An archive in a place; footers of files are read once.

    Args:
        place: where it is.
        prefix: the installation's, before every topic's name.
    """

    def __init__(self, place: Place, prefix: str = "") -> None:
        self.place = place
        self.prefix = prefix
        self.erased = ErasedList(place, prefix)
        """Whom it must not hold."""
        self._footers: dict[tuple[str, int], Footer] = {}

    def schema(self, topic: str) -> Schema:
        """What files of `topic` (without prefix) hold.

        Raises:
            ConfigurationError: where that topic is not archived.
        """
        if topic not in SCHEMAS:
            raise ConfigurationError(f"{topic} is not archived: known are {', '.join(SCHEMAS)}")
        return SCHEMAS[topic]

    def open(self, name: FileName) -> IO[bytes]:
        """A file to read.

        Raises:
            FileNotFoundError: where it is gone, perhaps into a larger one.
            Unavailable: where it cannot be read.
        """
        path = self.place.path(name.text)
        try:
            opened: IO[bytes] = self.place.filesystem.open(path, "rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Unavailable(f"{path}: {error.strerror or error}: make it readable") from error
        return opened

    def clear_partial(self, topic: str, partition: int) -> None:
        """Remove what writers that died have left; no one else may write to that partition."""
        folder = self.place.path(self.prefix + topic)
        within = f"/partition={partition}/"
        for path in self.place.filesystem.find(folder):
            if path.endswith(PARTIAL) and within in path:
                self.place.filesystem.rm_file(path)

    def listing(self, topic: str) -> Listing:
        """What counts of `topic`.

        A folder is not listed in one instant: where something is missing it is looked at twice,
        because a compaction may have replaced files meanwhile.

        Raises:
            Unavailable: where the place cannot be reached.
        """
        found = self._listing(topic)
        if found.gaps:
            again = self._listing(topic)
            while again.gaps != found.gaps:
                found, again = again, self._listing(topic)
        return found

    def _listing(self, topic: str) -> Listing:
        schema = self.schema(topic)
        folder = self.prefix + topic
        self.place.filesystem.invalidate_cache()
        listing = Listing(topic, {})
        good: dict[int, list[tuple[FileName, Footer]]] = {}
        for text in self.place.names(folder) if self.place.has(folder) else []:
            checked = self._checked(text, schema)
            if isinstance(checked, Finding):
                listing.findings.append(checked)
            elif checked is not None:
                good.setdefault(checked[0].partition, []).append(checked)
        files = {}
        for partition in sorted(good):
            files[partition] = list(_counting(good[partition], listing))
            listing.gaps.extend(_gaps(files[partition]))
        listing.findings.extend(_told(folder, gap) for gap in listing.gaps)
        return Listing(topic, files, listing.shadowed, listing.gaps, listing.findings)

    def _checked(self, text: str, schema: Schema) -> tuple[FileName, Footer] | Finding | None:
        name = parsed(text)
        if name is None:
            return Finding("foreign", text, "has no name of the archive")
        try:
            footer = self._footer(name, schema)
        except NotReadable as error:
            return Finding(error.code, text, str(error))
        except FileNotFoundError:
            return None
        if problem := _misnamed(name, footer, schema):
            return Finding("corrupt", text, problem)
        return name, footer

    def _footer(self, name: FileName, schema: Schema) -> Footer:
        key = (name.text, self.place.size(name.text))
        if key not in self._footers:
            with self.open(name) as file:
                self._footers[key] = FileReader(file, schema).footer()
        return self._footers[key]


def _misnamed(name: FileName, footer: Footer, schema: Schema) -> str:
    span = name.last - name.first + 1
    within = name.first <= footer.first and footer.last <= name.last
    if not within or footer.rows > span or (footer.rows < span and not schema.holes):
        return (
            f"holds {footer.rows} messages of {footer.first} to {footer.last}, not what its name "
            "says"
        )
    return ""


def _counting(found: list[tuple[FileName, Footer]], listing: Listing) -> Iterator[Live]:
    covered = -1
    for name, footer in sorted(found, key=lambda one: (one[0].first, -one[0].last, one[0].day)):
        if name.last <= covered:
            listing.shadowed.append(name)
            listing.findings.append(
                Finding("shadowed", name.text, "is in another file; `archive compact` removes it")
            )
            continue
        if name.first <= covered:
            listing.findings.append(
                Finding("overlap", name.text, f"counts from offset {covered + 1} on")
            )
        yield Live(name, covered, footer)
        covered = name.last


def _gaps(files: Iterable[Live]) -> Iterator[Gap]:
    for one, following in pairwise(files):
        if following.name.first > one.name.last + 1:
            days = tuple(days_between(one.name.day, following.name.day))
            first, last = one.name.last + 1, following.name.first - 1
            yield Gap(one.name.partition, first, last, days)


def _told(folder: str, gap: Gap) -> Finding:
    where = f"{folder}/{gap.partition}"
    text = f"offsets {gap.first} to {gap.last} are not there"
    if gap.days:
        days = gap.days[0] if len(gap.days) == 1 else f"{gap.days[0]} to {gap.days[-1]}"
        return Finding("missing_day", where, f"{text}: nothing of {days}")
    return Finding("gap", where, text)
