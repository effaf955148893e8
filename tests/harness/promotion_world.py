"""A stream in memory whose models are promoted and taken back, and how its answers are counted."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from harness.promotions import PASSED, fitted, written
from harness.statements import answers
from harness.streams import local_settings

from offline.kept_bases import KeptBases
from offline.places import Place
from offline.versions import Versions
from online_models.items import ItemModel
from online_models.tables import numbers_of, tables_of
from processors.objective import Objective
from schemas.checkpoint import Merge
from schemas.codec import decode_json
from schemas.event import LearningEvent, event_from_json
from schemas.version import Verdict
from stream.bases import load_base
from stream.local import LocalStream
from stream.log import Message
from stream.merger import LEASE_SEC
from stream.promotion import Promoter
from stream.records import RawRecord
from stream.topics import EVENTS, STATEMENTS
from stream.versions import live_base

SETTINGS = local_settings(partitions=3, merge_every=1_000_000)
ANSWERS = list(answers(160, 9, 3))
ALL = "*"
ITEMS = ItemModel.name
"""Its sums are exact, so each answer can be counted."""
run = asyncio.run


def mark(name: str) -> float:
    """Answers that a version claims to know of beside the real ones; none for no version."""
    return 1000.0 * int(name.removeprefix("v") or 0)


class World:
    """A stream in memory, a place for versions, and who promotes."""

    def __init__(self, folder: Path) -> None:
        self.stream = LocalStream(SETTINGS, Objective(), lambda: 1.9e9)
        self.pool = self.stream.store.pool
        self.place = Place(str(folder))
        self.versions = Versions(self.place)
        self.promoter = Promoter(self.pool, self.versions, KeptBases(self.place), lambda: 2e9)
        self.told = 0

    async def learn(self, count: int) -> None:
        topic = STATEMENTS.name
        chosen = ANSWERS[self.told : self.told + count]
        await self.stream.log.send([Message(topic, raw, who.encode()) for who, raw in chosen])
        await self.stream.run()
        self.told += len(chosen)

    async def merge(self) -> Merge | None:
        version = await self.pool.begin(LEASE_SEC)
        assert version is not None
        made = await self.stream.merger.merge(version, await self.pool.members())
        return None if made is None else made.merge

    async def adopt(self, only: Collection[int] | None = None) -> None:
        await self.stream.personalizer.adopt(only)

    async def candidate(self, name: str, verdict: Verdict | None = PASSED) -> None:
        """A version that knows what the live base knows, and its mark."""
        live = await live_base(self.pool, "", SETTINGS.partitions)
        numbers = dict(fitted(self.events(live[2])))
        rows = numbers_of(numbers.get(ITEMS, {}))
        counted, *rest = rows.get(ALL, (0.0, 0.0, 0.0, 0.0))
        numbers[ITEMS] = tables_of(rows | {ALL: (counted + mark(name), *rest)})
        await asyncio.to_thread(written, self.versions, name, numbers, live, verdict)

    def events(self, up_to: dict[int, int]) -> list[LearningEvent]:
        return [
            event_from_json(decode_json(record.value or b""))
            for record in self.stream.log.all(EVENTS.name)
            if record.offset <= up_to[record.partition]
        ]

    def records(self) -> dict[int, list[RawRecord]]:
        found: dict[int, list[RawRecord]] = {}
        for record in self.stream.log.all(EVENTS.name):
            raw = RawRecord(*record[:4], record.value or b"")
            found.setdefault(record.partition, []).append(raw)
        return found

    async def answered(self) -> float:
        """Answers that the newest base knows of."""
        newest = await self.pool.newest()
        base = await load_base(self.pool, 0 if newest is None else newest.version)
        assert base is not None
        return base.of(ITEMS).numbers.get(ALL, (0.0,))[0]

    async def settled(self) -> float:
        """Answers that the newest base knows of when everything has been taken in."""
        for _ in range(2):
            await self.adopt()
            await self.merge()
        return await self.answered()


async def numbers_in(stream: LocalStream) -> list[object]:
    """What a stream's partitions stand on, what is their own, and the seals of all bases."""
    names = stream.personalizer._owned[0].models.names
    claims = [await stream.store.claim(partition, names) for partition in range(3)]
    seals = [merge.seal for merge in await stream.store.pool.merges()]
    return [[(claim.base, claim.models) for claim in claims], seals]


def in_a_world(law: Callable[[World], Awaitable[None]]) -> None:
    """Run `law` where a base is live that all partitions stand on, and more was learned since."""

    async def prepared(folder: str) -> None:
        world = World(Path(folder))
        await world.stream.start()
        await world.learn(40)
        await world.merge()
        await world.adopt()
        await world.learn(20)
        await law(world)

    with tempfile.TemporaryDirectory() as folder:
        run(prepared(folder))
