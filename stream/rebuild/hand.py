"""One process of a rebuild: it goes through the events of some partitions, as it is told to.

It is told by messages on a pipe, (verb, details ...), and answers each with (DONE, answer); in
between it says (PROGRESS, events) now and then. It ends when the pipe does, and so with its parent.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from offline.archived import Source
from offline.passes.partitions import Partitions
from offline.passes.working_file import WorkingFile
from online_models.packing import pack, unpack
from online_models.replica import Replica
from online_models.tables import Base, ModelBase
from processors.pipeline import World
from processors.warming import warm_up
from schemas.codec import pack as pack_plain
from schemas.codec import unpack as unpack_plain
from schemas.errors import StepstreamError
from stream.collector import spare_the_collector
from stream.objective_file import objective_of
from stream.rebuild.landing import Landing, Partition, by_generation
from stream.rebuild.sources import open_source, unerased
from stream.reference_feed import load_erased, load_reference
from stream.settings import Settings
from stream.store.redis_store import RedisStore

DONE, PROGRESS, FAILED = "done", "progress", "failed"
_LATELY_SEC = 3600.0
"""Who was erased so long before the replay began, or since, may be in what it has read."""
_TELL_EVERY = 2_000
"""Events, or learners, between two words of progress."""


class Hand:
    """Some partitions, their learners, and a replica that learns from all of them.

    Args:
        tell: takes how many more events (or learners) are done.
    """

    def __init__(
        self,
        settings: Settings,
        source: Source,
        partitions: list[int],
        file: WorkingFile,
        tell: Callable[[int], None],
    ) -> None:
        self._settings = settings
        self._source, self._numbers, self._file, self._tell = source, partitions, file, tell
        self._all = Partitions(file, Replica(), settings.statement_window)

    def advance(self, ends: list[tuple[int, int]]) -> int:
        """Learn the events of its partitions up to `ends` (partition, offset); returns how many."""
        up_to = {p: end for p, end in ends if p in self._numbers}
        count = 0
        for archived in self._source.read(self._all.offsets, up_to):
            self._all.apply(archived)
            count += 1
            if count % _TELL_EVERY == 0:
                self._tell(_TELL_EVERY)
        self._tell(count % _TELL_EVERY)
        self._all.offsets.update(up_to)
        return count

    def own(self) -> dict[str, bytes]:
        """What it has learned since the last base, packed."""
        return {name: pack(tables) for name, tables in self._all.models.own().items()}

    def rebase(self, version: int, numbers: Mapping[str, bytes]) -> None:
        """Go on with a base that has taken in all of `own`, since which nothing was learned."""
        models = {name: ModelBase(unpack(blob)) for name, blob in numbers.items()}
        self._all.models.rebase(Base(version, models), {}, {})

    def land(self, now: float) -> int:
        """Write everything as of `now` (POSIX seconds); returns how many learners there are."""
        return asyncio.run(self._land(now))

    async def _land(self, now: float) -> int:
        self._all.save()
        reference = load_reference(self._settings.kafka, self._settings.prefix)
        world = World(reference, objective_of(self._settings), self._settings.statement_window)
        store = RedisStore(self._settings.store, self._settings.partitions)
        models = self._all.models
        landing = Landing(store, self._settings.partitions, models, world, now)
        own = {name: numbers for name, numbers in models.state().items() if numbers}
        receipts = by_generation(
            (p, g, dict(zip(*unpack_plain(blob), strict=True)))
            for p, g, blob in self._file.receipts()
        )
        try:
            for number in self._numbers:
                await landing.begin(
                    Partition(
                        number=number,
                        offset=self._all.offsets.get(number, -1),
                        receipts=receipts.get(number, {}),
                        models=own if number == self._numbers[0] else {},
                    )
                )
            count = await landing.learners(self._told(self._file.states()))
            erased = load_erased(self._settings.kafka, self._settings.prefix).erasures()
            late = [one for one in erased if one.is_barred and one.erased_at >= now - _LATELY_SEC]
            await landing.forget(one.learner for one in late)
            return count
        finally:
            await store.close()

    def _told(self, states: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        for count, one in enumerate(states, 1):
            if count % _TELL_EVERY == 0:
                self._tell(_TELL_EVERY)
            yield one


def work(pipe: Connection, told: bytes) -> None:
    """What the process does."""
    facts: dict[str, Any] = unpack_plain(told)
    settings = Settings(**facts["settings"])
    warm_up()
    spare_the_collector()

    def say(*words: Any) -> None:
        pipe.send_bytes(pack_plain(words))

    with TemporaryDirectory() as folder, WorkingFile(Path(folder) / "learners") as file:
        source = unerased(open_source(facts["source"], settings), settings)
        hand = Hand(settings, source, facts["partitions"], file, lambda n: say(PROGRESS, n))
        verbs: dict[str, Callable[..., Any]] = {
            verb.__name__: verb for verb in (hand.advance, hand.own, hand.rebase, hand.land)
        }

        while (words := _heard(pipe)) is not None:
            verb, *details = unpack_plain(words)
            try:
                say(DONE, verbs[verb](*details))
            except StepstreamError as error:
                say(FAILED, str(error))
                return


def _heard(pipe: Connection) -> bytes | None:
    try:
        return pipe.recv_bytes()
    except EOFError:
        return None
