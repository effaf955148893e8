"""Which namespace in Redis serves: a replay fills another one beside it, and a switch changes over.

Keys, all in one slot of a cluster, led by the installation's prefix:

    {namespaces}:serves   the namespace that serves; not there as long as it is the prefix itself
    {namespaces}:made     hash: namespace -> what a replay has put there, JSON

A worker reads which one serves when it starts, claims its partitions there, and asks again after
that (`check`). Changing over names the other one first and then takes every partition of the old
one away (`Store.claim`), so whoever was too late to see the one sees the other.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from schemas.codec import decode_json, encode_json
from schemas.errors import ConfigurationError, Fenced
from stream.settings import Settings, StoreSettings
from stream.store.contract import member_of
from stream.store.redis_client import RedisClient, starting_with

_MANY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a replay has put into a namespace."""

    namespace: str
    made_at: float
    """POSIX seconds."""
    source: str
    """Where the events came from: `topic`, or the archive's place."""
    offsets: Mapping[int, int]
    """Partition -> the last event that it holds."""
    events: int
    learners: int
    complete: bool
    """Only then can it serve."""


class Namespaces:
    """The namespaces of one installation.

    Raises (each method):
        Unavailable: where Redis does not answer.
    """

    def __init__(self, settings: StoreSettings, prefix: str) -> None:
        self._client = RedisClient(settings)
        self._prefix = prefix
        self._serves, self._made = (f"{prefix}{{namespaces}}:{key}" for key in ("serves", "made"))

    async def serving(self) -> str:
        """The one that workers and readers use."""
        found = await self._ask("get", self._serves)
        return self._prefix if found is None else str(found.decode())

    async def filled(self) -> list[Filled]:
        """What replays have made, the newest last."""
        found = await self._ask("hvals", self._made)
        return sorted((_filled(text) for text in found), key=lambda one: one.made_at)

    async def note(self, filled: Filled) -> None:
        """Remember what a replay has put into a namespace."""
        await self._ask("hset", self._made, filled.namespace, encode_json(_plain(filled)))

    async def switch(self, namespace: str, partitions: int) -> None:
        """Have `namespace` serve; workers of the one before end themselves and start there.

        Raises:
            ConfigurationError: where it is not filled, or not whole.
        """
        await self.check_whole(namespace)
        before = await self.serving()
        await self._ask("set", self._serves, namespace)
        for partition in range(partitions):
            await self._ask("incr", f"{member_of(before, partition)}:fence")

    async def check_whole(self, namespace: str) -> None:
        """`namespace` can serve: it is the first one, or a replay has filled it.

        Raises:
            ConfigurationError: where that is not so.
        """
        whole = {one.namespace for one in await self.filled() if one.complete}
        if namespace not in whole | {self._prefix}:
            raise ConfigurationError(
                f"{namespace} holds no whole replay: `stepstream replay list` names those that do"
            )

    async def check(self, namespace: str) -> None:
        """Still `namespace` serves.

        Raises:
            Fenced: where another one does: start again.
        """
        serving = await self.serving()
        if serving != namespace:
            raise Fenced(f"{serving} serves from now on: the worker starts there")

    async def drop(self, namespace: str, partitions: int) -> int:
        """Remove all keys of a namespace; returns how many.

        Raises:
            ConfigurationError: where it serves.
        """
        if namespace == await self.serving():
            raise ConfigurationError(f"{namespace or 'the first namespace'} serves: switch first")
        members = [member_of(namespace, partition) for partition in range(partitions)]
        gone = 0
        for start in [*members, f"{namespace}{{pool}}"]:
            gone += await self._remove(f"{start}:")
        await self._ask("hdel", self._made, namespace)
        return gone

    async def _remove(self, start: str) -> int:
        keys: list[bytes] = []
        gone = 0
        async for key in self._client.redis.scan_iter(starting_with(start), count=_MANY):
            keys.append(key)
            if len(keys) == _MANY:
                gone += await self._ask("unlink", *keys)
                keys.clear()
        return gone + (int(await self._ask("unlink", *keys)) if keys else 0)

    async def _ask(self, command: str, *arguments: Any) -> Any:
        return await self._client.patiently(
            lambda: getattr(self._client.redis, command)(*arguments)
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()


async def serving(settings: Settings) -> Settings:
    """`settings` with the namespace that serves, where they do not name one themselves.

    Raises:
        Unavailable: where Redis does not answer.
    """
    if settings.namespace:
        return settings
    namespaces = Namespaces(settings.store, settings.prefix)
    try:
        return settings.with_(namespace=await namespaces.serving())
    finally:
        await namespaces.close()


def _plain(filled: Filled) -> dict[str, Any]:
    return asdict(filled) | {"offsets": {str(p): o for p, o in filled.offsets.items()}}


def _filled(text: bytes) -> Filled:
    plain = decode_json(text)
    return Filled(**plain | {"offsets": {int(p): o for p, o in plain["offsets"].items()}})
