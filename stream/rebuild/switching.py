"""Changing over to what a replay has made."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from stream.kafka import Publisher
from stream.log import Message
from stream.namespaces import Namespaces
from stream.settings import Settings
from stream.store.contract import member_of
from stream.store.redis_client import RedisClient, starting_with
from stream.topics import RECOMMENDATIONS

_AT_ONCE = 500


async def change_over(settings: Settings, namespace: str) -> None:
    """Have `namespace` serve, with all of its queues on the topic.

    They are sent first: what a worker sends from then on is newer, and the topic is compacted.

    Raises:
        ConfigurationError: where `namespace` is not whole.
    """
    namespaces = Namespaces(settings.store, settings.prefix)
    try:
        await namespaces.check_whole(namespace)
        await _publish_queues(settings.with_(namespace=namespace))
        await namespaces.switch(namespace, settings.partitions)
    finally:
        await namespaces.close()


async def _publish_queues(settings: Settings) -> None:
    client = RedisClient(settings.store)
    topic = settings.prefix + RECOMMENDATIONS.name
    try:
        with Publisher(settings.kafka) as publisher:
            async for keys in _queues(client, settings):
                queues = await client.patiently(partial(client.redis.mget, keys))
                messages = [
                    Message(topic, queue, key.rpartition(b":")[2])
                    for key, queue in zip(keys, queues, strict=True)
                    if queue
                ]
                await publisher.send(messages)
    finally:
        await client.close()


async def _queues(client: RedisClient, settings: Settings) -> AsyncIterator[list[bytes]]:
    """Keys of all queues, some at a time."""
    for partition in range(settings.partitions):
        cursor: Any = None
        while cursor != 0:
            pattern = starting_with(f"{member_of(settings.store.namespace, partition)}:queue:")
            cursor, keys = await client.patiently(
                partial(client.redis.scan, cursor or 0, pattern, _AT_ONCE)
            )
            if keys:
                yield keys
