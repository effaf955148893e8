"""What events and queues show of learning, counted for people; nothing else depends on it.

It looks at each event just before its learner's state counts it, at what is at hand then. A *group*
is the learner's role or cohort as the profile had it; "" where there is none.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from online_models.observation import Observation
from online_models.replica import Replica
from processors.duties import due_at
from processors.features.decay import left
from processors.features.proficiency import estimate
from processors.features.records.history import activities_on, slots_of
from processors.features.records.skill import HALF_LIVES_SEC
from processors.learning import Taught, is_turn, learn
from processors.objective import Objective
from processors.reference import Entry, Reference
from processors.state import LearnerState
from processors.trace import Trace
from schemas.event import LearningEvent
from schemas.reference import LearnerProfile

GROUPINGS = ("role", "cohort")
_NO_PROFILE = LearnerProfile(learner="")
_SUCCESS = "success"


class Turn(NamedTuple):
    """That a learner turned to another activity than the one before."""

    learner: str
    group: str
    activity: str


class Offer(NamedTuple):
    """What stands in a queue that was built, and the duties of its learner."""

    group: str
    activities: tuple[str, ...]
    """Ids, the first first."""
    duties: int
    """Not fulfilled."""
    overdue: int
    """Of those, past their date."""


@dataclass(slots=True)
class Scored:
    """Predictions of success and what came out."""

    count: int = 0
    predicted: float = 0.0
    """Sum of the probabilities."""
    observed: float = 0.0
    """Sum of the outcomes, each in [0, 1]."""


@dataclass(slots=True)
class Seen:
    """What a batch has shown, by group."""

    mastered: Counter[str] = field(default_factory=Counter)
    """Times that a learner's proficiency at a skill has reached its target."""
    finished: Counter[str] = field(default_factory=Counter)
    """Activities finished for the first time."""
    transfers: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """First outcomes at activities that something finished had prepared; and whether a success."""
    duties: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """Duties fulfilled; and whether in time."""
    scored: dict[str, Scored] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    offers: dict[str, Offer] = field(default_factory=dict)
    """The queues that were built, by learner."""


class Witness:
    """Sees events on their way to the models.

    Args:
        reference: as of the batch.
        objective: what success and mastery are.
        grouping: one of `GROUPINGS`.
    """

    def __init__(self, reference: Reference, objective: Objective, grouping: str) -> None:
        self.reference = reference
        self.objective = objective
        self._group: Callable[[LearningEvent | LearnerProfile], str] = attrgetter(grouping)
        self.seen = Seen()

    def lesson(
        self, models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
    ) -> Taught:
        """Teach the models (`processors.learning.learn`), and count what is to be seen."""
        taught = learn(models, state, event, trace)
        self._see(state, event, trace, taught.observations)
        return taught

    def offer(
        self, learner: str, activities: tuple[str, ...], dues: Sequence[float], now: float
    ) -> None:
        """See a queue that was built.

        Args:
            learner: whose.
            activities: ids.
            dues: when the duties fall due that are not fulfilled; POSIX seconds.
            now: when it was built.
        """
        profile = self.reference.profile(learner) or _NO_PROFILE
        overdue = sum(due < now for due in dues)
        self.seen.offers[learner] = Offer(self._group(profile), activities, len(dues), overdue)

    def _see(
        self,
        state: LearnerState,
        event: LearningEvent,
        trace: Trace,
        observations: Sequence[Observation],
    ) -> None:
        seen, group = self.seen, self._group(event)
        if is_turn(state, trace):
            seen.turns.append(Turn(event.learner, group, event.activity))
        if trace.weight * trace.share:
            self._see_mastery(state, event, trace)
        if trace.outcome is not None:
            self._see_transfer(state, event, trace, trace.outcome)
            self._see_score(group, observations)
        if trace.finish > 0 and not state.is_done(trace.activity):
            seen.finished[group] += 1
            self._see_duty(event)

    def _see_mastery(self, state: LearnerState, event: LearningEvent, trace: Trace) -> None:
        targets, mastery = self.reference.requirement(event.role), self.objective.mastery
        for skill in trace.skills:
            if _reaches(state, skill, trace, targets.get(skill, mastery)):
                self.seen.mastered[self._group(event)] += 1

    def _see_score(self, group: str, observations: Sequence[Observation]) -> None:
        for one in observations:
            if one.model == _SUCCESS:
                scored = self.seen.scored.setdefault(group, Scored())
                scored.count += 1
                scored.predicted += one.predicted
                scored.observed += one.observed

    def _see_transfer(
        self, state: LearnerState, event: LearningEvent, trace: Trace, outcome: float
    ) -> None:
        record = state.record(trace.activity)
        if record is not None and record.attempts:
            return
        if _is_prepared(state, trace, self.reference.entry(event.activity)):
            success = outcome >= self.objective.success_mark
            self.seen.transfers[self._group(event), success] += 1

    def _see_duty(self, event: LearningEvent) -> None:
        entry = self.reference.entry(event.activity)
        deadlines = () if entry is None else entry.activity.deadlines
        profile = self.reference.profile(event.learner) if deadlines else None
        dues = [
            due
            for one in deadlines
            if not one.roles or event.role in one.roles
            if (due := due_at(one, profile)) is not None
        ]
        if dues:
            self.seen.duties[self._group(event), event.at <= min(dues)] += 1


def _reaches(state: LearnerState, skill: int, trace: Trace, target: float) -> bool:
    """Whether the evidence lifts proficiency at its moment from below the target to it."""
    known = state.skill(skill)
    good, bad, weight = 0.0, 0.0, trace.weight
    if known is not None:
        good, bad = known.within_90d(trace.at)
        weight *= left(int(trace.at), known.as_of, HALF_LIVES_SEC[1])
    if estimate(good, bad).mean >= target:
        return False
    share = trace.share
    return estimate(good + weight * share, bad + weight * (1.0 - share)).mean >= target


def _is_prepared(state: LearnerState, trace: Trace, entry: Entry | None) -> bool:
    """Whether what comes before is finished: all prerequisites, else another one of the skill.

    The latter among the newest events that the state knows.
    """
    if entry is not None and entry.prerequisites:
        return all(map(state.is_done, entry.prerequisites))
    rows = state.activity_rows
    slots = activities_on(state.history_rows, slots_of(trace.skills, state.skill_rows))
    return any(
        key != trace.activity and state.is_done(key) for key in map(rows.key_at, sorted(slots))
    )
