"""Feedback: what a learner says of an offer changes the queue, and nothing that is learned."""

import pytest
from queue_world import DAY, LEARNER, NOW, World

from online_models.replica import Replica
from processors.objective import Objective
from processors.pipeline import Batch, Staleness, needs_of, personalize, refresh
from processors.pipeline import World as Shared
from processors.queueing import why_not
from processors.reference import Reference
from processors.rules import Removal, RemovalCode
from processors.state import decode, encode, fresh
from schemas.checkpoint import Memory, PartitionWrite
from schemas.codec import decode_json
from schemas.event import LearningEvent
from schemas.kinds import FEEDBACK, Kind
from schemas.reference import Activity, Deadline

TODAY_ENDS = (NOW // DAY + 1) * DAY
ASIDE = {Kind.DISMISSED: TODAY_ENDS + 14 * DAY, Kind.NOT_RELEVANT: TODAY_ENDS + 180 * DAY}


@pytest.fixture
def world() -> World:
    world = World()
    world.is_a("analyst", {"s": 0.8})
    for name in ("a", "b"):
        world.add(name, "s")
    return world


def removal(world: World, now: float = NOW) -> Removal | None:
    return why_not("a", LEARNER, world.state, world.basis, world.occasion(now))


@pytest.mark.parametrize(("kind", "until"), ASIDE.items())
def test_what_is_put_aside_leaves_the_queue_until_its_time(
    world: World, kind: Kind, until: float
) -> None:
    assert set(world.offered()) == {"a", "b"}
    world.does("a", kind, at=NOW)
    assert world.offered() == ["b"]
    assert removal(world) == (RemovalCode(kind.value), {"until": until})
    assert world.rebuilt().stale_at == until
    assert set(world.offered(until - 1)) == {"b"}
    assert set(world.offered(until)) == {"a", "b"}
    assert world.rebuilt(until).stale_at is None


@pytest.mark.parametrize("kind", sorted(FEEDBACK - ASIDE.keys()))
def test_other_feedback_leaves_the_queue_as_it_is(world: World, kind: Kind) -> None:
    before = world.queue()
    world.does("a", kind)
    assert world.queue() == before


def test_the_longer_of_two_sayings_holds(world: World) -> None:
    world.does("a", Kind.NOT_RELEVANT, at=NOW - 170 * DAY)
    world.does("a", Kind.DISMISSED, at=NOW)
    back = TODAY_ENDS - 170 * DAY + 180 * DAY
    assert removal(world) == (RemovalCode.NOT_RELEVANT, {"until": back})
    assert removal(world, back) == (RemovalCode.DISMISSED, {"until": ASIDE[Kind.DISMISSED]})
    assert removal(world, ASIDE[Kind.DISMISSED]) is None


def test_a_duty_stays_whatever_is_said(world: World) -> None:
    due = Deadline(roles=("analyst",), due_at=NOW + 5 * DAY, days_after_hire=None)
    world.add("a", "s", deadlines=(due,))
    world.does("a", Kind.NOT_RELEVANT, at=NOW)
    assert "a" in world.offered()


def test_an_organisation_may_want_none_of_it(world: World) -> None:
    world.objective = Objective(exploration=0.0, dismissed_days=0)
    world.does("a", Kind.DISMISSED, at=NOW)
    assert set(world.offered()) == {"a", "b"}
    assert world.rebuilt().stale_at is None


def test_all_put_aside_is_an_empty_queue(world: World) -> None:
    for name in ("a", "b"):
        world.does(name, Kind.FAILED, 0.0)
        world.does(name, Kind.FAILED, 0.0)
        world.does(name, Kind.FAILED, 0.0)
        world.does(name, Kind.NOT_RELEVANT, at=NOW)
    assert world.offered() == []


# through the pipeline


def event(kind: Kind, n: int = 0, **facts: object) -> LearningEvent:
    given = {
        "id": f"event-{n}",
        "learner": LEARNER,
        "kind": kind,
        "verb": f"verb/{kind}",
        "activity": "a",
        "occurred_at": NOW + n,
        "received_at": NOW + n,
        "digest": f"digest-{n}",
    }
    return LearningEvent(**given | facts)  # type: ignore[arg-type]


class Worker:
    """Batches of one event each on one partition, as a store would remember them."""

    def __init__(self) -> None:
        reference = Reference()
        for name in ("a", "b"):
            reference.put(Activity(id=name, skills=("s",)))
        self.shared = Shared(reference, Objective(exploration=0.0), 1000)
        self.memory = Memory({}, {})
        self.models = Replica()
        self.offset = -1

    def take(self, *events: LearningEvent) -> PartitionWrite:
        numbered = tuple(enumerate(events, self.offset + 1))
        batch = Batch(0, self.offset, numbered, self.offset + len(events))
        assert needs_of(batch, self.shared).partition == 0
        outcome = personalize(batch, self.memory, self.models, self.shared, NOW + 100)
        assert not outcome.observations
        self.offset = batch.end
        self.memory.states.update(outcome.write.states)
        receipts = {**self.memory.receipts, **outcome.write.receipts}
        self.memory = Memory(self.memory.states, receipts)
        self.outcome = outcome
        return outcome.write


def offered(write: PartitionWrite) -> set[str]:
    return {item["activity"] for item in decode_json(write.queues[LEARNER])["items"]}


def test_the_queue_is_made_anew_in_the_batch_that_holds_the_feedback() -> None:
    worker = Worker()
    worker.take(event(Kind.ENROLLED))
    write = worker.take(event(Kind.DISMISSED, 1))
    assert offered(write) == {"b"}
    queue = decode_json(write.queues[LEARNER])
    assert (queue["version"], queue["cause"]) == (
        1,
        {"statement": "event-1", "verb": "verb/dismissed"},
    )
    assert write.due[LEARNER] == ASIDE[Kind.DISMISSED]
    refresh(
        write,
        Staleness([LEARNER], "time"),
        worker.memory,
        worker.models,
        worker.shared,
        NOW + 30 * DAY,
    )
    assert offered(write) == {"a", "b"}


@pytest.mark.parametrize("kind", sorted(FEEDBACK - ASIDE.keys()))
def test_what_changes_nothing_makes_no_queue(kind: Kind) -> None:
    worker = Worker()
    write = worker.take(event(kind, 1, rating=4.0))
    assert not write.queues
    assert not write.states
    assert not write.models
    assert len(write.receipts) == 1
    worker.take(event(kind, 1, rating=4.0))
    assert worker.outcome.duplicates == 1


def test_feedback_counts_once_and_can_be_withdrawn() -> None:
    worker = Worker()
    first = worker.take(event(Kind.DISMISSED))
    worker.take(event(Kind.DISMISSED))
    assert worker.outcome.duplicates == 1
    assert worker.memory.states == first.states
    worker.take(event(Kind.DISMISSED, digest="another"))
    assert len(worker.outcome.conflicts) == 1
    write = worker.take(event(Kind.VOIDED, 3, voids="event-0"))
    assert offered(write) == {"a", "b"}
    assert encode(decode(write.states[LEARNER])) == encode(fresh())


def test_however_it_is_cut_into_batches_the_state_is_the_same() -> None:
    events = [event(Kind.DISMISSED, 0), event(Kind.SHOWN, 1), event(Kind.NOT_RELEVANT, 2)]
    one, many = Worker(), Worker()
    one.take(*events)
    for each in events:
        many.take(each)
    assert one.memory == many.memory
