"""Simulated learners on the topics of an installation, until somebody stops them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from schemas.codec import decode_json
from stream import clock
from stream.demo.learners import SimulatedLearners
from stream.demo.mirror import Mirror
from stream.demo.sources import Pace
from stream.load import Loaded
from stream.load.fields import LearnerKey
from stream.log import Log, Message
from stream.metrics import Metrics
from stream.records import Record
from stream.reference_changes import TOPICS, changes, newest, values_of
from stream.topics import STATEMENTS

_STEP_SEC = 0.02


def reference_messages(loaded: Loaded, held: Sequence[Record], prefix: str) -> list[Message]:
    """What must be published for the topics, which hold `held`, to hold what was loaded, too."""
    planned = changes(values_of(loaded), newest(held, prefix), prune=False)
    return list(chain.from_iterable(one.messages(prefix) for one in planned))


def reference_topics(prefix: str) -> list[str]:
    """Full names of the topics of reference data."""
    return [prefix + topic.name for topic in TOPICS]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Publishes what simulated learners do."""

    people: SimulatedLearners
    mirror: Mirror
    """The queues that they look at."""
    keys: LearnerKey
    prefix: str
    metrics: Metrics
    """Takes a heartbeat."""

    async def run(self, log: Log, rate: float) -> None:
        """Publish `rate` messages a second for ever.

        Raises:
            Unavailable: where Kafka does not take one.
        """
        pace = Pace(rate, clock.monotonic)
        topic = self.prefix + STATEMENTS.name
        while True:
            now = clock.now()
            if due := pace.due():
                told = self.people.next_statements(now, due, self._queue)
                await log.send([Message(topic, one) for one in told])
            self.metrics.heartbeat.set(now)
            await asyncio.sleep(_STEP_SEC)

    def _queue(self, identifier: str) -> Sequence[str]:
        queue = self.mirror.queue(self.keys(identifier))
        return [item["activity"] for item in decode_json(queue)["items"]] if queue else ()
