"""How commands get at the versions of an installation."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from stream import clock
from stream.cli.environment import services
from stream.namespaces import serving
from stream.releases import Releases
from stream.settings import Settings
from stream.store.redis_store import RedisStore

T = TypeVar("T")


def run(work: Callable[[Settings, Releases], Awaitable[T]]) -> T:
    """The result of `work` on the versions of the installation that the environment names."""

    async def reached() -> T:
        settings = await serving(services())
        store = RedisStore(settings.store, settings.partitions)
        try:
            return await work(settings, Releases(settings, store.pool, clock.now))
        finally:
            await store.close()

    return asyncio.run(reached())
