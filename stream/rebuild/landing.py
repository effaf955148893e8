"""Writes what a rebuild has come to into partitions that nobody has written yet.

All of a partition carries the offset of its last event from the first write on, so that the parts
can come one after the other; it is whole when the namespace is noted as whole, and not served
before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from online_models.contract import Numbers
from online_models.replica import Replica
from processors.partitioning import partition_of
from processors.pipeline import Staleness, World, refresh
from processors.state import events_of
from schemas.checkpoint import Memory, PartitionWrite
from stream.store.contract import Store

AT_ONCE = 500
"""Learners of one write."""
WHY = "replay"
"""Cause of the queues."""

T = TypeVar("T")
Blobs = Mapping[str, bytes]
Receipts = dict[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """What is known of a partition but for its learners."""

    number: int
    offset: int
    """Of its last event."""
    receipts: Mapping[int, Receipts]
    """By generation of the statement window."""
    models: Mapping[str, Numbers]
    """Numbers of its own, beside the base."""


class Landing:
    """Builds queues as of `now` (POSIX seconds) and writes everything.

    Args:
        store: whose pool offers the base that `models` stand on to every partition.
        partitions: how many there are.
        models: with which queues are ranked.
    """

    def __init__(
        self, store: Store, partitions: int, models: Replica, world: World, now: float
    ) -> None:
        self._store, self._partitions = store, partitions
        self._models, self._world, self._now = models, world, now
        self._fences: dict[int, int] = {}
        self._begun: dict[int, Partition] = {}

    async def begin(self, partition: Partition) -> None:
        """The base is adopted; nobody's state is there yet."""
        claim = await self._store.claim(partition.number, [])
        self._fences[partition.number] = claim.fence
        self._begun[partition.number] = partition
        write = self._write_of(partition, base=0)
        write.adopts = self._models.base.version
        write.models = {name: {} for name in self._models.names} | dict(partition.models)
        await self._put([write])
        for generation, receipts in sorted(partition.receipts.items()):
            write = self._write_of(partition)
            write.generation, write.receipts = generation, receipts
            await self._put([write])

    async def learners(self, states: Iterable[tuple[str, bytes]]) -> int:
        """Write learners and their queues; returns how many have a state.

        Who has a profile and no state gets a queue, too.
        """
        count = 0
        known: set[str] = set()
        for chunk in _cut(states):
            known.update(learner for learner, _ in chunk)
            count += len(chunk)
            await self._put_learners(dict(chunk), [learner for learner, _ in chunk])
        idle = (one for one in self._world.reference.learners() if one not in known)
        for names in _cut(idle):
            await self._put_learners({}, names)
        return count

    async def forget(self, barred: Iterable[str]) -> None:
        """Have nothing there of those who were erased while the events were gone through."""
        for learner in barred:
            home = partition_of(learner.encode(), self._partitions)
            for number, fence in self._fences.items():
                if number == home or await self._store.offers(number, learner):
                    await self._store.forget(number, fence, learner, WHY)

    async def _put_learners(self, states: Blobs, learners: Iterable[str]) -> None:
        homes = defaultdict(list)
        for learner in learners:
            homes[partition_of(learner.encode(), self._partitions)].append(learner)
        writes = []
        for number in sorted(homes.keys() & self._begun.keys()):
            here = homes[number]
            blobs = {name: states[name] for name in here if name in states}
            writes.append(self._with_learners(self._begun[number], blobs, here))
        await self._put(writes)

    def _with_learners(
        self, partition: Partition, states: Blobs, learners: Sequence[str]
    ) -> PartitionWrite:
        write = self._write_of(partition)
        stale = Staleness(learners, WHY)
        refresh(write, stale, Memory(dict(states), {}), self._models, self._world, self._now)
        write.tokens.clear()  # they are published when the namespace begins to serve
        write.states = dict(states)
        write.short_lived = {name for name, blob in states.items() if events_of(blob) <= 1}
        return write

    def _write_of(self, partition: Partition, base: int | None = None) -> PartitionWrite:
        return PartitionWrite(
            partition=partition.number,
            expected=-1,
            offset=partition.offset,
            generation=max(partition.offset, 0) // self._world.statement_window,
            base=self._models.base.version if base is None else base,
        )

    async def _put(self, writes: Sequence[PartitionWrite]) -> None:
        await self._store.write(self._fences, writes)


def _cut(things: Iterable[T]) -> Iterator[list[T]]:
    """In pieces of at most `AT_ONCE`."""
    rest = iter(things)
    while found := [*islice(rest, AT_ONCE)]:
        yield found


def by_generation(
    rows: Iterable[tuple[int, int, Receipts]],
) -> dict[int, dict[int, Receipts]]:
    """(partition, generation, receipts) -> the receipts of each partition by generation."""
    found: dict[int, dict[int, Receipts]] = defaultdict(lambda: defaultdict(dict))
    for partition, generation, receipts in rows:
        found[partition][generation] |= receipts
    return found
