"""Made-up learners with planted effects: what is to be found again by the models of outcomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import Any

from schemas.event import LearningEvent
from schemas.kinds import Kind

START = 1_700_000_000.0
DAY_SEC = 86_400.0


def activity_id(n: int) -> str:
    """The n-th activity."""
    return f"https://lms.example/activities/{n}"


def _event(kind: Kind, learner: int, activity: str, at: float, **facts: Any) -> LearningEvent:
    return LearningEvent(
        id=f"{kind}/{learner}/{activity}/{at:.3f}",
        learner=f"learner {learner}",
        kind=kind,
        verb="v",
        activity=activity,
        occurred_at=at,
        received_at=at,
        **facts,
    )


def _in_order(events: Iterator[LearningEvent]) -> list[LearningEvent]:
    return sorted(events, key=lambda one: one.occurred_at)


@dataclass(frozen=True, slots=True)
class Finishing:
    """Who finishes what: `logit P = activity + learner`, decided when it is begun."""

    activities: int = 30
    learners: int = 300
    begun: int = 12
    """Activities that each learner begins, one in about three days."""
    seed: int = 1

    def ease(self, activity: int) -> float:
        """Planted: log odds that a typical learner finishes it, from -2 to 2."""
        return 4.0 * activity / (self.activities - 1) - 2.0

    def events(self) -> list[LearningEvent]:
        """Launches, and completions within a day of them; the same for the same seed."""
        return _in_order(self._events(Random(self.seed)))  # noqa: S311  simulated people

    def _events(self, rng: Random) -> Iterator[LearningEvent]:
        for learner in range(self.learners):
            diligence, at = rng.gauss(0.0, 1.0), START + rng.uniform(0.0, 30.0) * DAY_SEC
            for activity in rng.sample(range(self.activities), self.begun):
                at += rng.expovariate(1.0 / (3.0 * DAY_SEC))
                yield _event(Kind.LAUNCHED, learner, activity_id(activity), at)
                if rng.uniform(0.0, 1.0) < 1.0 / (1.0 + exp(-self.ease(activity) - diligence)):
                    later = at + rng.uniform(0.05, 1.0) * DAY_SEC
                    yield _event(Kind.COMPLETED, learner, activity_id(activity), later)


@dataclass(frozen=True, slots=True)
class Working:
    """How long what takes: `ln minutes = activity + learner + noise`."""

    activities: int = 30
    learners: int = 200
    done: int = 25
    noise: float = 0.4
    seed: int = 1

    def minutes(self, activity: int) -> float:
        """Planted: median of a typical learner, from 3 to 90 minutes."""
        return 3.0 * exp(log(30.0) * activity / (self.activities - 1))

    def events(self) -> list[LearningEvent]:
        """Completions with a duration; half of the activities say 30 minutes of themselves."""
        return _in_order(self._events(Random(self.seed)))  # noqa: S311  simulated people

    def _events(self, rng: Random) -> Iterator[LearningEvent]:
        for learner in range(self.learners):
            slowness, at = rng.gauss(0.0, 0.4), START + rng.uniform(0.0, 30.0) * DAY_SEC
            for activity in rng.sample(range(self.activities), self.done):
                minutes = exp(log(self.minutes(activity)) + slowness + rng.gauss(0.0, self.noise))
                at += 60.0 * minutes + rng.uniform(0.0, 1.0) * DAY_SEC
                yield _event(
                    Kind.COMPLETED,
                    learner,
                    activity_id(activity),
                    at,
                    duration_sec=60.0 * minutes,
                    minutes=30.0 if activity % 2 else None,
                )


@dataclass(frozen=True, slots=True)
class Teaching:
    """Lessons that teach and lessons that do not: each adds its gain to the skill's log odds."""

    lessons: int = 16
    skills: int = 4
    questions: int = 40
    learners: int = 400
    rounds: int = 12
    """Of a question, a lesson and another question, each on one skill."""
    seed: int = 1

    def gain(self, lesson: int) -> float:
        """Planted: what the lesson adds; half of them add nothing."""
        return max(0.0, lesson // self.skills - 1.0) * 0.6

    def skill(self, lesson: int) -> int:
        """Of a lesson."""
        return lesson % self.skills

    def events(self) -> list[LearningEvent]:
        """Answers and completed lessons; the same for the same seed."""
        return _in_order(self._events(Random(self.seed)))  # noqa: S311  simulated people

    def _events(self, rng: Random) -> Iterator[LearningEvent]:
        hard = [rng.gauss(0.0, 0.5) for _ in range(self.questions)]
        for learner in range(self.learners):
            level = [rng.gauss(-0.5, 1.0) for _ in range(self.skills)]
            at = START + rng.uniform(0.0, 30.0) * DAY_SEC
            for _ in range(self.rounds):
                lesson = rng.randrange(self.lessons)
                skill = self.skill(lesson)
                yield self._answer(learner, skill, level[skill], (hard, at), rng)
                level[skill] += self.gain(lesson)
                name = f"skill {skill}"
                done = activity_id(lesson)
                yield _event(Kind.COMPLETED, learner, done, at + 600.0, skills=(name,))
                yield self._answer(learner, skill, level[skill], (hard, at + 1200.0), rng)
                at += rng.uniform(0.5, 1.5) * 3_600.0

    def _answer(
        self, learner: int, skill: int, level: float, when: tuple[list[float], float], rng: Random
    ) -> LearningEvent:
        hard, at = when
        question = rng.randrange(len(hard) // self.skills) * self.skills + skill
        right = rng.uniform(0.0, 1.0) < 1.0 / (1.0 + exp(hard[question] - level))
        return _event(
            Kind.ANSWERED,
            learner,
            f"https://lms.example/questions/{question}",
            at,
            outcome=float(right),
            skills=(f"skill {skill}",),
        )
