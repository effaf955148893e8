"""The pool's twin in memory: same laws, no server."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.checkpoint import (
    Adoption,
    Forgotten,
    Merge,
    Numbers,
    RawNumbers,
    SealedBase,
    Snapshot,
    Taken,
)
from stream.store.contract import LONGEST_HISTORY


@dataclass(slots=True)
class Partition:
    """Everything under the keys of one partition."""

    fence: int = 0
    offset: int | None = None
    states: dict[str, bytes] = field(default_factory=dict)
    queues: dict[str, bytes] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    base: int = 0
    models: dict[str, Numbers] = field(default_factory=dict)
    taken: dict[int, Taken] = field(default_factory=dict)
    adoptions: list[Adoption] = field(default_factory=list)
    outbox: dict[str, str] = field(default_factory=dict)
    statements: dict[int, dict[int, bytes]] = field(default_factory=dict)
    forgotten: dict[str, Forgotten] = field(default_factory=dict)


@dataclass(slots=True)
class _Shared:
    """Everything under the keys of one pool."""

    members: set[str] = field(default_factory=set)
    attempts: int = 0
    versions: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    promotions: list[Merge] = field(default_factory=list)
    pinned: float | None = None
    judged: tuple[str, bool] | None = None
    bases: dict[int, SealedBase] = field(default_factory=dict)


class MemoryServer:
    """What installations share that use the same server."""

    def __init__(self) -> None:
        self.partitions: dict[str, Partition] = {}
        """By member."""
        self.pools: dict[str, _Shared] = {}


class MemoryPool:
    """`Pool` in dictionaries; one process, so that an attempt that was begun later wins."""

    def __init__(self, server: MemoryServer, name: str, own: Sequence[str]) -> None:
        self._partitions = server.partitions
        self._shared = server.pools.setdefault(name, _Shared())
        self._own = own

    async def join(self) -> None:
        """See `Pool.join`."""
        self._shared.members.update(self._own)

    async def leave(self) -> None:
        """See `Pool.leave`."""
        self._shared.members.difference_update(self._own)

    async def members(self) -> list[str]:
        """See `Pool.members`."""
        return sorted(self._shared.members)

    async def events(self, members: Sequence[str]) -> int:
        """See `Pool.events`."""
        offsets = [self._partitions[member].offset for member in members]
        return sum(offset + 1 for offset in offsets if offset is not None)

    async def newest(self) -> Merge | None:
        """See `Pool.newest`."""
        return self._shared.merges[-1] if self._shared.merges else None

    async def merges(self) -> list[Merge]:
        """See `Pool.merges`."""
        return list(self._shared.merges)

    async def promotions(self) -> list[Merge]:
        """See `Pool.promotions`."""
        return list(self._shared.promotions)

    async def pin(self, at: float) -> None:
        """See `Pool.pin`."""
        self._shared.pinned = at

    async def unpin(self) -> None:
        """See `Pool.unpin`."""
        self._shared.pinned = None

    async def pinned(self) -> float | None:
        """See `Pool.pinned`."""
        return self._shared.pinned

    async def judge(self, version: str, *, passed: bool) -> None:
        """See `Pool.judge`."""
        self._shared.judged = version, passed

    async def judged(self) -> tuple[str, bool] | None:
        """See `Pool.judged`."""
        return self._shared.judged

    async def enter(self) -> int:
        """See `Pool.enter`."""
        self._shared.attempts += 1
        self._shared.versions.add(self._shared.attempts)
        return self._shared.attempts

    async def begin(self, lease_sec: float) -> int | None:
        """See `Pool.begin`."""
        del lease_sec
        shared = self._shared
        needed = {self._partitions[member].base for member in shared.members}
        needed.update(merge.version for merge in shared.merges[-1:])
        for version in shared.versions - needed:
            shared.bases.pop(version, None)
            for member in shared.members:
                self._partitions[member].taken.pop(version, None)
        shared.attempts += 1
        shared.versions = (shared.versions & needed) | {shared.attempts}
        return shared.attempts

    async def snapshot(self, member: str, models: Sequence[str]) -> Snapshot:
        """See `Pool.snapshot`."""
        part = self._partitions[member]
        own = {name: _raw(part.models.get(name, {})) for name in models}
        return Snapshot(part.base, -1 if part.offset is None else part.offset, own)

    async def sizes(self, member: str, models: Sequence[str]) -> dict[str, int]:
        """See `Pool.sizes`."""
        own = self._partitions[member].models
        return {name: len(own.get(name, {})) for name in models}

    async def offer(self, version: int, base: SealedBase, taken: Mapping[str, Taken]) -> None:
        """See `Pool.offer`."""
        self._shared.bases[version] = base
        for member, one in taken.items():
            self._partitions[member].taken[version] = one

    async def publish(self, merge: Merge) -> bool:
        """See `Pool.publish`."""
        shared = self._shared
        newest = shared.merges[-1].version if shared.merges else 0
        if newest == merge.version:
            return True
        late = newest != merge.previous or newest > merge.version
        pinned = merge.promoted is not None and shared.pinned is not None
        if late or pinned or merge.version not in shared.versions:
            return False
        shared.merges = [*shared.merges, merge][-LONGEST_HISTORY:]
        if merge.is_chosen:
            shared.promotions = [*shared.promotions, merge][-LONGEST_HISTORY:]
        return True

    async def attempt(self) -> int | None:
        """See `Pool.attempt`: none is under way while somebody asks, in one process."""
        return None

    async def give_up(self, version: int) -> None:
        """See `Pool.give_up`."""

    async def seal(self, version: int) -> str | None:
        """See `Pool.seal`."""
        base = self._shared.bases.get(version)
        return None if base is None else base.seal

    async def base(self, version: int) -> SealedBase | None:
        """See `Pool.base`."""
        return self._shared.bases.get(version)

    async def taken(self, member: str, version: int) -> Taken | None:
        """See `Pool.taken`."""
        return self._partitions[member].taken.get(version)

    async def adoptions(self, member: str) -> list[Adoption]:
        """See `Pool.adoptions`."""
        return list(self._partitions[member].adoptions)


def _raw(numbers: Numbers) -> RawNumbers:
    return {
        name.encode(): struct.pack(f"<{len(values)}d", *values) for name, values in numbers.items()
    }
