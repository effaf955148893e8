"""How the partitions of a worker go on with the base that a merge has made."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from online_models.packing import unpack
from online_models.replica import Replica
from online_models.tables import Base, Tables, numbers_of
from schemas.checkpoint import Numbers, PartitionWrite, Taken
from stream.bases import Bases, corrupt
from stream.owned import Owned
from stream.recent import Recent
from stream.store.contract import Pool, member_of


@dataclass(frozen=True, slots=True)
class Offer:
    """A base that a partition may go on with."""

    partition: int
    base: Base
    over: int
    """Version of the base that `taken` was learned on."""
    offset: int
    """Last event that had been learned then."""
    taken: Mapping[str, Tables]
    """Own numbers by model as merges have taken them in."""

    def sizes(self) -> dict[str, int]:
        """How many of them there are."""
        return {name: sum(map(len, tables.values())) for name, tables in self.taken.items()}


class Adopter:
    """Finds bases for the partitions of an installation."""

    def __init__(self, pool: Pool, namespace: str) -> None:
        self._pool = pool
        self._namespace = namespace
        self._bases = Bases(pool)
        self._attempt = 0

    async def base(self, version: int) -> Base:
        """The base that a partition stands on.

        Raises:
            Corrupt: where it cannot be used.
        """
        base = await self._bases.of(version)
        if base is None:
            raise corrupt(version, "are missing")
        return base

    async def notice(self, partitions: Iterable[Owned]) -> None:
        """Where a merge begins to look around: what is learned from now on may not be part of it.

        Partitions that know that much adopt sooner.
        """
        attempt = await self._pool.attempt()
        if attempt is not None and attempt > self._attempt:
            self._attempt = attempt
            for owned in partitions:
                owned.recent = Recent(owned.applied)

    def adopt(self, owned: Owned, offer: Offer, write: PartitionWrite) -> None:
        """Have the models of a partition go on with the base on offer, and `write` say so."""
        write.base, write.adopts = owned.models.base.version, offer.base.version
        write.models = _rebased(owned.models, offer, owned.recent)
        under_way = self._attempt > offer.base.version
        owned.recent = Recent(owned.applied) if under_way else None

    async def offers(self, held: Mapping[int, int]) -> list[Offer]:
        """The newest base for each partition of `held` (partition -> version) that is behind."""
        newest = await self._pool.newest()
        if newest is None:
            return []
        behind = [partition for partition, version in held.items() if version < newest.version]
        base = await self._bases.of(newest.version) if behind else None
        return [] if base is None else await self._offers(behind, base)

    async def _offers(self, partitions: Iterable[int], base: Base) -> list[Offer]:
        found = []
        for partition in partitions:
            taken = await self._pool.taken(member_of(self._namespace, partition), base.version)
            if taken is not None:
                models = await asyncio.to_thread(_unpacked, taken)
                found.append(Offer(partition, base, taken.base, taken.offset, models))
        return found


def _unpacked(taken: Taken) -> dict[str, Tables]:
    return {name: unpack(blob) for name, blob in taken.models.items()}


def _rebased(models: Replica, offer: Offer, recent: Recent | None) -> dict[str, Numbers]:
    """Own numbers on the base on offer, of the models that are merged.

    `recent` knows what was learned of late; without it all that is own is looked through.
    """
    if offer.over == models.base.version:
        changed = None if recent is None else recent.after(offer.offset)
        own = models.rebase(offer.base, offer.taken, changed)
    else:  # nothing was taken in of what is own now
        own = models.rebase(offer.base, {})
    return {name: numbers_of(tables) for name, tables in own.items()}
