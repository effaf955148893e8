"""The personalize agent's work: events in, one atomic checkpoint out, then publish.

The worker owns some partitions of `learning.events`. For each it holds the fence of its claim,
the last applied offset and the partition's models; everything else is read from the store, so
that there is nothing to go stale.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence

from online_models.replica import Replica
from processors.partitioning import partition_of
from processors.pipeline import (
    Batch,
    Outcome,
    Staleness,
    World,
    also_needs,
    needs_of,
    personalize,
    refresh,
)
from processors.reference import Change
from schemas.checkpoint import Memory, Needs, PartitionWrite
from schemas.codec import decode_json
from schemas.errors import Corrupt
from stream.adoption import Adopter, Offer
from stream.clock import Clock
from stream.dead_letters import conflict_letter
from stream.event_reader import check_no_hole, read_events
from stream.forgetting import Forgetting
from stream.log import Log, Message
from stream.measuring import Measures
from stream.metrics import Metrics
from stream.outbox import Outbox
from stream.owned import Owned
from stream.records import RawRecord
from stream.settings import Settings
from stream.store.contract import Store
from stream.topics import RECOMMENDATIONS

_REFRESH_LIMIT = 100
"""Queues of a partition that one `tick` rebuilds at most, so that events do not wait for it."""

_ADOPTING = 0.25
"""Adoptions that follow one another may take that share of what the last batch took."""

Records = Mapping[int, Sequence[RawRecord]]
"""Partition -> records in offset order."""


class Personalizer:
    """Keeps state, models and queues of the owned partitions."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        store: Store,
        log: Log,
        metrics: Metrics,
        now: Clock,
    ) -> None:
        self._settings = settings
        self._world = world
        self._store = store
        self._log = log
        self._metrics = metrics
        self._now = now
        self._adopter = Adopter(store.pool, settings.store.namespace)
        self._measures = Measures(settings, world, metrics)
        self._outbox = Outbox(log, settings.prefix + RECOMMENDATIONS.name, metrics)
        self._forgetting = Forgetting(settings, world.reference, store, log, metrics)
        self._owned: dict[int, Owned] = {}
        self._lock = asyncio.Lock()
        self._changes: deque[Change] = deque()
        self._why = "clock"
        self._batch_sec = 0.0

    async def resume(self, partitions: Iterable[int]) -> dict[int, int]:
        """Take `partitions` over, drop all others; returns the offset to read on from, by each.

        Raises:
            Corrupt: where a partition's models cannot be restored.
        """
        pool, every = self._store.pool, self._settings.merge_every
        await (pool.join() if every else pool.leave())
        async with self._lock:
            self._owned = {p: await self._claim(p) for p in sorted(partitions)}
            self._measures.own(len(self._owned))
            await self._forgetting.look(self._owned, self._now())
            return {p: owned.applied + 1 for p, owned in self._owned.items()}

    async def _claim(self, partition: int) -> Owned:
        models = Replica()
        claim = await self._store.claim(partition, models.names)
        base = await self._adopter.base(claim.base)
        try:
            models.restore(claim.models, base)
        except ValueError as error:
            raise Corrupt(f"partition {partition}: {error}") from error
        owned = Owned(claim.fence, -1 if claim.offset is None else claim.offset, models)
        tokens = {learner: _token(queue) for learner, queue in claim.unsent.items()}
        self._outbox.publish(claim.unsent, tokens, owned.acknowledged)
        return owned

    async def personalize(self, grouped: Records) -> None:
        """Apply records by partition; returns when their checkpoints are written.

        Raises:
            Fenced: where another worker has taken a partition over.
            Corrupt: where offsets are missing between the checkpoint and the records.
        """
        async with self._lock:
            self._outbox.raise_failure()
            started = self._now()
            batches, letters = self._batches(grouped)
            if not batches:
                return
            memories = await self._recall(batches)
            outcomes = []
            for batch, memory in zip(batches, memories, strict=True):
                outcomes.append(self._apply(batch, memory))
                await asyncio.sleep(0)
            letters += self._conflicts(batches, outcomes, grouped)
            await self._log.send(letters)
            await self._write([outcome.write for outcome in outcomes])
            self._batch_sec = self._now() - started
            self._measures.count(batches, outcomes, started, self._now())

    def _batches(self, grouped: Records) -> tuple[list[Batch], list[Message]]:
        batches, letters = [], []
        for partition, records in grouped.items():
            owned = self._owned.get(partition)
            new = [r for r in records if owned is not None and r.offset > owned.applied]
            if owned is None or not new:
                continue
            check_no_hole(partition, owned.applied, new)
            events, unreadable = read_events(new, self._settings.prefix)
            kept = self._forgetting.kept(events)
            batches.append(Batch(partition, owned.applied, kept, new[-1].offset))
            letters += unreadable
        return batches, letters

    async def _recall(self, batches: Sequence[Batch]) -> list[Memory]:
        needs = [needs_of(batch, self._world) for batch in batches]
        memories = await self._store.read(needs)
        more = [
            (memory, Needs(batch.partition, learners, (), 0))
            for batch, memory in zip(batches, memories, strict=True)
            if (learners := also_needs(batch, memory))
        ]
        if more:
            found = await self._store.read([need for _, need in more])
            for (memory, _), extra in zip(more, found, strict=True):
                memory.states.update(extra.states)
        return memories

    def _apply(self, batch: Batch, memory: Memory) -> Outcome:
        models = self._owned[batch.partition].models
        return personalize(batch, memory, models, self._world, self._now())

    def _conflicts(
        self, batches: Sequence[Batch], outcomes: Sequence[Outcome], grouped: Records
    ) -> list[Message]:
        return [
            conflict_letter(self._settings.prefix, record)
            for batch, outcome in zip(batches, outcomes, strict=True)
            if (offsets := {offset for offset, _ in outcome.conflicts})
            for record in grouped[batch.partition]
            if record.offset in offsets
        ]

    async def _write(self, writes: Sequence[PartitionWrite]) -> None:
        for write in writes:
            owned = self._owned[write.partition]
            write.acknowledged, owned.acknowledged = owned.acknowledged, {}
            if write.adopts is None:
                write.base = owned.models.base.version
        started = self._now()
        fences = {write.partition: self._owned[write.partition].fence for write in writes}
        await self._store.write(fences, writes)
        self._metrics.checkpoint_seconds.observe(self._now() - started)
        for write in writes:
            owned = self._owned[write.partition]
            owned.applied = write.offset
            if owned.recent is not None and write.adopts is None:
                owned.recent.note(write.offset, write.models)
            self._outbox.publish(write.queues, write.tokens, owned.acknowledged)

    def export(self) -> None:
        """Bring the gauges of the models' quality and of learning up to date."""
        monitors = {part: owned.models.quality for part, owned in self._owned.items()}
        self._measures.export(monitors, self._now())

    def applied(self) -> dict[int, int]:
        """Offset of the last applied event by owned partition; -1 before the first."""
        return {partition: owned.applied for partition, owned in self._owned.items()}

    def take(self, change: Change) -> None:
        """Hear that reference data changed; queues concerned are rebuilt by the next `tick`."""
        self._changes.append(change)
        if self._owned:  # else whoever has to go is looked for when partitions are taken over
            self._forgetting.ask(change.erased)

    async def tick(self) -> bool:
        """Rebuild queues that a clock or a change concerns; returns whether more are waiting."""
        async with self._lock:
            self._outbox.raise_failure()
            await self._take_changes()
            await self._forgetting.run(self._owned, self._write)
            now = self._now()
            waiting = {p: await self._waiting(p, now) for p in self._owned}
            self._metrics.waiting.set(sum(map(len, waiting.values())))
            busy = [p for p, owned in self._owned.items() if waiting[p] or owned.acknowledged]
            if busy:
                await self._refresh(
                    [self._owned[p].rest(p, self._world.statement_window) for p in busy],
                    waiting,
                    now,
                )
            return any(len(learners) >= _REFRESH_LIMIT for learners in waiting.values())

    async def adopt(self, only: Collection[int] | None = None) -> None:
        """Go on with what the newest merge has made, one partition after the other.

        Between two of them events may come in, which then wait for one only; but where batches are
        long, as many adopt at once as take a small part of that, or the last would wait for ever.

        Args:
            only: partitions that may; all where it is None.

        Raises:
            Fenced: where another worker has taken a partition over.
            Corrupt: where what was merged cannot be used.
        """
        await self._adopter.notice(self._owned.values())
        chosen = self._owned if only is None else self._owned.keys() & only
        held = {p: self._owned[p].models.base.version for p in sorted(chosen)}
        offers = deque(await self._adopter.offers(held))
        while offers:
            async with self._lock:
                until = self._now() + _ADOPTING * self._batch_sec
                await self._adopt(offers.popleft())
                while offers and self._now() < until:
                    await self._adopt(offers.popleft())

    async def _adopt(self, offer: Offer) -> None:
        owned = self._owned.get(offer.partition)
        if owned is None or owned.models.base.version >= offer.base.version:
            return
        started = self._now()
        write = owned.rest(offer.partition, self._world.statement_window)
        self._adopter.adopt(owned, offer, write)
        self._metrics.rebase_seconds.observe(self._now() - started)
        await self._write([write])
        self._metrics.adoptions.inc()
        self._metrics.base_version.set(offer.base.version)
        for name, count in offer.sizes().items():
            self._metrics.own_parameters.labels(name).set(count)

    async def _take_changes(self) -> None:
        while self._changes:
            change = self._changes.popleft()
            self._why = change.why
            if change.learners is None:
                for partition in self._owned:
                    await self._store.make_all_due(partition)
            else:
                self._ask(change.learners)

    def _ask(self, learners: Iterable[str]) -> None:
        for learner in learners:
            owned = self._owned.get(partition_of(learner.encode(), self._settings.partitions))
            if owned is not None:
                owned.asked.add(learner)

    async def _waiting(self, partition: int, now: float) -> list[str]:
        owned = self._owned[partition]
        asked = sorted(owned.asked)[:_REFRESH_LIMIT]
        owned.asked.difference_update(asked)
        room = _REFRESH_LIMIT - len(asked)
        due = await self._store.due(partition, now, room) if room else []
        return [*asked, *(learner for learner in due if learner not in asked)]

    async def _refresh(
        self, writes: Sequence[PartitionWrite], waiting: Mapping[int, list[str]], now: float
    ) -> None:
        needs = [Needs(w.partition, tuple(waiting[w.partition]), (), 0) for w in writes]
        for write, memory in zip(writes, await self._store.read(needs), strict=True):
            stale = Staleness(waiting[write.partition], self._why)
            models = self._owned[write.partition].models
            seen = refresh(write, stale, memory, models, self._world, now)
            self._measures.count_rebuilt(seen, now)
        await self._write(writes)


def _token(queue: bytes) -> str:
    data = decode_json(queue)
    return f"{data['version']}/{data['generated_at']}"
