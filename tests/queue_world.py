"""A small world for queues: a catalogue in a few words, events, and predictors that say what they
are told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from online_models.duration import DurationModel
from online_models.moment import Because, Description, Ground, Moment
from online_models.retention import RetentionModel
from online_models.sheet import Sheet
from online_models.things import Thing
from online_models.weights import Floats
from processors.objective import Objective
from processors.queueing import Basis, Occasion, Rebuilt, build_queue, rebuild
from processors.reference import Reference
from processors.state import LearnerState, apply, fresh
from processors.trace import trace_of
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.queue import Queue
from schemas.reference import Activity, LearnerProfile, RoleRequirement

NOW = 1_750_000_000.0
DAY = 86_400.0
LEARNER = "learner-1"


@dataclass
class Fixed:
    """An expectation that is the same for all, or told by activity key."""

    value: float = 0.6
    by_key: Mapping[int, float] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def predict(self, sheet: Sheet) -> Floats:
        self.asked.append(len(sheet))
        return np.array([self.by_key.get(key, self.value) for key in sheet["activity"].tolist()])

    def chance(self, things: Sequence[Thing], inputs: Floats) -> list[float]:
        assert len(inputs) == len(things)
        return [self.by_key.get(thing.activity, self.value) for thing in things]


@dataclass
class FixedGain:
    """A gain that is the same for all."""

    value: float = 0.05

    def expected(self, scores: Sequence[float], things: Sequence[Thing]) -> list[float]:
        assert all(map(isfinite, scores))
        assert all(thing.activity for thing in things)
        return [self.value for _ in scores]


@dataclass
class Ways:
    """What others did next, by activity id."""

    ways: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    known: int = 10**12

    def propose(self, moment: Moment, most: int) -> list[int]:
        after = self._after(moment)
        return sorted(after.keys() - moment.recent.tolist(), key=lambda key: -after[key])[:most]

    def chances(
        self, moment: Moment, items: Sequence[int], describe: Callable[[int], Description]
    ) -> list[float]:
        assert all(isinstance(describe(key), Description) for key in items)
        return [self._after(moment).get(key, 0.0) for key in items]

    def because(self, moment: Moment, item: int) -> Because | None:
        chance = self._after(moment).get(item)
        return Because(Ground.AFTER, int(moment.recent[0]), 10 * chance, 10.0) if chance else None

    def _after(self, moment: Moment) -> dict[int, float]:
        found = {hash64(key): after for key, after in self.ways.items()}
        after = found.get(int(moment.recent[0]), {}) if len(moment.recent) else {}
        return {hash64(key): chance for key, chance in after.items()}


@dataclass
class Crowd:
    lengths: Mapping[str, float] = field(default_factory=dict)

    def difficulty(self, item: int) -> float:
        assert item
        return 0.5

    def minutes(self, item: int) -> float | None:
        return {hash64(key): length for key, length in self.lengths.items()}.get(item)


@dataclass
class Told:
    version: str = "told-1"
    put_aside: tuple[str, ...] = ()
    success: Fixed = field(default_factory=Fixed)
    engagement: Fixed = field(default_factory=Fixed)
    relevance: Ways = field(default_factory=Ways)
    duration: DurationModel = field(default_factory=DurationModel)
    retention: RetentionModel = field(default_factory=RetentionModel)
    gain: FixedGain = field(default_factory=FixedGain)
    items: Crowd = field(default_factory=Crowd)


@dataclass
class World:
    """One learner before one catalogue."""

    reference: Reference = field(default_factory=Reference)
    state: LearnerState = field(default_factory=fresh)
    predictors: Told = field(default_factory=Told)
    objective: Objective = field(default_factory=lambda: Objective(exploration=0.0))
    events: int = 0

    @property
    def basis(self) -> Basis:
        return Basis(self.reference, self.predictors, self.objective)

    def add(self, name: str, *skills: str, after: Iterable[str] = (), **facts: Any) -> None:
        """An activity of the catalogue."""
        self.reference.put(Activity(id=name, skills=skills, prerequisites=tuple(after), **facts))

    def is_a(self, role: str, requires: Mapping[str, float], **facts: Any) -> None:
        """The learner's role and what it requires."""
        self.reference.put(LearnerProfile(learner=LEARNER, role=role, **facts))
        self.reference.put(RoleRequirement(role=role, skills=requires))

    def does(
        self,
        name: str,
        kind: Kind = Kind.COMPLETED,
        outcome: float | None = None,
        at: float | None = None,
        **facts: Any,
    ) -> None:
        """One event of the learner."""
        self.events += 1
        when = NOW - 1000 + self.events if at is None else at
        activity = self.reference.lookup(name) or Activity(id=name)
        event = LearningEvent(
            id=f"event-{self.events}",
            learner=LEARNER,
            kind=kind,
            verb=f"verb/{kind}",
            activity=name,
            occurred_at=when,
            received_at=when,
            outcome=outcome,
            skills=activity.skills,
            content=activity.content,
            minutes=activity.minutes,
            difficulty=activity.difficulty,
            done_by=activity.done_by,
            pass_mark=activity.pass_mark,
            **facts,
        )
        apply(self.state, trace_of(event))

    def occasion(self, now: float = NOW, version: int = 7) -> Occasion:
        return Occasion(now, version, {"statement": "s-1", "verb": "v"})

    def queue(self, now: float = NOW, version: int = 7) -> Queue:
        return build_queue(LEARNER, self.state, self.basis, self.occasion(now, version))

    def rebuilt(self, now: float = NOW, version: int = 7) -> Rebuilt:
        return rebuild(LEARNER, self.state, self.basis, self.occasion(now, version))

    def offered(self, now: float = NOW, version: int = 7) -> list[str]:
        """Ids of the queue, in order."""
        return [item.activity for item in self.queue(now, version).items]


def codes(queue: Queue, activity: str) -> list[str]:
    """Reason codes of one item."""
    (item,) = (item for item in queue.items if item.activity == activity)
    return [reason.code.value for reason in item.reasons]
