"""A connection to Redis (or Valkey) with patience: the only door to redis-py."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from schemas.errors import Corrupt, Unavailable
from stream.settings import StoreSettings, without_password

T = TypeVar("T")

_TRANSIENT = (RedisConnectionError, RedisTimeoutError, BusyLoadingError, OSError)


def starting_with(start: str) -> str:
    """A pattern for Redis that means: keys that begin with `start`, whatever its characters."""
    return "".join(f"\\{letter}" if letter in "*?[]\\" else letter for letter in start) + "*"


def script_text(name: str) -> str:
    """The Lua script of that name beside this file."""
    return files("stream.store").joinpath(name).read_text()


class RedisClient:
    """Calls are repeated until Redis answers, or patience ends."""

    def __init__(self, settings: StoreSettings) -> None:
        self.settings = settings
        # Any: redis-py types each reply as the union over all protocols and modes
        self.redis: Any = Redis.from_url(
            settings.url,
            socket_timeout=settings.timeout_sec,
            socket_connect_timeout=settings.timeout_sec,
        )

    def script(self, name: str) -> Any:
        """The script of that name, to be called."""
        return self.redis.register_script(script_text(name))

    async def patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` returns; it may be made more than once.

        Raises:
            Unavailable: where Redis has not answered for as long as the settings say.
            Corrupt: where Redis refuses the call.
        """
        waited = 0.0
        while True:
            try:
                return await call()
            except _TRANSIENT as error:
                if waited >= self.settings.patience_sec:
                    raise Unavailable(
                        f"Redis at {without_password(self.settings.url)} has not answered for "
                        f"{waited:.0f} s: start it, or set REDIS_URL to one that runs"
                    ) from error
                await asyncio.sleep(self.settings.retry_sec)
                waited += self.settings.retry_sec
            except RedisError as error:
                raise Corrupt(f"Redis refused a call of the checkpoint: {error}") from error

    async def close(self) -> None:
        """Let go of connections."""
        await self.redis.aclose()
