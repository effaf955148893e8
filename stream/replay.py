"""The same events once more, merged and re-based where they were: the same numbers, bit for bit.

What a replica has learned depends on when it adopted which base, and what went into that. The store
remembers both (`Pool.merges`, `Pool.adoptions`), so that a replay can do the same at the same
offsets. It makes every base anew and compares seals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from offline.versions import Models, Versions
from online_models.packing import unpack
from schemas.checkpoint import Adoption, Merge, SealedBase
from schemas.errors import ConfigurationError, Corrupt
from stream.local import LocalStream
from stream.merger import LEASE_SEC
from stream.promotion import Promoter
from stream.records import RawRecord
from stream.store.contract import Pool, member_of


@dataclass(frozen=True, slots=True)
class Past:
    """What was merged and adopted, when."""

    merges: Sequence[Merge]
    adoptions: Mapping[int, Sequence[Adoption]]
    """By partition."""


async def past_of(pool: Pool, namespace: str, partitions: int) -> Past:
    """What an installation remembers; of merges with other installations it is not enough."""
    members = [member_of(namespace, partition) for partition in range(partitions)]
    adoptions = {p: await pool.adoptions(member) for p, member in enumerate(members)}
    return Past(await pool.merges(), adoptions)


class Replay:
    """Applies records to a stream that has just started.

    Args:
        stream: empty, in memory, under the same prefix; its own merger does nothing here.
        records: by partition, in offset order from the first.
        versions: of the models; needed where any was promoted.
    """

    def __init__(
        self,
        stream: LocalStream,
        records: Mapping[int, Sequence[RawRecord]],
        versions: Versions | None = None,
    ) -> None:
        self._stream = stream
        self._records = records
        self._promoter = None
        if versions is not None:
            pool, kept = stream.store.pool, _Remembered()
            self._promoter = Promoter(pool, versions, kept, lambda: 0.0)
        self._left: dict[int, list[Adoption]] = {}

    async def run(self, past: Past) -> None:
        """Apply all records.

        Raises:
            Corrupt: where a merge comes out otherwise than it did.
        """
        self._left = {partition: list(known) for partition, known in past.adoptions.items()}
        for merge in past.merges:
            await self._adopt(before=merge.version)
            await self._merge(merge)
        await self._adopt()
        for partition, records in self._records.items():
            await self._advance(partition, records[-1].offset)

    async def _adopt(self, before: float = float("inf")) -> None:
        for partition, adoptions in self._left.items():
            while adoptions and adoptions[0].version < before:
                await self._advance(partition, adoptions.pop(0).offset)
                await self._stream.personalizer.adopt([partition])

    async def _advance(self, partition: int, offset: int) -> None:
        """Apply the records of `partition` up to `offset`; those that were applied are skipped."""
        records = [one for one in self._records.get(partition, ()) if one.offset <= offset]
        if records:
            await self._stream.personalizer.personalize({partition: records})

    async def _merge(self, merge: Merge) -> None:
        pool, namespace = self._stream.store.pool, self._stream.settings.store.namespace
        for partition in range(self._stream.settings.partitions):
            offset = merge.taken.get(member_of(namespace, partition), -1)
            await self._advance(partition, offset)
        while (version := await pool.begin(LEASE_SEC)) != merge.version:
            if version is None or version > merge.version:
                raise Corrupt(f"merge {merge.version} cannot be made again: start from nothing")
        made = await self._made(merge)
        if made is None or made.seal != merge.seal:
            raise Corrupt(
                f"merge {merge.version} comes out otherwise: the events are not those that were "
                "learned, or the models are not the same"
            )

    async def _made(self, merge: Merge) -> Merge | None:
        if merge.is_chosen:
            if self._promoter is None:
                raise ConfigurationError(
                    f"base {merge.version} was made by a promotion: the replay needs the versions"
                )
            return await self._promoter.again(merge)
        made = await self._stream.merger.merge(merge.version, merge.taken)
        return None if made is None else made.merge


class _Remembered:
    """`Kept` in memory: a replay makes the bases that promotions are taken back with again."""

    def __init__(self) -> None:
        self._bases: dict[str, Models] = {}

    def keep(self, base: SealedBase) -> None:
        """See `Kept.keep`."""
        self._bases[base.seal] = {name: unpack(blob) for name, blob in base.models.items()}

    def base(self, seal: str) -> Models:
        """See `Kept.base`."""
        return self._bases[seal]
