"""Applying events of one partition, one after the other, to what the store remembers."""

from collections.abc import Callable, Iterator, MutableMapping
from typing import NamedTuple, TypeAlias

from online_models.observation import Observation
from online_models.replica import Replica
from processors.learning import Taught, learn
from processors.receipts import Receipt, decode_receipt, encode_receipt, key_of, short
from processors.state import LearnerState, apply, decode, encode, fresh, withdraw
from processors.trace import Trace, trace_of
from schemas.checkpoint import WITHDRAWN, Memory
from schemas.event import LearningEvent
from schemas.kinds import FEEDBACK, PUTTING_ASIDE

Lesson: TypeAlias = Callable[[Replica, LearnerState, LearningEvent, Trace], Taught]
"""What an event teaches, given the learner's state just before it: `processors.learning.learn`."""


class Touched(NamedTuple):
    """A learner whose queue must be rebuilt, and because of what."""

    learner: str
    state: LearnerState
    version: int
    """Offset of the causing event."""
    cause: dict[str, str]


class Application:
    """The working set of a batch: states as they become, receipts that are new.

    A tenant's statement id is applied once: what is known is a duplicate where its content is the
    same, a conflict where it differs, and void where it was voided, even before it came.

    Args:
        memory: what the store remembers.
        models: those of the partition.
        states: of learners who are known already; those that `memory` has are added.
        lesson: what is learned of an event.
    """

    def __init__(
        self,
        memory: Memory,
        models: Replica,
        states: MutableMapping[str, LearnerState] | None = None,
        lesson: Lesson = learn,
    ) -> None:
        self._memory = memory
        self._models = models
        self._states = {} if states is None else states
        self._lesson = lesson
        self._causes: dict[str, tuple[int, LearningEvent]] = {}
        self.receipts: dict[int, bytes] = {}
        self.observations: list[Observation] = []
        self.conflicts: list[tuple[int, LearningEvent]] = []
        self.duplicates = 0
        self.voided = 0

    def apply(self, offset: int, event: LearningEvent) -> None:
        """Apply one event; events come in offset order."""
        if event.voids:
            self._void(offset, event)
            return
        key = key_of(event)
        known = self._receipt(key)
        if known is None:
            (self._hear if event.kind in FEEDBACK else self._learn)(offset, event, key)
        elif (receipt := decode_receipt(known)) is None:
            self.voided += 1
        elif receipt.digest and event.digest and receipt.digest != short(event.digest):
            self.conflicts.append((offset, event))
        else:
            self.duplicates += 1

    def hand_over(self) -> None:
        """What was noted has been taken, and receipts are in what the store remembers: go on."""
        self._causes, self.receipts = {}, {}
        self.observations, self.conflicts = [], []
        self.duplicates = self.voided = 0

    def _learn(self, offset: int, event: LearningEvent, key: int) -> None:
        state = self.state(event.learner)
        trace = trace_of(event, key)
        if state.remembers(trace):
            self.duplicates += 1
            return
        observations, answer = self._lesson(self._models, state, event, trace)
        self._score(observations, event.received_at)
        apply(state, trace)
        if answer is not None:
            answer.remember(state)
        self.receipts[key] = encode_receipt(Receipt(event.learner, short(event.digest), trace))
        self._causes[event.learner] = (offset, event)

    def _hear(self, offset: int, event: LearningEvent, key: int) -> None:
        """Feedback teaches nothing, and only where it puts an activity aside is a queue stale.

        Were a queue made anew because it was shown, showing that would make the next one.
        """
        trace = trace_of(event, key)
        self.receipts[key] = encode_receipt(Receipt(event.learner, short(event.digest), trace))
        if event.kind in PUTTING_ASIDE:
            apply(self.state(event.learner), trace)
            self._causes[event.learner] = (offset, event)

    def _score(self, observations: list[Observation], at: float) -> None:
        if not self._models.frozen:
            for one in observations:
                self._models.quality.observe(one, at)
        self.observations += observations

    def _void(self, offset: int, event: LearningEvent) -> None:
        key = key_of(event)
        known = self._receipt(key)
        receipt = None if known is None else decode_receipt(known)
        self.receipts[key] = WITHDRAWN
        if receipt is not None:
            self.voided += 1
            withdraw(self.state(receipt.learner), receipt.trace)
            self._causes[receipt.learner] = (offset, event)

    def _receipt(self, key: int) -> bytes | None:
        return self.receipts.get(key, self._memory.receipts.get(key))

    def state(self, learner: str) -> LearnerState:
        """The learner's state as it is now, fresh where nothing is remembered."""
        state = self._states.get(learner)
        if state is None:
            blob = self._memory.states.get(learner)
            state = self._states[learner] = fresh() if blob is None else decode(blob)
        return state

    def touched(self) -> Iterator[Touched]:
        """Every learner whom an event concerned, with the last such event."""
        for learner, (offset, event) in self._causes.items():
            cause = {"statement": event.id, "verb": event.verb}
            yield Touched(learner, self._states[learner], offset, cause)

    def encoded_states(self) -> dict[str, bytes]:
        """Blobs of the states that changed."""
        return {learner: encode(self._states[learner]) for learner in self._causes}

    def seen_once(self) -> set[str]:
        """Learners of whom one event is known."""
        return {learner for learner in self._causes if self._states[learner].events <= 1}
