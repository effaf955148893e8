"""An archive with all that views must cope with: copies, withdrawals, torn messages, refreshes."""

import random
from dataclasses import dataclass, field

from harness.archives import START, event, put, queue_row

from offline.archive.listing import Archive
from offline.archive.rows import Row
from offline.archive.schemas import QUEUE, REJECT
from schemas.codec import decode_json, encode_json
from schemas.errors import Rejection
from schemas.event import LearningEvent, event_to_json
from schemas.kinds import Kind
from stream.dead_letters import rejected_event
from stream.records import RawRecord
from stream.redrive import REDRIVEN

LEARNERS = 6
PARTITIONS = 3
HOUR = 3_600.0


@dataclass(slots=True)
class Told:
    """What was put into an archive."""

    events: dict[int, list[tuple[int, LearningEvent]]] = field(default_factory=dict)
    """By partition: (offset, event), copies and all."""
    queues: list[dict] = field(default_factory=list)  # type: ignore[type-arg]
    """As they were published, once each."""


def tell(archive: Archive, seed: int, size: int = 60) -> Told:
    """Fill `archive`; the same for the same seed."""
    rng, told = random.Random(seed), Told()
    for partition in range(PARTITIONS):
        events, rows = _events(rng, partition, size)
        told.events[partition] = events
        put(archive, rows, partition, cuts=(size // 3,))
        queues, rows = _queues(rng, events)
        told.queues += queues
        put(archive, rows, partition, topic=QUEUE.topic)
        put(archive, _rejects(partition), partition, topic=REJECT.topic)
    return told


def _events(
    rng: random.Random, partition: int, size: int
) -> tuple[list[tuple[int, LearningEvent]], list[Row]]:
    events: list[tuple[int, LearningEvent]] = []
    rows = []
    for offset in range(size):
        at = START + offset * HOUR + rng.random()
        made = _event(rng, partition, offset, at, events)
        value = b"torn" if offset % 17 == 11 else encode_json(event_to_json(made))
        if value != b"torn":
            events.append((offset, made))
        rows.append(Row(offset, at, made.learner.encode(), value))
    return events, rows


def _event(
    rng: random.Random,
    partition: int,
    offset: int,
    at: float,
    before: list[tuple[int, LearningEvent]],
) -> LearningEvent:
    if before and rng.random() < 0.1:
        return rng.choice(before)[1]
    learner = f"{partition:016x}{rng.randrange(LEARNERS):016x}"
    made = event(partition * 10_000 + offset, learner, at)
    made.tenant = "acme" if learner.endswith(("1", "3", "5")) else "default"
    if before and rng.random() < 0.2 and (other := rng.choice(before)[1]).tenant != made.tenant:
        made.id = other.id
    if before and rng.random() < 0.1:
        made.kind, made.voids, made.outcome = Kind.VOIDED, rng.choice(before)[1].id, None
        return made
    made.occurred_at = at + rng.choice((-100_000.0, -60.0, 30.0))
    made.activity = f"a{rng.randrange(5)}"
    if rng.random() < 0.1:
        made.kind, made.outcome = rng.choice((Kind.SHOWN, Kind.DISMISSED, Kind.RATED)), None
        made.decision = f"{offset}-{round(at * 1000)}"
        made.rating = 4.0 if made.kind is Kind.RATED else None
        return made
    made.outcome = rng.choice((None, 0.0, 0.25, 0.6, 1.0))
    made.kind = rng.choice((Kind.ANSWERED, Kind.COMPLETED, Kind.VIEWED))
    made.duration_sec = rng.choice((None, 30.0, 90.5))
    made.course = rng.choice(("", "c1", "c2"))
    made.title = made.activity.upper()
    made.difficulty = rng.choice((None, 0.5))
    return made


def _queues(rng: random.Random, events: list[tuple[int, LearningEvent]]) -> tuple[list, list[Row]]:  # type: ignore[type-arg]
    queues, rows = [], []
    offset = 0
    for version, made in events:
        if rng.random() < 0.4 or made.voids:
            continue
        chosen = rng.sample([f"a{n}" for n in range(5)], 3)
        refreshed = version + rng.choice((0, 0, 1, 2))
        row = queue_row(0, refreshed, made.received_at + 1.0 + version / 64, chosen)
        queue = decode_json(row.value or b"") | {"learner": made.learner}
        queues.append(queue)
        for _ in range(rng.choice((1, 1, 1, 2))):
            rows.append(Row(offset, row.logged_at, made.learner.encode(), encode_json(queue)))
            offset += rng.choice((1, 1, 3))
    rows.append(Row(offset, START + 1e7, b"forgotten", None))
    return queues, rows


def _rejects(partition: int) -> list[Row]:
    rows = []
    for offset in range(4):
        origin = RawRecord("xapi.statements", partition, 70 + offset, START, b"\xff")
        letter = rejected_event("", origin, Rejection("not_json", "because"))
        rows.append(Row(offset, START + offset, letter.key, letter.value, letter.headers))
    return [*rows, Row(4, START + 9, rows[2].key, None, ((REDRIVEN, b"2"),))]
