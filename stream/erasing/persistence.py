"""Redis keeps on disk what it has been told: its files are written anew, without what is gone."""

import asyncio
from typing import Any

from schemas.errors import Corrupt
from stream import clock
from stream.settings import StoreSettings, without_password
from stream.store.redis_client import RedisClient

_LOOK_SEC = 0.1
_KINDS = (
    ("aof_enabled", "aof_rewrite_in_progress", "bgrewriteaof"),
    ("rdb_saves", "rdb_bgsave_in_progress", "bgsave"),
)
"""(whether it is so, whether it is being written, command)"""


async def rewrite(settings: StoreSettings, patience_sec: float) -> tuple[list[str], list[str]]:
    """Have Redis write its files anew; returns which were, and what could not be done.

    Raises:
        Unavailable: where Redis does not answer.
    """
    client = RedisClient(settings)
    try:
        return await _rewritten(client, patience_sec)
    except Corrupt as error:
        where = without_password(settings.url)
        return [], [f"{where}: its files on disk, if it keeps any: {error}"]
    finally:
        await client.close()


async def _rewritten(client: RedisClient, patience_sec: float) -> tuple[list[str], list[str]]:
    facts = await _facts(client)
    written: list[str] = []
    left: list[str] = []
    for enabled, running, command in _KINDS:
        if facts.get(enabled):
            await _ends(client, running, patience_sec)  # one that began before holds what is gone
            await client.patiently(getattr(client.redis, command))
            done = await _ends(client, running, patience_sec)
            (written if done else left).append(
                command if done else f"{command} has not ended in {patience_sec:.0f} s"
            )
    return written, left


async def _facts(client: RedisClient) -> dict[str, Any]:
    facts: dict[str, Any] = await client.patiently(lambda: client.redis.info("persistence"))
    saves = await client.patiently(lambda: client.redis.config_get("save"))
    return facts | {"rdb_saves": saves.get("save", "")}


async def _ends(client: RedisClient, running: str, patience_sec: float) -> bool:
    deadline = clock.monotonic() + patience_sec
    while True:
        await asyncio.sleep(_LOOK_SEC)
        facts: dict[str, Any] = await client.patiently(lambda: client.redis.info("persistence"))
        if not facts.get(running) and not facts.get("aof_rewrite_scheduled"):
            return True
        if clock.monotonic() > deadline:
            return False
