"""What ranking asks about one learner at one moment; each answer is computed once, when asked for.

A skill's *target* is what the role requires, else `objective.mastery`; its *need* is the gap to the
target, weighed by who wants it; it is *mastered* at its target while it is also remembered, and
*faded* where it was proficient but recall has fallen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, log2
from typing import NamedTuple

from processors.catalogue_index import CatalogueIndex, Path, index_of
from processors.duties import Duty, open_duties, with_ways
from processors.features.decay import DAY_SEC
from processors.features.proficiency import proficiency
from processors.features.retention import retention
from processors.objective import Objective
from processors.predictors import Predictors
from processors.recent import recent_of
from processors.reference import Entry, Reference
from processors.rules import Evidence
from processors.state import LearnerState
from schemas.codec import hash64
from schemas.reference import LearnerProfile


@dataclass(frozen=True, slots=True)
class Basis:
    """What the queues of a partition have in common, the same for a whole batch."""

    reference: Reference
    predictors: Predictors
    objective: Objective


class Want(NamedTuple):
    """A skill below its target."""

    skill: int
    need: float
    path: Path
    """The ways to it through the catalogue."""


class LearnerView:
    """One learner, now."""

    def __init__(self, learner: str, state: LearnerState, basis: Basis, now: float) -> None:
        self.learner = learner
        self.state = state
        self.reference = basis.reference
        self.predictors = basis.predictors
        self.objective = basis.objective
        self.now = now
        self.index: CatalogueIndex = index_of(basis.reference)
        self.profile = basis.reference.profile(learner)
        self.role = self.profile.role if self.profile else ""
        self.targets = _targets(basis, self.profile)
        self.recent = recent_of(state.history, basis.objective.success_mark)
        self.is_done = state.is_done
        self._levels: dict[int, float] = {}
        self._needs: dict[int, float] = {}
        self._recalls: dict[int, float] = {}
        self._wanted: tuple[Want, ...] | None = None
        self._duties: Mapping[int, float] | None = None

    def level(self, skill: int) -> float:
        """Proficiency in [0, 1]."""
        found = self._levels.get(skill)
        if found is None:
            found = self._levels[skill] = proficiency(self.state, skill, self.now).mean
        return found

    def target(self, skill: int) -> float:
        """Proficiency from which the skill needs no more, in (0, 1]."""
        return self.targets.get(skill, self.objective.mastery)

    def gap(self, skill: int) -> float:
        """What is missing to the target, in [0, 1]."""
        return max(0.0, self.target(skill) - self.level(skill))

    def need(self, skill: int) -> float:
        """The gap, weighed by whether role or goals name the skill."""
        found = self._needs.get(skill)
        if found is None:
            worth = 1.0 if skill in self.targets else self.objective.interest
            found = self._needs[skill] = worth * self.gap(skill)
        return found

    @property
    def wanted(self) -> tuple[Want, ...]:
        """Skills of role, goals and recent history below their targets, largest need first."""
        if self._wanted is None:
            skills = {*self.targets, *self.recent.outcomes}
            needs = sorted((-self.need(skill), skill) for skill in skills)
            self._wanted = tuple(
                Want(skill, -need, self.index.path(skill)) for need, skill in needs if need < 0.0
            )
        return self._wanted

    def recall(self, skill: int) -> float:
        """Probability of recalling the skill now."""
        found = self._recalls.get(skill)
        if found is None:
            found = self._recalls[skill] = retention(self.state, skill, self.now)
        return found

    @property
    def practised(self) -> list[int]:
        """Skills with evidence."""
        return self.state.skill_rows.keys()

    def due_at(self, skill: int) -> float:
        """When recall falls below what the objective allows (POSIX seconds); memory fades as
        2^(-t / stability), so two points of the curve tell the rest."""
        recall = self.recall(skill)
        tomorrow = retention(self.state, skill, self.now + DAY_SEC)
        if not 0.0 < tomorrow < recall:
            return inf
        stability_sec = DAY_SEC / log2(recall / tomorrow)
        return self.now + stability_sec * log2(recall / self.objective.review_below)

    def mastered(self, skill: int) -> bool:
        """At its target and remembered."""
        return self.gap(skill) == 0.0 and self.recall(skill) >= self.objective.review_below

    def was_proficient(self, skill: int) -> bool:
        """Whether there is something to forget: proficient when last practised."""
        held = self.state.skill(skill)
        if held is None:
            return False
        then = proficiency(self.state, skill, held.last_practised).mean
        return then >= self.objective.proficient

    def faded(self, skill: int) -> bool:
        """Proficient once, and recall has fallen below what the objective allows."""
        return self.recall(skill) < self.objective.review_below and self.was_proficient(skill)

    @property
    def finished(self) -> list[int]:
        """Finished activities of the recent history, the newest first."""
        return list(filter(self.is_done, reversed(self.recent.tries)))

    def is_open(self, entry: Entry) -> bool:
        """Whether there is something to do: it is not finished, or may be repeated."""
        return not self.is_done(entry.key) or self.may_repeat(entry)

    def may_repeat(self, entry: Entry) -> bool:
        """Whether its kind of content may be done again, and a skill of it needs that."""
        repeatable = entry.activity.content in self.objective.repeatable
        return repeatable and any(self.gap(skill) > 0.0 for skill in entry.skills)

    def may_return(self, entry: Entry) -> bool:
        """Whether a finished activity is due for review, or for repetition."""
        return self.may_repeat(entry) or any(map(self.faded, entry.skills))

    def is_exhausted(self, entry: Entry) -> bool:
        """Whether all its skills are mastered and all that it unlocks is done."""
        return all(map(self.mastered, entry.skills)) and all(map(self.is_done, entry.unlocks))

    def stalled(self, key: int) -> Evidence | None:
        """The tries that cool an activity down; None where it is not cooled."""
        tries = self.recent.tries.get(key)
        if tries is None:
            return None
        objective = self.objective
        tired = (
            tries.failures >= objective.patience_failures
            or tries.openings >= objective.patience_openings
        )
        if not tired or self.recent.waited(key) >= objective.cooldown_events:
            return None
        return {"failures": tries.failures, "openings": tries.openings}

    @property
    def open_duties(self) -> list[Duty]:
        """What the learner must finish and has not, near or far."""
        bound = self.index.duties(self.role)
        return list(open_duties(bound, self.profile, self.is_done)) if bound else []

    @property
    def duties(self) -> Mapping[int, float]:
        """Keys of what must be finished soon and of what comes before it, and by when."""
        if self._duties is None:
            until = self.now + self.objective.compliance_lead_days * DAY_SEC
            near = [duty for duty in self.open_duties if duty[1] <= until]
            self._duties = with_ways(near, self.reference, self.is_done)
        return self._duties

    def duty(self, key: int) -> float | None:
        """When the activity must be finished, where that is near (POSIX seconds)."""
        return self.duties.get(key)

    def entries(self, keys: Iterable[int]) -> Iterator[Entry]:
        """The known ones of `keys`."""
        return (entry for key in keys if (entry := self.reference.by_key(key)) is not None)

    def minutes(self, entry: Entry) -> float:
        """Length of an activity: as planned, else as others needed, else the default."""
        planned = entry.activity.minutes
        return planned or self.predictors.items.minutes(entry.key) or self.objective.default_minutes

    @property
    def weekly_minutes(self) -> float:
        """Time budget."""
        own = self.profile.minutes_per_week if self.profile else None
        return own if own and own > 0.0 else self.objective.weekly_minutes


def _targets(basis: Basis, profile: LearnerProfile | None) -> Mapping[int, float]:
    if profile is None:
        return {}
    required = basis.reference.requirement(profile.role)
    if not profile.goals:
        return required
    goals = dict.fromkeys(map(hash64, profile.goals), basis.objective.mastery)
    return {**goals, **required}
