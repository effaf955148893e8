"""A source of events in memory, and some events to fill it with."""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random

from offline.archived import Archived, Offsets
from processors.partitioning import partition_of
from schemas.event import LearningEvent
from schemas.kinds import Kind


class InMemory:
    """`offline.archived.Source` in a list; events stand in the order in which they came."""

    def __init__(self, events: Iterable[LearningEvent], partitions: int = 3) -> None:
        ends: Counter[int] = Counter()
        self.rows: list[Archived] = []
        for event in events:
            partition = partition_of(event.learner.encode(), partitions)
            self.rows.append(Archived(partition, ends[partition], event.received_at, event))
            ends[partition] += 1

    def ends(self) -> dict[int, int]:
        """See `Source.ends`."""
        return {row.partition: row.offset for row in self.rows}

    def count(self, after: Offsets, up_to: Offsets) -> int:
        """See `Source.count`."""
        return sum(1 for _ in self.read(after, up_to))

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        """See `Source.read`."""
        for row in self.rows:
            if after.get(row.partition, -1) < row.offset <= up_to.get(row.partition, -1):
                yield row

    def cut(self, share: float) -> dict[int, int]:
        """Offsets that the first `share` of the events end at."""
        return {r.partition: r.offset for r in self.rows[: int(share * len(self.rows))]}


START = 1_700_000_000.0


def some_events(count: int, learners: int = 30, seed: int = 1) -> list[LearningEvent]:
    """Questions answered and courses followed; a few are sent twice, and some are voided."""
    rng = Random(seed)
    ability = [rng.gauss(0.0, 1.0) for _ in range(learners)]
    events: list[LearningEvent] = []
    for n in range(count):
        draw, learner = rng.random(), rng.randrange(learners)
        if events and draw < 0.02:
            events.append(rng.choice(events))
        elif events and draw < 0.03:
            events.append(_voiding(n, rng.choice(events)))
        else:
            events.append(_one(n, learner, ability[learner], rng))
    return events


def _one(n: int, learner: int, ability: float, rng: Random) -> LearningEvent:
    item, at = rng.randrange(40), START + 1_800.0 * n
    outcome = float(rng.random() < 1.0 / (1.0 + 2.7 ** (0.1 * (item - 20) - ability)))
    kind = rng.choice((Kind.ANSWERED, Kind.ANSWERED, Kind.VIEWED, Kind.COMPLETED))
    return LearningEvent(
        id=f"event-{n}",
        learner=f"learner-{learner}",
        kind=kind,
        verb=f"https://example.org/{kind.name.lower()}",
        activity=f"https://example.org/{item}",
        occurred_at=at,
        received_at=at + 1.0,
        digest=f"digest-{n}",
        outcome=outcome if kind is Kind.ANSWERED else None,
        duration_sec=60.0 + 5.0 * item,
        skills=(f"skill-{item % 5}",),
        content="quiz" if kind is Kind.ANSWERED else "video",
        title=f"Number {item}",
    )


def _voiding(n: int, event: LearningEvent) -> LearningEvent:
    at = START + 1_800.0 * n
    return LearningEvent(
        id=f"voiding-{n}",
        learner=event.learner,
        kind=Kind.VOIDED,
        verb="http://adlnet.gov/expapi/verbs/voided",
        activity="",
        occurred_at=at,
        received_at=at,
        voids=event.id,
    )
