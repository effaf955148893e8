"""A worker forgets whom the word in the topic of profiles says to be erased.

What of theirs is still to come in the log is skipped from the word on. What is there goes by the
worker that owns the partition, between two batches and under its fence, so that no batch can bring
it back; a worker that takes a partition over looks whether its predecessor was too late to hear.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b

from processors.partitioning import partition_of
from processors.reference import Reference
from schemas.checkpoint import PartitionWrite
from schemas.codec import hash64
from schemas.erasure import Erased
from schemas.event import LearningEvent
from stream.log import Log, Message
from stream.metrics import Metrics
from stream.owned import Owned
from stream.settings import Settings
from stream.store.contract import Store
from stream.topics import RECOMMENDATIONS

_LATELY_SEC = 3600.0
Write = Callable[[Sequence[PartitionWrite]], Awaitable[None]]
Events = list[tuple[int, LearningEvent]]
"""(offset, event)"""


def word_of(erased: Erased) -> str:
    """Under which a worker tells that it has heard and done; names nobody."""
    return blake2b(f"{erased.learner} {erased.erased_at!r}".encode(), digest_size=16).hexdigest()


class Forgetting:
    """Whom the owned partitions still have to forget.

    Args:
        settings: names of topics.
        reference: knows who is erased.
        store: where learners lie.
        log: takes the tombstones.
        metrics: counts.
    """

    def __init__(
        self, settings: Settings, reference: Reference, store: Store, log: Log, metrics: Metrics
    ) -> None:
        self._reference, self._store, self._log = reference, store, log
        self._topic = settings.prefix + RECOMMENDATIONS.name
        self._partitions, self._window = settings.partitions, settings.statement_window
        self._metrics = metrics
        self._asked: set[str] = set()
        self._left: frozenset[int] = frozenset()

    def ask(self, learners: frozenset[str]) -> None:
        """These learners are erased from now on."""
        self._asked |= learners

    async def look(self, owned: Mapping[int, Owned], now: float) -> None:
        """Partitions are taken over: who is erased and lies there all the same goes next.

        So does who was erased lately, whether or not anything is there: somebody may be waiting for
        the word that it is done.
        """
        barred = [one for one in self._reference.erasures() if one.is_barred]
        for partition in owned:
            here = [one for one in barred if self._home(one.learner) == partition]
            if here:
                _, found = await self._store.look(partition, [one.learner for one in here])
                late = {one.learner for one in here if one.erased_at >= now - _LATELY_SEC}
                self._asked |= late.union(found)
        self._left = frozenset(hash64(one.learner) for one in barred)

    def kept(self, events: Events) -> Events:
        """Without what erased learners did. A voiding stays: it concerns another's statement."""
        found = [one for one in events if one[1].voids or not self._is_erased(one[1])]
        if len(found) < len(events):
            self._metrics.erasures.labels("event_skipped").inc(len(events) - len(found))
        return found

    def _is_erased(self, event: LearningEvent) -> bool:
        return self._reference.is_erased(event.learner, event.received_at)

    async def run(self, owned: Mapping[int, Owned], write: Write) -> None:
        """Forget who is asked for; no batch may run meanwhile.

        Args:
            owned: all partitions of this worker, by number.
            write: writes checkpoints.

        Raises:
            Fenced: where another worker has taken a partition over.
        """
        if not self._asked and not self._left:
            return
        asked, self._asked = sorted(self._asked), set()
        for partition, one in owned.items():
            offers = self._drop_offers(one, asked)
            changed = one.rest(partition, self._window)
            changed.models = one.models.touched()
            if changed.models:
                await write([changed])
            for learner, rows in offers.items():
                if self._home(learner) == partition:
                    await self._forget(partition, one, learner, rows)
        self._left = frozenset()

    def _drop_offers(self, owned: Owned, learners: Sequence[str]) -> dict[str, int]:
        """The models of a partition forget these; returns how many rows they had held, by learner.

        What was offered may lie in another partition than the learner: a replay gathers it.
        """
        if self._left:
            owned.models.forget(self._left)
        return {learner: owned.models.forget({hash64(learner)}) for learner in learners}

    async def _forget(self, partition: int, owned: Owned, learner: str, offers: int) -> None:
        """The tombstone goes first: once the store tells that it is done, all of it is."""
        erased = self._reference.erased(learner)
        if erased is None or not erased.is_barred:
            return
        owned.acknowledged.pop(learner, None)
        owned.asked.discard(learner)
        await self._log.send([Message(self._topic, None, learner.encode())])
        await self._store.forget(partition, owned.fence, learner, word_of(erased), offers)
        self._metrics.erasures.labels("learner_forgotten").inc()

    def _home(self, learner: str) -> int:
        return partition_of(learner.encode(), self._partitions)
