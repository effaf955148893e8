"""Every store of a stream, searched for bytes: where in them is a person still found?"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from harness.streams import read_all

from stream.kafka import Admin
from stream.settings import Settings
from stream.store.redis_client import RedisClient, starting_with
from stream.topics import ALL

_PARQUET = b"PAR1"


def found_in(settings: Settings, needles: Sequence[bytes]) -> set[str]:
    """Names of the stores, and of places within, that hold any of `needles`."""
    places = {*_redis(settings), *_kafka(settings), *_files(Path(settings.home))}
    return {place for place, content in places if any(needle in content for needle in needles)}


def _redis(settings: Settings) -> Iterator[tuple[str, bytes]]:
    for key, value in asyncio.run(all_of_redis(settings)).items():
        name = key.decode().removeprefix(settings.prefix)
        kind = name.partition("}:")[2].partition(":")[0] if "}:" in name else name
        yield f"redis {name.partition('{')[0]}{{}}:{kind}", key + b" " + repr_of(value)


def repr_of(value: Any) -> bytes:
    """All bytes in a reply, one after the other."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return b" ".join(repr_of(one) for pair in value.items() for one in pair)
    return b" ".join(map(repr_of, value)) if isinstance(value, list | set | tuple) else b""


async def all_of_redis(settings: Settings) -> dict[bytes, Any]:
    """Every key of the stream, in whatever namespace, with its value."""
    client = RedisClient(settings.store)
    redis, found = client.redis, {}
    readers = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
    }
    try:
        async for key in redis.scan_iter(starting_with(settings.prefix), count=1000):
            if (reader := readers.get(await redis.type(key))) is not None:
                found[key] = await reader(key)
    finally:
        await client.close()
    return found


def _kafka(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """What compaction leaves of a compacted topic, else all of it; tombstones are nothing."""
    for topic in ALL:
        name = settings.prefix + topic.name
        if name not in Admin(settings.kafka).partitions():
            continue
        newest: dict[object, bytes] = {}
        for record in read_all(settings, topic.name):
            place = (record.partition, record.key if topic.compacted else record.offset)
            key, value = record.key or b"", record.value
            newest[place] = b"" if value is None else key + b" " + value
        for content in newest.values():
            yield f"kafka {topic.name}", content


def _files(home: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(home.rglob("*")):
        if path.is_file():
            name, data = str(path.relative_to(home)), path.read_bytes()
            if data.startswith(_PARQUET):
                data = repr(pq.read_table(path, partitioning=None).to_pylist()).encode() + data
                name = "/".join(name.split("/")[:2])
            yield f"file {'/'.join(name.split('/')[:2])}", name.encode() + b" " + data


def on_redis_disk(settings: Settings, needles: Sequence[bytes]) -> bool:
    """Whether a file that Redis keeps on this machine holds any of `needles`."""

    async def folders() -> dict[str, str]:
        client = RedisClient(settings.store)
        try:
            found: dict[str, str] = await client.redis.config_get("dir", "appenddirname")
            return found
        finally:
            await client.close()

    told = asyncio.run(folders())
    files = (Path(told["dir"]) / told["appenddirname"]).glob("*")
    return any(needle in path.read_bytes() for path in files for needle in needles)
