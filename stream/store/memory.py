"""The store's twin in memory: same laws, no server."""

from collections.abc import Sequence

from online_models.engagement import EngagementModel
from online_models.offers import names_of
from processors.partitioning import partition_of
from processors.receipts import is_of
from schemas.checkpoint import Adoption, Claim, Forgotten, Memory, Needs, PartitionWrite
from schemas.codec import hash64
from schemas.errors import Fenced
from stream.store.contract import LONGEST_HISTORY, member_of
from stream.store.memory_pool import MemoryPool, MemoryServer, Partition


class MemoryStore:
    """`Store` in dictionaries; one process, no expiry.

    Args:
        partitions: how many.
        server: what the installation shares with others; a server of its own where there is none.
        namespace: this installation's.
        pool: see `StoreSettings.pool`.
    """

    def __init__(
        self,
        partitions: int,
        server: MemoryServer | None = None,
        namespace: str = "",
        pool: str = "",
    ) -> None:
        server = server or MemoryServer()
        members = [member_of(namespace, partition) for partition in range(partitions)]
        self._partitions = [server.partitions.setdefault(m, Partition()) for m in members]
        self.pool = MemoryPool(server, f"pool {pool}" if pool else namespace, members)

    async def claim(self, partition: int, models: Sequence[str]) -> Claim:
        """See `Store.claim`."""
        part = self._partitions[partition]
        part.fence += 1
        return Claim(
            partition=partition,
            fence=part.fence,
            offset=part.offset,
            base=part.base,
            models={name: dict(part.models.get(name, {})) for name in models},
            unsent={learner: part.queues[learner] for learner in part.outbox},
        )

    async def read(self, needs: Sequence[Needs]) -> list[Memory]:
        """See `Store.read`."""
        return [self._read(need) for need in needs]

    def _read(self, need: Needs) -> Memory:
        part = self._partitions[need.partition]
        window = {
            **part.statements.get(need.generation - 1, {}),
            **part.statements.get(need.generation, {}),
        }
        return Memory(
            {name: part.states[name] for name in need.learners if name in part.states},
            {key: window[key] for key in need.statements if key in window},
        )

    async def look(self, partition: int, learners: Sequence[str]) -> tuple[int, dict[str, bytes]]:
        """See `Store.look`."""
        states = self._partitions[partition].states
        found = {name: states[name] for name in learners if name in states}
        return await self.applied(partition), found

    async def learners(self, partition: int) -> list[str]:
        """See `Store.learners`."""
        return sorted(self._partitions[partition].states)

    async def write(self, fences: dict[int, int], writes: Sequence[PartitionWrite]) -> None:
        """See `Store.write`."""
        for write in writes:
            part = self._partitions[write.partition]
            if part.fence != fences[write.partition] or not _fits(part, write):
                raise Fenced(f"partition {write.partition} is not as this worker left it")
            _adopt(part, write)
            self._apply(part, write)

    @staticmethod
    def _apply(part: Partition, write: PartitionWrite) -> None:
        part.offset = write.offset if write.offset >= 0 else part.offset
        part.states.update(write.states)
        part.queues.update(write.queues)
        part.due.update(write.due)
        for learner in write.forgotten:
            part.due.pop(learner, None)
        for name, numbers in write.models.items():
            held = part.models.setdefault(name, {})
            held.update(numbers)
            for gone in [key for key, values in numbers.items() if not values]:
                del held[gone]
        part.statements.setdefault(write.generation, {}).update(write.receipts)
        part.statements.pop(write.generation - 2, None)
        for learner, token in write.acknowledged.items():
            if part.outbox.get(learner) == token:
                del part.outbox[learner]
        part.outbox.update(write.tokens)

    async def forget(
        self, partition: int, fence: int, learner: str, word: str, offers: int = 0
    ) -> Forgotten:
        """See `Store.forget`."""
        part = self._partitions[partition]
        if part.fence != fence:
            raise Fenced(f"partition {partition} is not as this worker left it")
        found = await self.held(partition, learner)
        found = found._replace(offers=found.offers + offers)
        for held in (part.states, part.queues, part.due, part.outbox):
            held.pop(learner, None)
        for name in _offers(part, learner):
            del part.models[EngagementModel.name][name]
        for receipts in part.statements.values():
            for key in [key for key, kept in receipts.items() if is_of(learner, kept)]:
                del receipts[key]
        part.forgotten[word] = found.plus(part.forgotten.get(word, Forgotten()))
        return part.forgotten[word]

    async def forgot(self, partition: int, word: str) -> Forgotten | None:
        """See `Store.forgot`."""
        return self._partitions[partition].forgotten.get(word)

    async def held(self, partition: int, learner: str) -> Forgotten:
        """See `Store.held`."""
        part = self._partitions[partition]
        receipts = [kept for one in part.statements.values() for kept in one.values()]
        return Forgotten(
            states=learner in part.states,
            queues=learner in part.queues,
            receipts=sum(is_of(learner, kept) for kept in receipts),
            waiting=(learner in part.due) + (learner in part.outbox),
            offers=len(_offers(part, learner)),
        )

    async def offers(self, partition: int, learner: str) -> int:
        """See `Store.offers`."""
        return len(_offers(self._partitions[partition], learner))

    async def due(self, partition: int, now: float, limit: int) -> list[str]:
        """See `Store.due`."""
        due = self._partitions[partition].due
        late = sorted((at, learner) for learner, at in due.items() if at <= now)
        return [learner for _, learner in late[:limit]]

    async def make_all_due(self, partition: int) -> None:
        """See `Store.make_all_due`."""
        due = self._partitions[partition].due
        due.update(dict.fromkeys(due, 0.0))

    async def applied(self, partition: int) -> int:
        """See `Store.applied`."""
        offset = self._partitions[partition].offset
        return -1 if offset is None else offset

    async def state(self, learner: str) -> bytes | None:
        """See `Store.state`."""
        return self._of(learner).states.get(learner)

    async def queue(self, learner: str) -> bytes | None:
        """See `Store.queue`."""
        return self._of(learner).queues.get(learner)

    async def close(self) -> None:
        """See `Store.close`."""

    def _of(self, learner: str) -> Partition:
        return self._partitions[partition_of(learner.encode(), len(self._partitions))]


def _offers(part: Partition, learner: str) -> list[str]:
    start = names_of(hash64(learner))
    return [name for name in part.models.get(EngagementModel.name, {}) if name.startswith(start)]


def _fits(part: Partition, write: PartitionWrite) -> bool:
    found = -1 if part.offset is None else part.offset
    if found not in {write.expected, write.offset} or part.base not in {write.base, write.adopts}:
        return False
    return write.adopts in {None, part.base} or write.adopts in part.taken


def _adopt(part: Partition, write: PartitionWrite) -> None:
    if write.adopts is None:
        return
    for name in write.models:
        part.models.pop(name, None)
    if part.base != write.adopts:
        del part.taken[write.adopts]
        part.base = write.adopts
        adopted = Adoption(write.adopts, write.offset)
        part.adoptions = [*part.adoptions, adopted][-LONGEST_HISTORY:]
