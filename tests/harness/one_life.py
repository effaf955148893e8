"""One learner's events through the code of the worker."""

from typing import Any

from online_models.observation import Observation
from online_models.replica import Replica
from processors.application import Application
from processors.state import LearnerState
from schemas.checkpoint import Memory
from schemas.event import LearningEvent
from schemas.kinds import Kind

T0 = 1_700_000_000.0
LEARNER = "learner"


class Life:
    """Events, seconds after `T0`, applied one after the other."""

    def __init__(self) -> None:
        self.models = Replica()
        self._work = Application(Memory({}, {}), self.models)
        self._count = 0

    @property
    def state(self) -> LearnerState:
        """The learner's state by now."""
        return self._work.state(LEARNER)

    def event(
        self, activity: str, after: float, kind: Kind = Kind.ANSWERED, **facts: Any
    ) -> LearningEvent:
        """An event that has not happened yet."""
        self._count += 1
        return LearningEvent(
            id=f"event {self._count}",
            learner=LEARNER,
            kind=kind,
            verb="v",
            activity=activity,
            occurred_at=T0 + after,
            received_at=T0 + after,
            **facts,
        )

    def answer(self, activity: str, after: float, right: float, *skills: str) -> LearningEvent:
        """An answer that has not been given yet."""
        return self.event(activity, after, outcome=right, skills=skills or ("SQL",))

    def apply(self, event: LearningEvent) -> list[Observation]:
        """It happens; what was observed of it."""
        before = len(self._work.observations)
        self._work.apply(self._count, event)
        return self._work.observations[before:]

    def answers(self, activity: str, after: float, right: float, *skills: str) -> list[Observation]:
        """An answer is given."""
        return self.apply(self.answer(activity, after, right, *skills))

    def does(self, activity: str, after: float, kind: Kind, **facts: Any) -> list[Observation]:
        """Something else is done."""
        return self.apply(self.event(activity, after, kind, **facts))
