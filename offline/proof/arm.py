"""One arm: models and learners, fed with the same events as the other arm, by the worker's code."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from offline.archived import Archived
from offline.passes.working_file import WorkingFile
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.tables import Base
from processors.application import Application
from processors.state import LearnerState
from schemas.checkpoint import Memory

_RECEIPTS = 200_000
"""Statements that are remembered, so that one that is sent again does not count twice."""


Remembered: TypeAlias = Callable[[str], bytes | None]
"""Learner key -> state when the fit ended; None where nothing is known of the learner."""


class Arm:
    """Predicts, then learns.

    Args:
        base: its shared parameters; it begins with nothing else.
        states: of learners, when it begins; never changed.
        file: where states lie as they become.
    """

    def __init__(self, base: Base, states: Remembered, file: WorkingFile) -> None:
        self.models = Replica()
        self.models.restore({}, base)
        self._before, self._file = states, file
        self._receipts: dict[int, bytes] = {}
        self._work = self._application(())

    def begin(self, chunk: Sequence[Archived]) -> None:
        """Events of `chunk` come next."""
        self._file.put_states(self._work.encoded_states().items())
        self._receipts.update(self._work.receipts)
        for key in list(self._receipts)[: max(0, len(self._receipts) - _RECEIPTS)]:
            del self._receipts[key]
        self._work = self._application(chunk)

    def _application(self, chunk: Sequence[Archived]) -> Application:
        states = {}
        for learner in dict.fromkeys(one.event.learner for one in chunk):
            blob = self._file.state(learner) or self._before(learner)
            if blob is not None:
                states[learner] = blob
        return Application(Memory(states, self._receipts), self.models)

    def state(self, learner: str) -> LearnerState:
        """Of a learner of the chunk, as it is now."""
        return self._work.state(learner)

    def apply(self, one: Archived) -> list[Observation] | None:
        """Predict, learn and count an event of the chunk; returns what was predicted.

        None where it does not count: a voiding, or an event that was sent again.
        """
        work = self._work
        known = len(work.receipts)
        work.apply(one.offset, one.event)
        found, work.observations = work.observations, []
        return found if len(work.receipts) > known and not one.event.voids else None
