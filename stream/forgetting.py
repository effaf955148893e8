"""A worker forgets whom the word in the topic of profiles says to be erased.

What of theirs is still to come in the log is skipped from the word on. What is there goes by the
worker that owns the partition, between two batches and under its fence, so that no batch can bring
it back; a worker that takes a partition over looks whether its predecessor was too late to hear.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

from processors.partitioning import partition_of
from processors.reference import Reference
from schemas.codec import hash64
from schemas.erasure import Erased
from schemas.event import LearningEvent
from stream.log import Log, Message
from stream.metrics import Metrics
from stream.owned import Owned
from stream.settings import Settings
from stream.store.contract import Store
from stream.topics import RECOMMENDATIONS

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
        self._partitions = settings.partitions
        self._metrics = metrics
        self._asked: set[str] = set()

    def ask(self, learners: frozenset[str]) -> None:
        """These learners are erased from now on."""
        self._asked |= learners

    async def look(self, partitions: Sequence[int]) -> None:
        """Partitions are taken over: who is erased and lies there all the same goes next."""
        homes: dict[int, list[str]] = {partition: [] for partition in partitions}
        for learner in self._reference.barred():
            homes.get(self._home(learner), []).append(learner)
        for partition, learners in homes.items():
            if learners:
                _, found = await self._store.look(partition, learners)
                self._asked.update(found)

    def kept(self, events: Events) -> Events:
        """Without what erased learners did. A voiding stays: it concerns another's statement."""
        found = [one for one in events if one[1].voids or not self._is_erased(one[1])]
        if len(found) < len(events):
            self._metrics.erasures.labels("event_skipped").inc(len(events) - len(found))
        return found

    def _is_erased(self, event: LearningEvent) -> bool:
        return self._reference.is_erased(event.learner, event.received_at)

    def due(self, owned: Mapping[int, Owned]) -> Iterator[tuple[int, str]]:
        """(partition, learner) of those who are to be forgotten here; others are others' to do."""
        asked, self._asked = sorted(self._asked), set()
        for learner in asked:
            if self._home(learner) in owned:
                yield self._home(learner), learner

    async def forget(self, partition: int, owned: Owned, learner: str, offers: int) -> None:
        """Have nothing of `learner` in the partition; no batch and no rebuild may run meanwhile.

        Args:
            partition: the learner's.
            owned: the same; its models have forgotten the learner already,
            learner: key.
            offers: and had held so many rows.

        Raises:
            Fenced: where another worker has taken the partition over.
        """
        erased = self._reference.erased(learner)
        if erased is None or not erased.is_barred:
            return
        owned.acknowledged.pop(learner, None)
        owned.asked.discard(learner)
        await self._log.send([Message(self._topic, None, learner.encode())])
        await self._store.forget(partition, owned.fence, learner, word_of(erased), offers)
        self._metrics.erasures.labels("learner_forgotten").inc()

    @staticmethod
    def drop_offers(owned: Owned, learner: str) -> int:
        """The models of the partition forget the learner; returns how many rows they had held."""
        return owned.models.forget(hash64(learner))

    def _home(self, learner: str) -> int:
        return partition_of(learner.encode(), self._partitions)
