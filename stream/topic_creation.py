"""Creating the topics, and waiting until they can be used."""

import threading

from schemas.errors import Unavailable
from stream import clock
from stream.kafka import Admin
from stream.settings import Settings
from stream.topics import ALL

_PAUSE_SEC = 0.05
_ANSWER_SEC = 5.0


def create_topics(settings: Settings) -> list[str]:
    """Create the topics that are missing; returns their names, once all of them serve clients.

    Kafka says that a topic is created before every partition has a leader.

    Raises:
        ConfigurationError: where a topic exists with another number of partitions.
        Unavailable: where Kafka does not answer within the configured patience.
    """
    admin = Admin(settings.kafka, min(settings.patience_sec, _ANSWER_SEC))
    created = admin.ensure(ALL, settings.prefix, settings.partitions)
    deadline = clock.monotonic() + settings.patience_sec
    for topic in created:
        while not _serves(admin, topic):
            if clock.monotonic() > deadline:
                raise Unavailable(f"topic {topic} is created but does not serve yet: try again")
            threading.Event().wait(_PAUSE_SEC)
    return created


def _serves(admin: Admin, topic: str) -> bool:
    try:
        admin.ends(topic)
    except Unavailable:
        return False
    return True
