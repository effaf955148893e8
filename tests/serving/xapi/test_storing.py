"""What becomes of statements where Redis or Kafka is away, or slow."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from statement_examples import raw

from processors.identity import Pseudonyms
from schemas.arrival import Arrival, Known
from schemas.errors import Unavailable
from serving.access.keys import ApiKey, Scope
from serving.xapi import receiver
from serving.xapi.batch import Named, Refusal, Sender, read_statements
from stream.log import Message
from stream.metrics import Metrics
from stream.settings import Settings

if TYPE_CHECKING:
    from serving.engine import Engine

ID = "8f87ccde-bb56-4c2e-ab83-44982ef22df0"
CALLER = ApiKey(id="k", digest="", tenant="acme", scopes=(Scope.PUBLISH,), home_page="https://a.b")


class Arrivals:
    """Redis, as far as it is there."""

    def __init__(self, known: Sequence[Known | None] | None) -> None:
        self.known = known
        self.forgotten: list[Arrival] = []

    async def note(self, arrivals: Sequence[Arrival], _window: int) -> list[Known | None]:
        if self.known is None:
            raise Unavailable("away")
        assert len(arrivals) == len(self.known)
        return list(self.known)

    async def forget(self, arrivals: Sequence[Arrival]) -> None:
        if self.known is None:
            raise Unavailable("away")
        self.forgotten += arrivals


class Kafka:
    """Kafka, as far as it is there."""

    def __init__(self, *, away: bool = False, slow: bool = False) -> None:
        self.away, self.slow = away, slow
        self.taken: list[Message] = []

    async def send(self, messages: Sequence[Message]) -> None:
        if self.slow:
            await asyncio.sleep(60)
        if self.away:
            raise Unavailable("away")
        self.taken += messages


class World:
    def __init__(self, arrivals: Arrivals, kafka: Kafka) -> None:
        self.metrics = Metrics()
        self.arrivals, self.kafka = arrivals, kafka
        engine = SimpleNamespace(
            store=SimpleNamespace(arrivals=arrivals),
            publisher=kafka,
            settings=Settings(prefix="x."),
            metrics=self.metrics,
        )
        self.engine = cast("Engine", engine)

    def store(self, named: Sequence[Named]) -> None:
        asyncio.run(receiver._store(named, CALLER, self.engine))

    def counted(self, result: str) -> float | None:
        labels = {"result": result}
        name = "stepstream_received_statements_total"
        return self.metrics.registry.get_sample_value(name, labels)


@pytest.fixture
def named() -> list[Named]:
    sender = Sender(Pseudonyms(b"k" * 32, "acme"), "", False, 9000, 9000)
    return read_statements(b"[" + raw(id=ID) + b"]", sender, None, "n")


def same(named: Sequence[Named], **how: Any) -> Known:
    return Known(named[0].arrival.digest, **how)


def test_what_is_new_goes_to_kafka_keyed_by_its_learner(named: list[Named]) -> None:
    world = World(Arrivals([None]), Kafka())
    world.store(named)
    assert world.kafka.taken == [
        Message(
            "x.xapi.statements",
            raw(id=ID),
            named[0].arrival.learner.encode(),
            (("tenant", b"acme"), ("home-page", b"https://a.b")),
        )
    ]
    assert world.counted("accepted") == 1
    assert world.arrivals.forgotten == []


def test_what_was_only_received_goes_to_kafka_again(named: list[Named]) -> None:
    """The one that received it first may have failed since."""
    world = World(Arrivals([same(named, applied=False)]), Kafka())
    world.store(named)
    assert len(world.kafka.taken) == 1
    assert world.counted("resent") == 1


def test_what_was_applied_does_not(named: list[Named]) -> None:
    world = World(Arrivals([same(named, applied=True)]), Kafka())
    world.store(named)
    assert world.kafka.taken == []
    assert world.counted("resent") == 1


def test_without_redis_statements_are_taken(named: list[Named]) -> None:
    world = World(Arrivals(None), Kafka())
    world.store(named)
    assert len(world.kafka.taken) == 1


def test_what_kafka_did_not_take_is_forgotten(named: list[Named]) -> None:
    world = World(Arrivals([None]), Kafka(away=True))
    with pytest.raises(Unavailable):
        world.store(named)
    assert world.arrivals.forgotten == [named[0].arrival]
    assert not world.counted("accepted")


def test_kafka_is_not_waited_for_for_ever(
    named: list[Named], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "_ACKNOWLEDGE_SEC", 0.01)
    world = World(Arrivals([None]), Kafka(slow=True))
    with pytest.raises(Unavailable):
        world.store(named)
    assert world.arrivals.forgotten == [named[0].arrival]


def test_a_conflict_leaves_nothing_behind(named: list[Named]) -> None:
    two = [*named, named[0]._replace(id="another")]
    world = World(Arrivals([None, Known("another", applied=True)]), Kafka())
    with pytest.raises(Refusal) as caught:
        world.store(two)
    assert caught.value.status == 409
    assert world.kafka.taken == []
    assert world.arrivals.forgotten == [named[0].arrival]


def test_with_both_away_the_sender_hears_of_kafka(named: list[Named]) -> None:
    with pytest.raises(Unavailable):
        World(Arrivals(None), Kafka(away=True)).store(named)
