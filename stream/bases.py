"""The bases that a worker's partitions stand on: sealed, loaded once, shared by all of them."""

import asyncio
from weakref import WeakValueDictionary

from online_models.meaning import MEANING, MODELS
from online_models.packing import digest, pack, unpack
from online_models.replica import Replica
from online_models.tables import NO_BASE, Base, ModelBase
from schemas.checkpoint import SealedBase
from schemas.errors import Corrupt
from stream.store.contract import Pool

__all__ = ["MODELS", "Bases", "corrupt", "load_base", "sealed"]


def sealed(base: Base) -> SealedBase:
    """`base` as a pool keeps it."""
    models = {name: pack(one.tables) for name, one in base.models.items()}
    return SealedBase(f"{MEANING} {digest(models)}", models)


async def load_base(pool: Pool, version: int) -> Base | None:
    """The base of that version; None where there is none, since no partition stands on it.

    Raises:
        Corrupt: where it is damaged, or made by models that mean something else by it.
    """
    if version == 0:
        return NO_BASE
    found = await pool.base(version)
    if found is None:
        return None
    meaning, _, numbers = found.seal.partition(" ")
    if meaning != MEANING:
        raise corrupt(version, "were made by another version of the models")
    return await asyncio.to_thread(_opened, version, found, numbers)


def _opened(version: int, found: SealedBase, numbers: str) -> Base:
    if digest(found.models) != numbers:
        raise corrupt(version, "are damaged")
    models = {name: ModelBase(unpack(blob)) for name, blob in found.models.items()}
    return Base(version, models)


def _viewed(base: Base) -> None:
    """Have the models make of a base what they need to find numbers fast."""
    Replica().restore({}, base)


def corrupt(version: int, what: str) -> Corrupt:
    """What to raise where the base of a version cannot be used, but is needed."""
    return Corrupt(
        f"the shared parameters of version {version} {what}: restore Redis from a backup, or make "
        "everything anew with `stepstream replay`, and `stepstream replay switch` to it"
    )


class Bases:
    """Each base once, for as long as a partition stands on it.

    A store that has lost its tail may give a version to another base, so bases are known by
    version and seal.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._held: WeakValueDictionary[tuple[int, str | None], Base] = WeakValueDictionary()

    async def of(self, version: int) -> Base | None:
        """The base of that version; None where there is none.

        Raises:
            Corrupt: as `load_base` does.
        """
        known = (version, await self._pool.seal(version))
        base = self._held.get(known)
        if base is None:
            base = await load_base(self._pool, version)
            if base is None:
                return None
            await asyncio.to_thread(_viewed, base)
            self._held[known] = base
        return base
