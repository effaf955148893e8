"""What batches show of learning, as metrics; and what is remembered for that of the last queues."""

from collections import Counter, OrderedDict
from collections.abc import Mapping

from processors.reference import Reference
from processors.witness import Offer, Seen, Turn
from stream.metrics import Metrics
from stream.slices import Slices

MOST_LEARNERS = 20_000
"""Whose last queue is remembered, those whose queue was built last; half a kilobyte each."""
COVERED_SEC = 3600.0
_TOP = 5


class LearningWatch:
    """Counts what is seen. Belongs to one worker and is forgotten with it.

    Args:
        metrics: where it is counted.
        reference: live.
        slices: the groups that have labels.
        grouping: what groups are made by: "role" or "cohort".
    """

    def __init__(
        self, metrics: Metrics, reference: Reference, slices: Slices, grouping: str
    ) -> None:
        self._meters = metrics.learning
        self._reference = reference
        self._slices = slices
        self._grouping = grouping
        self._queues: OrderedDict[str, Offer] = OrderedDict()
        self._offered: dict[str, float] = {}
        self._labels: set[str] = set()
        self._graph = -1

    def forget(self) -> None:
        """Partitions have changed hands: others may have built queues meanwhile."""
        self._queues.clear()

    def count(self, seen: Seen, now: float) -> None:
        """Count what a batch has shown, whose queues can be read since `now` (POSIX seconds)."""
        self._count_outcomes(seen)
        for turn in seen.turns:
            place = self._place(turn)
            self._meters.turns.labels(self._slices.label(turn.group), place).inc()
        for learner, offer in seen.offers.items():
            self._remember(learner, offer, now)
        self._count_offers(seen.offers)

    def _count_outcomes(self, seen: Seen) -> None:
        meters, label = self._meters, self._slices.label
        for group, count in seen.mastered.items():
            meters.mastered.labels(label(group)).inc(count)
        for group, count in seen.finished.items():
            meters.finished.labels(label(group)).inc(count)
        for (group, success), count in seen.transfers.items():
            meters.transfers.labels(label(group), "success" if success else "failure").inc(count)
        for (group, in_time), count in seen.duties.items():
            meters.duties_met.labels(label(group), "in_time" if in_time else "late").inc(count)
        for group, scored in seen.scored.items():
            meters.scored.labels(label(group)).inc(scored.count)
            meters.predicted.labels(label(group)).inc(scored.predicted)
            meters.observed.labels(label(group)).inc(scored.observed)

    def _place(self, turn: Turn) -> str:
        queue = self._queues.get(turn.learner)
        if queue is None:
            return "unknown"
        if turn.activity not in queue.activities:
            return "elsewhere"
        place = queue.activities.index(turn.activity)
        return "next" if place == 0 else "top5" if place < _TOP else "later"

    def _remember(self, learner: str, offer: Offer, now: float) -> None:
        self._queues[learner] = offer
        self._queues.move_to_end(learner)
        if len(self._queues) > MOST_LEARNERS:
            self._queues.popitem(last=False)
        self._offered.update(dict.fromkeys(offer.activities, now))

    def _count_offers(self, offers: Mapping[str, Offer]) -> None:
        queues, items = Counter[str](), Counter[str]()
        for offer in offers.values():
            label = self._slices.label(offer.group)
            queues[label] += 1
            items[label] += len(offer.activities)
        for label, count in queues.items():
            self._meters.queues.labels(label).inc(count)
            self._meters.offers.labels(label).inc(items[label])

    def export(self, now: float) -> None:
        """Bring the gauges up to date; too dear to be done every batch."""
        self._slices.admit(self._reference.sizes(self._grouping))
        duties, overdue = Counter[str](), Counter[str]()
        for offer in self._queues.values():
            label = self._slices.label(offer.group)
            duties[label] += offer.duties
            overdue[label] += offer.overdue
        self._labels |= duties.keys()
        for label in self._labels:
            self._meters.duties.labels(label).set(duties[label])
            self._meters.overdue.labels(label).set(overdue[label])
        self._meters.watched.set(len(self._queues))
        self._export_coverage(now)

    def _export_coverage(self, now: float) -> None:
        if self._graph != self._reference.graph_version:
            self._graph = self._reference.graph_version
            known = sum(not entry.activity.withdrawn for entry in self._reference.entries())
            self._meters.catalogue.set(known)
        late = [name for name, at in self._offered.items() if at < now - COVERED_SEC]
        for name in late:
            del self._offered[name]
        self._meters.covered.set(len(self._offered))
