"""Where a rebuild finds the events."""

from collections.abc import Callable, Iterator
from functools import cached_property, partial

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.archived import Archived, Offsets, Source
from offline.places import Place
from processors.reference import Reference
from schemas.errors import Refused
from stream.reference_feed import load_erased
from stream.settings import Settings
from stream.topic_source import TopicSource

TOPIC, ARCHIVE = "topic", "archive"


def open_source(name: str, settings: Settings, learners: float = 1.0) -> Source:
    """The events as the topic has them, or the archive of `settings`.

    Args:
        name: one of the two.
        settings: of the namespace that serves.
        learners: the share of them whose events are read.

    Raises:
        Refused: where the topic is to be read for a share of them.
    """
    if name == ARCHIVE:
        archive = Archive(Place(settings.archive_place), settings.prefix)
        return ArchiveSource(archive, learners=learners)
    if learners < 1.0:
        raise Refused(
            "the topic can only be read for all learners: archive it (`stepstream archive run "
            "--once`) and leave out `--from topic`, or leave out `--learners`"
        )
    return unerased(TopicSource(settings.kafka, settings.prefix), settings)


def unerased(source: Source, settings: Settings) -> Source:
    """`source` without whom Kafka says to be erased.

    The archive has blank rows for them, unless nobody has told it yet.
    """
    return Unerased(source, partial(load_erased, settings.kafka, settings.prefix))


class Unerased:
    """A source without what erased learners did; their voidings stay, which concern others.

    Args:
        source: with them.
        erased: tells who they are; asked when it is first read.
    """

    def __init__(self, source: Source, erased: Callable[[], Reference]) -> None:
        self._source, self._ask = source, erased

    @cached_property
    def _erased(self) -> Reference:
        return self._ask()

    def ends(self) -> dict[int, int]:
        """See `Source.ends`."""
        return self._source.ends()

    def count(self, after: Offsets, up_to: Offsets) -> int:
        """See `Source.count`."""
        return self._source.count(after, up_to)

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        """See `Source.read`."""
        if not self._erased.anybody_erased:
            yield from self._source.read(after, up_to)
            return
        for one in self._source.read(after, up_to):
            event = one.event
            if event.voids or not self._erased.is_erased(event.learner, event.received_at):
                yield one
