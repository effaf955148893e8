"""Events on their way through the code of the worker, looked at before each counts."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from online_models.observation import Observation
from online_models.replica import Replica
from processors.application import Application
from processors.state import LearnerState
from processors.trace import Trace, trace_of
from schemas.checkpoint import Memory
from schemas.event import LearningEvent


class Moment(NamedTuple):
    """An event that is about to be predicted, learned and counted."""

    row: int
    event: LearningEvent
    trace: Trace
    state: LearnerState
    """The learner's, just before it."""


class Living:
    """Learners and models; each event is applied when the moment after it is asked for."""

    def __init__(self, models: Replica) -> None:
        self.models = models
        self.observed: list[Observation] = []
        """What was predicted so far, and what came out."""
        self._work = Application(Memory({}, {}), models)

    def moments(self, events: Iterable[LearningEvent]) -> Iterator[Moment]:
        """Just before each event."""
        for row, event in enumerate(events):
            yield Moment(row, event, trace_of(event), self._work.state(event.learner))
            self._work.apply(row, event)
            self._work.receipts.clear()  # every row is an event of its own: none comes again
            self.observed += self._work.observations
            self._work.observations = []

    def of(self, model: str) -> list[Observation]:
        """What was observed of one model."""
        return [one for one in self.observed if one.model == model]
