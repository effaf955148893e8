"""Whether an archive holds what it should; everything that is found is a value."""

from collections.abc import Callable
from dataclasses import dataclass

from offline.archive.listing import Archive, Finding, Listing, Live
from offline.archive.parquet import FileReader, NotReadable


@dataclass(frozen=True, slots=True)
class Checked:
    """What an archive holds of one topic, and what is wrong with it."""

    topic: str
    rows: int
    files: int
    """Files that count."""
    size: int
    """Their bytes."""
    first_day: str
    last_day: str
    ends: dict[int, int]
    """Last offset of each partition."""
    findings: tuple[Finding, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing between the first and the last offset of each partition."""
        return all(finding.harmless for finding in self.findings)


def check(
    archive: Archive, topic: str, *, deep: bool = False, tell: Callable[[], None] = lambda: None
) -> Checked:
    """Look through the files of `topic`.

    Args:
        archive: which.
        topic: without prefix.
        deep: read every byte, which finds what a footer does not say.
        tell: called after each file.

    Raises:
        Unavailable: where the place cannot be reached.
    """
    listing = archive.listing(topic)
    findings = list(listing.findings)
    size = 0
    for live in listing.each():
        size += archive.place.size(live.name.text)
        if deep:
            findings += _unreadable(archive, live, topic)
        tell()
    return _summed(listing, size, tuple(findings))


def _summed(listing: Listing, size: int, findings: tuple[Finding, ...]) -> Checked:
    lives = list(listing.each())
    days = [live.name.day for live in lives] or [""]
    rows = sum(live.footer.rows - _twice(live) for live in lives)
    return Checked(
        listing.topic, rows, len(lives), size, min(days), max(days), listing.ends(), findings
    )


def _twice(live: Live) -> int:
    return max(0, live.after - live.name.first + 1)


def _unreadable(archive: Archive, live: Live, topic: str) -> list[Finding]:
    try:
        with archive.open(live.name) as file:
            for _ in FileReader(file, archive.schema(topic)).tables(-1):
                pass
    except NotReadable as error:
        return [Finding(error.code, live.name.text, str(error))]
    except FileNotFoundError:
        return []
    return []
