"""Whose offers are settled: the engagement model learns a week later, from another event."""

from heapq import heappop, heappush
from typing import NamedTuple

from online_models.engagement import HORIZON_SEC
from online_models.offers import Key
from online_models.replica import Replica
from processors.trace import Trace
from schemas.codec import hash64
from schemas.event import LearningEvent


class Offered(NamedTuple):
    """Something begun, of which nobody knows yet whether it will be finished."""

    at: float
    name: str
    """Ties are settled in this order."""
    learner: int
    content: str
    cohort: str


class Offers:
    """What an arm's engagement model holds open, with what the rows need to know of it."""

    def __init__(self) -> None:
        self._by_age: list[Offered] = []

    def due(self, now: float) -> list[Offered]:
        """What is settled at `now`, in the model's order."""
        found = []
        while self._by_age and self._by_age[0].at < now - HORIZON_SEC:
            found.append(heappop(self._by_age))
        return found

    def opened(self, event: LearningEvent, trace: Trace) -> None:
        """The event has opened an offer."""
        learner = hash64(event.learner)
        name = Key(learner, trace.activity).text
        offered = Offered(trace.at, name, learner, event.content, event.cohort)
        heappush(self._by_age, offered)


def is_open(models: Replica, event: LearningEvent, trace: Trace) -> bool:
    """Whether the learner of `event` has begun its activity, and that is not settled."""
    return models.engagement.is_open(hash64(event.learner), trace.activity)
