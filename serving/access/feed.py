"""The keyring as its topic has it, followed."""

import logging
from collections.abc import Callable

from schemas.codec import JsonError, decode_json
from serving.access.keys import Keyring, key_from_json
from stream.kafka import Reader
from stream.records import Record
from stream.topic_feed import TopicFeed
from stream.topics import KEYS

_log = logging.getLogger("stepstream")


def keys_feed(servers: str, prefix: str) -> TopicFeed:
    """A feed of the keys' topic."""
    return TopicFeed(Reader(servers, [prefix + KEYS.name]))


def take_key(keyring: Keyring, record: Record) -> None:
    """Put one message into `keyring`; one that is no key takes its key away, to be safe."""
    key_id = (record.key or b"").decode(errors="replace")
    try:
        key = key_from_json(decode_json(record.value)) if record.value else None
    except (JsonError, KeyError, TypeError, ValueError):
        _log.warning("a message of %s is no key: nobody can use that key", KEYS.name)
        key = None
    if key is None or key.id != key_id:
        keyring.drop(key_id)
    else:
        keyring.put(key)


def load_keys(servers: str, prefix: str) -> Keyring:
    """All keys as they are now.

    Raises:
        Unavailable: where Kafka does not answer.
        ConfigurationError: where the topic does not exist.
    """
    keyring = Keyring()
    feed = keys_feed(servers, prefix)
    try:
        feed.load(taking(keyring))
    finally:
        feed.close()
    return keyring


def taking(keyring: Keyring) -> Callable[[Record], None]:
    """What takes messages of the keys' topic in."""

    def take(record: Record) -> None:
        take_key(keyring, record)

    return take
