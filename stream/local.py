"""The whole stream in one process without Kafka and Redis: the same parts on the twins.

For tests, evaluation and notebooks, and for the demo where no Kafka can be had.
"""

from collections import defaultdict
from collections.abc import Iterable

from processors.objective import Objective
from processors.pipeline import World
from processors.reference import Reference
from schemas.errors import StepstreamError
from stream.clock import Clock
from stream.ingester import Ingester
from stream.log import Message
from stream.log_memory import MemoryLog
from stream.merger import Merger
from stream.metrics import Metrics
from stream.personalizer import Personalizer
from stream.records import RawRecord, Record
from stream.reference_feed import take
from stream.settings import Settings
from stream.store.contract import Store
from stream.store.memory import MemoryStore
from stream.topics import ACTIVITIES, EVENTS, PROFILES, REQUIREMENTS, STATEMENTS


class LocalStream:
    """One worker that owns every partition, on a log and a store in memory.

    Args:
        settings: As for a worker; the addresses are not used.
        now: Dates messages and queues; POSIX seconds.
        store: Another store than the twin in memory.
        log: One that another stream has left behind.
    """

    def __init__(
        self,
        settings: Settings,
        objective: Objective,
        now: Clock,
        store: Store | None = None,
        log: MemoryLog | None = None,
    ) -> None:
        self.settings = settings
        self.log = log or MemoryLog(settings.partitions, now)
        self.store = store or MemoryStore(
            settings.partitions, namespace=settings.store.namespace, pool=settings.parameter_pool
        )
        self.metrics = Metrics()
        self.reference = Reference()
        self.ingester = Ingester(settings, self.reference, self.log, self.metrics, now)
        world = World(self.reference, objective, settings.statement_window, settings.slice_by)
        self.personalizer = Personalizer(settings, world, self.store, self.log, self.metrics, now)
        self.merger = Merger(self.store.pool, settings.merge_every)
        self._read: dict[tuple[str, int], int] = defaultdict(int)

    async def start(self) -> None:
        """Take over all partitions."""
        resumed = await self.personalizer.resume(range(self.settings.partitions))
        for partition, offset in resumed.items():
            self._read[self._topic(EVENTS.name), partition] = offset

    async def put_reference(self, messages: Iterable[Message]) -> None:
        """Publish reference data and take it in."""
        await self.log.send(list(messages))
        await self.run()

    async def publish(self, statements: Iterable[bytes]) -> None:
        """Publish raw statements and run until their queues are written."""
        topic = self._topic(STATEMENTS.name)
        await self.log.send([Message(topic, statement) for statement in statements])
        await self.run()

    def skip_statements(self) -> None:
        """Read no statement that is in the log already, only the events made of them."""
        topic = self._topic(STATEMENTS.name)
        for partition in range(self.settings.partitions):
            self._read[topic, partition] = self.log.end(topic, partition)

    async def run(self) -> None:
        """Run until every message has been handled and no queue waits."""
        self._take_reference()
        while records := self._next(STATEMENTS.name):
            await self.ingester.ingest([r for part in records.values() for r in part])
            self._take_reference()
        while events := self._next(EVENTS.name, await self._before_a_merge()):
            await self.personalizer.personalize(events)
            if await self.merger.merge_if_due():
                await self.personalizer.adopt()
        while await self.personalizer.tick():
            pass

    def _take_reference(self) -> None:
        for topic in (ACTIVITIES, PROFILES, REQUIREMENTS):
            for partition in range(self.settings.partitions):
                for record in self._unread(topic.name, partition):
                    change = take(self.reference, self.settings.prefix, record)
                    if isinstance(change, str):
                        raise StepstreamError(change)
                    self.personalizer.take(change)

    async def _before_a_merge(self) -> int:
        """Events of a partition to read at most, so that merges come when they are due."""
        due = await self.merger.due_in()
        most = self.settings.batch_events
        return most if due is None else max(1, min(most, due // self.settings.partitions))

    def _next(self, topic: str, most: int | None = None) -> dict[int, list[RawRecord]]:
        found = {}
        for partition in range(self.settings.partitions):
            records = self._unread(topic, partition, most)
            if records:
                found[partition] = [RawRecord(*r[:4], r.value or b"", r.headers) for r in records]
        return found

    def _unread(self, name: str, partition: int, most: int | None = None) -> list[Record]:
        topic = self._topic(name)
        start = self._read[topic, partition]
        records = self.log.read(topic, partition, start, most or self.settings.batch_events)
        self._read[topic, partition] = start + len(records)
        return records

    def _topic(self, name: str) -> str:
        return self.settings.prefix + name
