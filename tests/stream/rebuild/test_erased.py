"""A replay does not bring erased learners back, whenever they were erased."""

import asyncio
from collections.abc import Iterator

from harness.archives import event

from offline.archived import Archived, Offsets
from online_models.replica import Replica
from processors.objective import Objective
from processors.partitioning import partition_of
from processors.pipeline import World
from processors.receipts import Receipt, encode_receipt
from processors.reference import Reference
from processors.state import encode, fresh
from processors.trace import trace_of
from schemas.checkpoint import Forgotten
from schemas.erasure import Erased
from stream.rebuild.landing import Landing, Partition
from stream.rebuild.sources import Unerased
from stream.store.memory import MemoryStore

ANN, BOB = "ab" * 16, "cd" * 16
VOIDED = "00000000-0000-4000-8000-000000000001"


class _Log:
    """Ten events of two learners, the last one a voiding."""

    def __init__(self) -> None:
        self.all = [Archived(0, n, 1e9 + n, event(n, (ANN, BOB)[n % 2], 1e9 + n)) for n in range(9)]
        last = event(9, ANN, 1e9 + 9)
        last.voids = VOIDED
        self.all.append(Archived(0, 9, 1e9 + 9, last))

    def ends(self) -> dict[int, int]:
        return {0: 9}

    def count(self, after: Offsets, up_to: Offsets) -> int:
        return up_to[0] - after.get(0, -1)

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        return (one for one in self.all if after.get(0, -1) < one.offset <= up_to[0])


def _erased(*words: Erased) -> Reference:
    reference = Reference()
    for word in words:
        reference.put(word)
    return reference


def _read(*words: Erased) -> list[int]:
    source = Unerased(_Log(), lambda: _erased(*words))
    return [one.offset for one in source.read({}, source.ends())]


def test_a_source_skips_them_but_for_their_voidings() -> None:
    assert _read() == [*range(10)]
    assert _read(Erased(learner=ANN, erased_at=2e9)) == [1, 3, 5, 7, 9]
    readmitted = Erased(learner=ANN, erased_at=1e9, readmitted_at=1e9 + 4)
    assert _read(readmitted) == [1, 3, 5, 6, 7, 8, 9]


def test_who_is_erased_during_a_replay_is_taken_out_again() -> None:
    async def run() -> None:
        store, models = MemoryStore(2), Replica()
        world = World(Reference(), Objective(), 1000)
        landing = Landing(store, 2, models, world, 1e9)
        homes = {one: partition_of(one.encode(), 2) for one in (ANN, BOB)}
        receipts = {
            number: encode_receipt(Receipt(one, "d", trace_of(event(number, one), number)))
            for number, one in enumerate((ANN, BOB), 1)
        }
        for number in range(2):
            await landing.begin(
                Partition(number=number, offset=9, receipts={0: receipts}, models={})
            )
        await landing.learners([(one, encode(fresh())) for one in (ANN, BOB)])
        assert (await store.held(homes[ANN], ANN)).states == 1
        await landing.forget([ANN])
        assert await store.held(homes[ANN], ANN) == Forgotten()
        held = await store.held(homes[BOB], BOB)
        assert (held.states, held.queues, held.receipts) == (1, 1, 1)

    asyncio.run(run())
