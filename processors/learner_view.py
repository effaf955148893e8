"""What ranking asks about one learner at one moment; each answer is computed once, when asked for.

A skill's *target* is what the role requires, else `objective.mastery`; its *need* is the gap to the
target, weighed by who wants it. It is *faded* where it was proficient and recall has fallen, and
*mastered* at its target while it is not faded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import NamedTuple

from online_models.moment import Moment
from processors.catalogue_index import Path, index_of
from processors.duties import Duty, open_duties, with_ways
from processors.features.decay import DAY_SEC
from processors.features.proficiency import NOTHING_KNOWN, levels
from processors.features.records.put_aside import sayings_of
from processors.memo import Memo
from processors.objective import Objective
from processors.outcomes.outlook import Outlook
from processors.predictors import Predictors
from processors.recent import Recent, recent_of
from processors.reference import Entry, Reference
from processors.relevance import moment_of
from processors.rules import (
    FEEDBACK_RULES,
    NOTHING_ASIDE,
    Aside,
    Evidence,
    RemovalCode,
    Rules,
)
from processors.state import LearnerState
from schemas.codec import hash64
from schemas.reference import LearnerProfile


@dataclass(frozen=True, slots=True)
class Basis:
    """What the queues of a partition have in common, the same for a whole batch."""

    reference: Reference
    predictors: Predictors
    objective: Objective


MAX_WANTED = 8
"""Skills that are looked ahead for; a learner can serve no more at a time."""


class Want(NamedTuple):
    """A skill below its target."""

    need: float
    skill: int
    path: Path
    """The ways to it through the catalogue."""


class LearnerView:
    """One learner, now."""

    def __init__(self, learner: str, state: LearnerState, basis: Basis, now: float) -> None:
        self.learner, self.state, self.now = learner, state, now
        self.reference = basis.reference
        self.predictors = basis.predictors
        self.objective = basis.objective
        self.index = index_of(basis.reference)
        self.profile = basis.reference.profile(learner)
        self.role = self.profile.role if self.profile else ""
        self.required, self.targets = _targets(basis, self.profile)
        """Skill -> target, as the role names it; and as role or goals name it."""
        self.done = state.finished.done()
        """Activity key -> whether it is finished."""
        self.levels = levels(state, now)
        """Skill with evidence -> proficiency in [0, 1]."""
        self.need: Memo[int, float] = Memo(self._need)
        """Skill -> the gap to its target, weighed by whether role or goals name it."""
        self.recent = recent_of(state.history, basis.objective.success_mark)
        self.low = _low(self.recent, basis.objective)
        """Skills whose newest outcome was low."""
        self.cooled = _cooled(self.recent, basis.objective)
        """Activity key -> the tries that cool it down."""
        self.review_at = self._review_at()
        """Skill worth keeping up -> when too little of its recall is left (POSIX seconds)."""
        self.faded = {skill for skill, at in self.review_at.items() if at <= now}
        """Skills due for review."""
        self.open_duties, self.duties = self._duties()
        """What the learner must finish and has not; and key -> due time of what is near of it."""
        self.wanted = self._wanted()
        """The skills needed most, the largest need first."""

    @cached_property
    def aside(self) -> Aside:
        """What the learner has put aside and that is still aside."""
        rows = self.state.aside_rows
        return _aside(rows, self.objective, self.now) if rows else NOTHING_ASIDE

    @cached_property
    def rules(self) -> Memo[int, Rules]:
        """Activity key -> the rules that can remove it."""
        rules = self.index.rules
        if self.aside is NOTHING_ASIDE:
            return rules
        return Memo(lambda key: (*FEEDBACK_RULES, *rules[key]))

    @cached_property
    def moment(self) -> Moment:
        """What the relevance model is asked about."""
        cohort = self.profile.cohort if self.profile else ""
        return moment_of(self.state, self.now, self.role, cohort)

    @cached_property
    def outlook(self) -> Outlook:
        """What the models of outcomes expect."""
        return Outlook(self.state, self.predictors, self.now)

    def target(self, skill: int) -> float:
        """Proficiency from which the skill needs no more, in (0, 1]."""
        return self.targets.get(skill, self.objective.mastery)

    def level(self, skill: int) -> float:
        """Proficiency in [0, 1]."""
        return self.levels.get(skill, NOTHING_KNOWN.mean)

    def gap(self, skill: int) -> float:
        """What is missing to the target, in [0, 1]."""
        return max(0.0, self.target(skill) - self.level(skill))

    def recall(self, skill: int, at: float) -> float:
        """Share of the recall of the skill that is left at `at` if nothing is done.

        Of what it was when it was practised last; 0 if it never was.
        """
        return self.outlook.kept[at].get(skill, 0.0)

    def may_return(self, entry: Entry) -> bool:
        """Whether a finished activity is due for review, or for repetition."""
        if not self.faded.isdisjoint(entry.skills):
            return True
        repeatable = entry.activity.content in self.objective.repeatable
        return repeatable and any(self.need[skill] for skill in entry.skills)

    def is_exhausted(self, entry: Entry) -> bool:
        """Whether all its skills are mastered and all that it unlocks is done."""
        for skill in entry.skills:
            if self.need[skill] or skill in self.faded:
                return False
        return self.opens_nothing(entry)

    def opens_nothing(self, entry: Entry) -> bool:
        """Whether all that it unlocks is done."""
        return all(map(self.done.__getitem__, entry.unlocks))

    def entries(self, keys: Iterable[int]) -> list[Entry]:
        """The known ones of `keys`."""
        known = self.index.entries
        return [entry for key in keys if (entry := known[key]) is not None]

    def minutes(self, entry: Entry) -> float:
        """Length of an activity: as planned, else as others needed, else the default."""
        planned = entry.activity.minutes
        return planned or self.predictors.items.minutes(entry.key) or self.objective.default_minutes

    def _review_at(self) -> dict[int, float]:
        until, proficient = (
            self.outlook.until(self.objective.review_below),
            self.objective.proficient,
        )
        best = levels(self.state, -inf)
        return {skill: at for skill, at in until.items() if best[skill] >= proficient}

    @property
    def weekly_minutes(self) -> float:
        """Time budget."""
        own = self.profile.minutes_per_week if self.profile else None
        return own if own and own > 0.0 else self.objective.weekly_minutes

    def _need(self, skill: int) -> float:
        level, target = self.levels.get(skill, NOTHING_KNOWN.mean), self.targets.get(skill)
        if target is not None:
            return target - level if target > level else 0.0
        gap = self.objective.mastery - level
        return self.objective.interest * gap if gap > 0.0 else 0.0

    def _wanted(self) -> list[Want]:
        path, need = self.index.path, self.need
        skills = {*self.targets, *self.recent.outcomes}
        needs = sorted((-need[skill], skill) for skill in skills)[:MAX_WANTED]
        return [Want(-low, skill, path[skill]) for low, skill in needs if low < 0.0]

    def _duties(self) -> tuple[list[Duty], Mapping[int, float]]:
        bound = self.index.duties[self.role]
        if not bound:
            return [], {}
        until = self.now + self.objective.compliance_lead_days * DAY_SEC
        unfulfilled = list(open_duties(bound, self.profile, self.done))
        near = [duty for duty in unfulfilled if duty[1] <= until]
        return unfulfilled, with_ways(near, self.index.entries, self.done)


def _low(recent: Recent, objective: Objective) -> set[int]:
    below = objective.low_assessment
    return {skill for skill, outcome in recent.outcomes.items() if outcome < below}


def _aside(rows: bytes, objective: Objective, now: float) -> Aside:
    aside: dict[RemovalCode, dict[int, float]] = {code: {} for code in NOTHING_ASIDE}
    days = {
        RemovalCode.DISMISSED: objective.dismissed_days,
        RemovalCode.NOT_RELEVANT: objective.not_relevant_days,
    }
    for activity, kind, until in sayings_of(rows):
        code = RemovalCode(kind.value)
        back = until + days[code] * DAY_SEC
        if days[code] and back > now:
            aside[code][activity] = back
    return aside


def _cooled(recent: Recent, objective: Objective) -> dict[int, Evidence]:
    return {
        key: {"failures": tries.failures, "openings": tries.openings}
        for key, tries in recent.tries.items()
        if (
            tries.failures >= objective.patience_failures
            or tries.openings >= objective.patience_openings
        )
        and recent.waited(key) < objective.cooldown_events
    }


def _targets(
    basis: Basis, profile: LearnerProfile | None
) -> tuple[Mapping[int, float], Mapping[int, float]]:
    if profile is None:
        return {}, {}
    required = basis.reference.requirement(profile.role)
    if not profile.goals:
        return required, required
    goals = dict.fromkeys(map(hash64, profile.goals), basis.objective.mastery)
    return required, {**goals, **required}
