import asyncio
from collections.abc import Sequence

import pytest

from schemas.codec import decode_json, encode_json
from schemas.errors import Unavailable
from schemas.reference import Activity
from stream import clock
from stream.demo.learners import SimulatedLearners
from stream.demo.mess import CLEAN
from stream.demo.mirror import Mirror
from stream.demo.traffic import Traffic, reference_messages, reference_topics
from stream.load import Loaded
from stream.log import Message
from stream.metrics import Metrics
from stream.records import Record
from stream.topics import ACTIVITIES

ACTIVITY = Activity(id="urn:a", title="A", skills=("SQL",), content="quiz", done_by="passed")


class Full:
    """A log that takes some messages, then no more."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.held: list[Message] = []

    async def send(self, messages: Sequence[Message]) -> None:
        self.held += messages
        if len(self.held) >= self.room:
            raise Unavailable("full")


def test_it_goes_on_until_kafka_takes_no_more_and_its_heart_beats() -> None:
    people = SimulatedLearners(1, (ACTIVITY,), count=3, mess=CLEAN)
    metrics, log, asked = Metrics(), Full(600), []

    def keys(identifier: str) -> str:
        asked.append(identifier)
        return "ab" * 16

    before = clock.now()
    with pytest.raises(Unavailable):
        asyncio.run(Traffic(people, Mirror(), keys, "x.", metrics).run(log, 1e4))  # type: ignore[arg-type]
    assert {message.topic for message in log.held} == {"x.xapi.statements"}
    statements = [decode_json(message.value or b"") for message in log.held]
    assert {one["actor"]["account"]["name"][:4] for one in statements} == {"sim-"}
    assert asked, "learners look at their queues"
    samples = {s.name: s.value for f in metrics.registry.collect() for s in f.samples}
    assert before <= samples["stepstream_heartbeat_seconds"] <= clock.now()


def test_only_what_the_topics_lack_is_published() -> None:
    loaded = Loaded(activities=(ACTIVITY,), profiles=(), requirements=())
    (message,) = reference_messages(loaded, [], "x.")
    assert (message.topic, message.key) == ("x." + ACTIVITIES.name, b"urn:a")
    held = Record(message.topic, 0, 0, 0.0, message.value, message.key)
    assert reference_messages(loaded, [held], "x.") == []
    other = Record(message.topic, 0, 0, 0.0, encode_json({}), b"urn:b")
    assert len(reference_messages(loaded, [other], "x.")) == 1
    assert reference_topics("x.")[0] == "x." + ACTIVITIES.name
