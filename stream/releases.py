"""The versions of an installation's models: what is live, and how that changes.

What is live is known to Redis (`stream.promotion`); the topic `models` tells it to others. A crash
between the two leaves the topic behind: promoting what is live already only tells it again.
"""

import asyncio
from collections.abc import Sequence

from offline.kept_bases import KeptBases
from offline.places import Place
from offline.versions import Versions
from online_models.meaning import MODELS
from schemas.checkpoint import Merge
from schemas.codec import encode_json
from schemas.errors import ConfigurationError
from schemas.pointer import Pointer
from schemas.version import Version, measured
from stream.clock import Clock
from stream.log import Log, Message
from stream.merger import LEASE_SEC, NOTICE_SEC, Merger
from stream.promotion import Promoter
from stream.settings import Settings
from stream.store.contract import Pool, member_of
from stream.topics import MODELS as TOPIC
from stream.versions import NOTHING, ids_of, line_of

_REST_SEC = 1.0
_LOOK_SEC = 0.1
_LOOKS = 30
"""Partitions of workers that are away do not adopt."""


class Releases:
    """Versions of one installation.

    Args:
        settings: where versions lie, how topics are called, and the namespace that serves.
        pool: where the models are live.
        now: dates promotions; POSIX seconds.
    """

    def __init__(self, settings: Settings, pool: Pool, now: Clock) -> None:
        self._settings = settings
        self._partitions = settings.partitions
        self.pool = pool
        place = Place(settings.versions_place)
        self.versions = Versions(place)
        self._promoter = Promoter(pool, self.versions, KeptBases(place), now)

    async def promote(self, name: str, log: Log) -> Merge:
        """Make version `name` live.

        Raises:
            Refused: where it must not or cannot be; what is live stays.
            ConfigurationError: where partitions adopt nothing.
            Unavailable: where Redis or Kafka cannot be reached. Asked again, it comes to the same.
        """
        self._check_merging()
        merge = await self._promoter.promote(name, self._merge_and_adopt)
        await self._tell(merge, log)
        return merge

    async def roll_back(self, to: str | None, log: Log) -> Merge:
        """Take the last promotion back, or all after the one of version `to`.

        Raises:
            Refused: where there is none; what is live stays.
            ConfigurationError: where partitions adopt nothing.
            Unavailable: where Redis or Kafka cannot be reached.
        """
        self._check_merging()
        merge = await self._promoter.roll_back(to)
        await self._tell(merge, log)
        return merge

    def _check_merging(self) -> None:
        if not self._settings.merge_every:
            raise ConfigurationError(
                "STEPSTREAM_MERGE_EVERY is 0, so partitions adopt nothing and no version can be "
                "promoted: set it for all workers (10000 is usual), then promote"
            )

    async def merge(self, patience_sec: float) -> None:
        """Have the newest base know of what all partitions have learned until now.

        A merge leaves out who does not stand on the newest base yet, so that is waited for. Where
        it does not come to that in time, the base knows less, and nothing depends on it.
        """
        while patience_sec > 0.0:
            newest = await self.pool.newest() or NOTHING
            if len(await self.adopted(newest.version)) == self._partitions:
                version = await self.pool.begin(LEASE_SEC)
                if version is not None:
                    await self._merge_as(version)
                    return
            patience_sec -= _REST_SEC
            await asyncio.sleep(_REST_SEC)

    async def _merge_as(self, version: int) -> None:
        await asyncio.sleep(NOTICE_SEC)
        merger = Merger(self.pool, self._settings.merge_every)
        if await merger.merge(version, await self.pool.members()) is None:
            await self.pool.give_up(version)

    async def _merge_and_adopt(self) -> None:
        """Merge first, and have it adopted: what is a partition's own takes long to re-base.

        It is not waited for long, and nothing depends on it.
        """
        merger = Merger(self.pool, self._settings.merge_every, NOTICE_SEC)
        made = await merger.merge_if_due(overdue=True)
        if made is None:
            return
        for _ in range(_LOOKS):
            if len(await self.adopted(made.merge.version)) == self._partitions:
                return
            await asyncio.sleep(_LOOK_SEC)

    async def _tell(self, merge: Merge, log: Log) -> None:
        topic = self._settings.prefix + TOPIC.name
        line = line_of(merge, await self.pool.promotions())
        told: dict[str, bytes | None] = {model.name: None for model in MODELS}
        if line:
            version = self.versions.facts(ids_of(line)[-1])
            told = {model: self._pointer(model, version, line[-1].version) for model in told}
        await log.send([Message(topic, value, model.encode()) for model, value in told.items()])

    def _pointer(self, model: str, version: Version, base: int) -> bytes:
        return encode_json(
            Pointer(
                model=model,
                version=version.id,
                base=base,
                created_at=version.created_at,
                trained_up_to={str(p): offset for p, offset in version.trained_up_to.items()},
                place=f"{self.versions.place.url}/{version.id}",
                seal=version.seal,
                metrics=measured(version, model),
            )
        )

    async def live(self) -> Sequence[str]:
        """Ids of the versions that what is live stands on, the newest last."""
        newest = await self.pool.newest() or NOTHING
        return ids_of(line_of(newest, await self.pool.promotions()))

    async def adopted(self, base: int) -> set[int]:
        """Partitions of this installation that stand on `base` or a later one."""
        space = self._settings.store.namespace
        members = {p: member_of(space, p) for p in range(self._partitions)}
        held = {p: await self.pool.snapshot(member, ()) for p, member in members.items()}
        return {partition for partition, one in held.items() if one.base >= base}
