"""What a merge costs, and for how long it holds events up, on a real Valkey.

    PYTHONPATH=.:tests python -m bench.merging FILE [--rows 60000] [--every 10000]

Answers of FILE (see `stepstream evaluate success --help`) teach twelve partitions; every so often
they are merged and adopt. Merging happens in a process of its own; what an event can wait for is
one partition's adoption: re-basing in the worker, and its write.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Iterable
from pathlib import Path
from statistics import median
from typing import TypeVar

from bench.conditions import conditions

from offline.answers import read_answers
from offline.clocks import clock_of
from offline.events import Events
from online_models.replica import Replica
from processors.application import Application
from processors.partitioning import partition_of
from schemas.checkpoint import Memory, PartitionWrite
from stream.adoption import Adopter, Offer
from stream.embedded.ports import LOOPBACK, choose_ports
from stream.embedded.process import stop_processes
from stream.embedded.valkey import valkey_server
from stream.merger import Merger
from stream.owned import Owned
from stream.recent import Recent
from stream.settings import StoreSettings
from stream.store.redis_store import RedisStore

PARTITIONS = 12
T = TypeVar("T")


class Bench:
    """Twelve partitions on one store."""

    def __init__(self, url: str, every: int) -> None:
        self.store = RedisStore(StoreSettings(url=url), PARTITIONS)
        self.merger = Merger(self.store.pool, every)
        self.adopter = Adopter(self.store.pool, "")
        self.models = [Replica() for _ in range(PARTITIONS)]
        self.work = [Application(Memory({}, {}), models) for models in self.models]
        self.offsets = [-1] * PARTITIONS
        self.recent = [Recent(-1)] * PARTITIONS
        self.fences: dict[int, int] = {}
        self.spent: dict[str, list[tuple[float, float]]] = {}

    async def claim(self) -> None:
        await self.store.pool.join()
        claims = [await self.store.claim(partition, ()) for partition in range(PARTITIONS)]
        self.fences = {claim.partition: claim.fence for claim in claims}

    def learn(self, events: Events, rows: Iterable[int]) -> None:
        for row in rows:
            event = events(row)
            partition = partition_of(event.learner.encode(), PARTITIONS)
            self.offsets[partition] += 1
            self.work[partition].apply(self.offsets[partition], event)
            self.work[partition].observations.clear()

    async def write(self) -> None:
        for partition, models in enumerate(self.models):
            write = PartitionWrite(
                partition=partition,
                expected=await self.store.applied(partition),
                offset=self.offsets[partition],
                base=models.base.version,
                models=models.touched(),
            )
            await self.store.write(self.fences, [write])
            self.recent[partition].note(write.offset, write.models)

    async def round(self, events: Events, meanwhile: Iterable[int]) -> dict[str, int]:
        """Merge what was learned, learn on, adopt; returns the parameters by model."""
        await self.write()
        self.recent = [Recent(offset) for offset in self.offsets]
        merged = await self._timed("merge, in its own process", self.merger.merge_if_due())
        self.learn(events, meanwhile)
        await self.write()
        held = {partition: self.models[partition].base.version for partition in range(PARTITIONS)}
        offers = await self._timed("load the base, in a thread", self.adopter.offers(held))
        for offer in offers:
            await self._adopt(offer)
        return {} if merged is None else dict(merged.parameters)

    async def _adopt(self, offer: Offer) -> None:
        owned = Owned(0, self.offsets[offer.partition], self.models[offer.partition])
        owned.recent = self.recent[offer.partition]
        write, started = owned.rest(offer.partition, 1), _Watch()
        self.adopter.adopt(owned, offer, write)
        self._note("re-base one partition", started)
        await self._timed("write it", self.store.write(self.fences, [write]))

    async def _timed(self, what: str, work: Awaitable[T]) -> T:
        started = _Watch()
        result = await work
        self._note(what, started)
        return result

    def _note(self, what: str, started: "_Watch") -> None:
        self.spent.setdefault(what, []).append(started.read())


class _Watch:
    """Milliseconds since it was made: of the clock, and of this process on a processor."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return wall * 1e3, cpu * 1e3


async def measure(url: str, events: Events, rows: int, every: int) -> None:
    bench = Bench(url, every)
    await bench.claim()
    parameters: dict[str, int] = {}
    meanwhile = every // 5
    for start in range(0, rows - every - meanwhile + 1, every + meanwhile):
        end = start + every
        bench.learn(events, range(start, end))
        bench.spent.clear()
        parameters = await bench.round(events, range(end, end + meanwhile)) or parameters
    print(f"the last merge, of what {every} answers had taught; {meanwhile} more came meanwhile:")
    for what, found in bench.spent.items():
        wall, cpu = (sorted(column) for column in zip(*found, strict=True))
        print(
            f"{what:30s} median {median(wall):7.1f} ms, longest {wall[-1]:7.1f} ms; "
            f"on the processor {median(cpu):7.1f} ms"
        )
    newest = await bench.store.pool.newest()
    base = None if newest is None else await bench.store.pool.base(newest.version)
    size = sum(map(len, base.models.values())) if base else 0
    print(f"{sum(parameters.values())} parameters, {size / 1e6:.1f} MB: {parameters}")
    await bench.store.close()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--every", type=int, default=10_000)
    options = parser.parse_args()
    answers = read_answers(options.file, options.rows)
    events = Events(answers, clock_of(answers, "auto"))
    print(conditions())
    with tempfile.TemporaryDirectory() as folder:
        port = choose_ports(Path(folder)).valkey
        server = valkey_server(Path(folder), port)
        process = server.spawn()
        try:
            server.wait_ready(process)
            url = f"redis://{LOOPBACK}:{port}/0"
            asyncio.run(measure(url, events, len(answers), options.every))
        finally:
            stop_processes([process], grace_sec=5.0)


if __name__ == "__main__":
    main()
