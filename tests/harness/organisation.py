"""An organisation by seed: cohorts, kinds of content, skills that build on each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from math import exp
from random import Random
from typing import Any

from schemas.event import LearningEvent
from schemas.kinds import Kind

START = 1_700_000_000.0
DAY_SEC = 86_400.0
COHORTS = ("north", "south", "west")
CONTENTS = ("video", "reading", "lab")
BUILDS_ON: tuple[tuple[int, int], ...] = (
    (0, 1),
    (1, 2),
    (0, 3),
    (3, 4),
    (5, 6),
    (6, 7),
    (5, 8),
    (8, 9),
)
"""Pairs (before, after) of skills."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who learns what.

    Args:
        barrier: log odds that a skill costs as long as those before it are not mastered; 0: nothing
            builds on anything.
        untagged: every so many-th activity says nothing of its skill; 0: all do.
    """

    learners: int = 300
    sessions: int = 20
    skills: int = 10
    lessons: int = 4
    questions: int = 8
    """Lessons and questions of a skill."""
    barrier: float = 1.5
    untagged: int = 0
    own_questions: str = ""
    """A cohort that is asked other questions than everybody else."""
    seed: int = 1

    def before(self, skill: int) -> list[int]:
        """What the skill builds on."""
        return [one for one, after in BUILDS_ON if after == skill and after < self.skills]

    def events(self) -> list[LearningEvent]:
        """All events by time; the same for the same seed."""
        rng = Random(self.seed)
        people = [_Person(self, number, rng) for number in range(self.learners)]
        due = [(START + rng.uniform(0.0, 20.0) * DAY_SEC, one.number, 0) for one in people]
        due.sort()
        found: list[LearningEvent] = []
        while due:
            at, number, held = heappop(due)
            found += people[number].session(at)
            if held + 1 < self.sessions:
                later = at + (0.2 + rng.expovariate(0.6)) * DAY_SEC
                heappush(due, (later, number, held + 1))
        return sorted(found, key=lambda one: (one.occurred_at, one.id))

    def lesson(self, skill: int, number: int) -> str:
        return f"https://lms.example/lessons/{skill}/{number}"

    def question(self, skill: int, number: int) -> str:
        return f"https://lms.example/questions/{skill}/{number}"

    def is_untagged(self, skill: int, number: int) -> bool:
        """Of questions."""
        return self.untagged > 0 and (skill * self.questions + number) % self.untagged == 0


_MASTERED = 0.5
"""Log odds from which a skill is no barrier to those that build on it."""


class _Person:
    def __init__(self, of: Organisation, number: int, rng: Random) -> None:
        self._of, self.number, self._rng = of, number, rng
        self._name = f"{number:032x}"
        self._cohort = COHORTS[number % len(COHORTS)]
        self._able = rng.gauss(0.0, 0.8)
        self._diligent = rng.gauss(1.0, 0.7)
        self._slow = rng.gauss(0.0, 0.3)
        self._level = [rng.gauss(-1.0, 0.9) for _ in range(of.skills)]
        self._told = 0

    def session(self, at: float) -> Iterator[LearningEvent]:
        of, rng = self._of, self._rng
        skill = rng.randrange(of.skills)
        first = rng.randrange(of.lessons)
        for number in range(first, min(first + 2, of.lessons)):
            lesson, content = of.lesson(skill, number), CONTENTS[(skill + number) % len(CONTENTS)]
            facts = {"content": content, "skills": (f"skill {skill}",), "title": f"Lesson {number}"}
            yield self._event(Kind.LAUNCHED, lesson, at, **facts)
            if rng.random() < 1.0 / (1.0 + exp(-self._diligent - 0.3 * (number - 1))):
                seconds = 600.0 * (1 + number) * exp(self._slow + rng.gauss(0.0, 0.3))
                at += seconds
                yield self._event(Kind.COMPLETED, lesson, at, duration_sec=seconds, **facts)
                self._level[skill] += 0.5 * (0.3 if self._is_blocked(skill) else 1.0)
            at += 60.0
        for _ in range(4):
            at += 40.0
            yield self._answer(skill, at)

    def _answer(self, skill: int, at: float) -> LearningEvent:
        of, rng = self._of, self._rng
        number = rng.randrange(of.questions)
        hard = (number - of.questions / 2.0) * 0.25
        z = self._standing(skill) - hard
        right = rng.random() < 1.0 / (1.0 + exp(-z))
        self._level[skill] += 0.12
        skills = () if of.is_untagged(skill, number) else (f"skill {skill}",)
        own = f"/{self._cohort}" if self._cohort == of.own_questions else ""
        return self._event(
            Kind.ANSWERED,
            of.question(skill, number) + own,
            at,
            content="question",
            outcome=float(right),
            success=right,
            skills=skills,
            title=f"Question {number}",
            duration_sec=30.0 * exp(self._slow + rng.gauss(0.0, 0.4)),
        )

    def _is_blocked(self, skill: int) -> bool:
        return any(self._standing(one) < _MASTERED for one in self._of.before(skill))

    def _standing(self, skill: int) -> float:
        """Log odds of a middling question."""
        barrier = self._of.barrier if self._is_blocked(skill) else 0.0
        return self._able + self._level[skill] - barrier

    def _event(self, kind: Kind, activity: str, at: float, **facts: Any) -> LearningEvent:
        self._told += 1
        return LearningEvent(
            id=f"{self.number:08x}-0000-4000-8000-{self._told:012x}",
            learner=self._name,
            kind=kind,
            verb=f"v/{kind}",
            activity=activity,
            occurred_at=at,
            received_at=at,
            cohort=self._cohort,
            **facts,
        )
