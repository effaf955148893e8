"""Where a rebuild finds the events."""

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.archived import Source
from offline.places import Place
from schemas.errors import Refused
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
    return TopicSource(settings.kafka, settings.prefix)
