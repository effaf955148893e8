"""Where a rebuild finds the events."""

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.archived import Source
from offline.places import Place
from stream.settings import Settings
from stream.topic_source import TopicSource

TOPIC, ARCHIVE = "topic", "archive"


def open_source(name: str, settings: Settings) -> Source:
    """The events as the topic has them, or the archive of `settings`."""
    if name == TOPIC:
        return TopicSource(settings.kafka, settings.prefix)
    return ArchiveSource(Archive(Place(settings.archive_place), settings.prefix))
