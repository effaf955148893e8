"""A simulated learner: picks activities, goes through their steps, tells of each."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processors.draws import Draws
from schemas.reference import RoleRequirement
from stream.demo.lessons import Lesson, Step
from stream.demo.minds import Mind
from stream.demo.statements import (
    PROGRESS,
    VERBS,
    VIDEO_TIME,
    agent,
    duration,
    identity,
    score,
)

Json = dict[str, Any]
QueueOf = Callable[[str], Sequence[str]]
"""Typed identifier of a learner -> activity ids, the next one first; empty where there is none."""

GIVES_UP = 0.03
"""Probability, at each step, of leaving an activity unfinished."""
_KEPT_ANSWERS = 200_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What really was behind an outcome that was sent."""

    statement: str
    """Id that its statement carries, or would carry."""
    learner: str
    """Typed identifier."""
    activity: str
    """Id of the object, which may be a question of a quiz."""
    at: float
    probability: float
    """Hidden probability of success."""
    success: bool


@dataclass(frozen=True, slots=True)
class World:
    """What all simulated learners share."""

    seed: int
    lessons: Mapping[str, Lesson]
    skills: Mapping[str, int]
    """Position of each skill in a mind."""
    roles: Sequence[RoleRequirement]
    home_page: str
    follow: float
    """Probability that a learner takes the next activity from the queue."""
    answers: deque[Answer]

    def offered(self, role: str) -> tuple[Lesson, ...]:
        """What somebody of that role comes across without a queue."""
        every = tuple(self.lessons.values())
        return tuple(lesson for lesson in every if lesson.is_meant_for(role)) or every


def empty_answers() -> deque[Answer]:
    """The newest answers, as many as are kept."""
    return deque(maxlen=_KEPT_ANSWERS)


def identifier_of(home_page: str, number: int) -> str:
    """The typed identifier of learner `number`."""
    return f"{home_page}|sim-{number:05d}"


class Person:
    """One learner, the same in every run of a world's seed."""

    def __init__(self, number: int, world: World) -> None:
        self._world = world
        self._draws = Draws(world.seed, "person", number)
        self.identifier = identifier_of(world.home_page, number)
        self.actor = agent(*self.identifier.split("|"))
        required = world.roles[self._draws.below(len(world.roles))] if world.roles else None
        self.role = required.role if required else ""
        needed = required.skills if required else {}
        self.wanted = tuple(at for skill, at in world.skills.items() if skill in needed)
        """Positions of the skills that the role requires."""
        self.mind = Mind(self._draws, len(world.skills), self.wanted)
        self.done: set[str] = set()
        self._pace = 0.7 + 0.6 * self._draws.uniform()
        self._begun = 0
        self._offered = world.offered(self.role)
        self._lesson = self._offered[0]
        self._steps: list[Step] = []
        self._right: list[bool] = []
        self._points = 0
        self._context: Json = {}

    @property
    def is_between_activities(self) -> bool:
        """Whether the next step begins something."""
        return not self._steps

    def step(self, statement: str, now: float, queue_of: QueueOf) -> Json:
        """The learner's next statement, without id and time.

        Args:
            statement: the id that it will carry.
            now: POSIX seconds.
            queue_of: asked where the learner looks for something to do.
        """
        if not self._steps:
            self._begin(self._choose(now, queue_of))
        told = self._tell(self._steps.pop(), statement, now)
        if self._draws.uniform() < GIVES_UP:
            self._steps.clear()
        return told

    def _choose(self, now: float, queue_of: QueueOf) -> Lesson:
        if self._draws.uniform() < self._world.follow:
            queue = [one for one in queue_of(self.identifier) if one in self._world.lessons]
            if queue:
                place = int(len(queue) * self._draws.uniform() ** 3)
                return self._world.lessons[queue[place]]
        seen = (self._offered[self._draws.below(len(self._offered))] for _ in range(3))
        return max(seen, key=lambda lesson: self._appeal(lesson, now))

    def _appeal(self, lesson: Lesson, now: float) -> float:
        """Own mind: what the role needs, not done yet, neither hopeless nor boring."""
        wanted = not set(self.wanted).isdisjoint(lesson.skills)
        fit = abs(self.mind.success(lesson.skills, lesson.hard, now) - 0.7)
        return wanted - 2.0 * (lesson.activity.id in self.done) - fit + self._draws.uniform()

    def _begin(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._steps = list(reversed(lesson.steps))
        self._right.clear()
        self._begun += 1
        registration = identity(self._world.seed, self.identifier, self._begun)
        self._context = {**lesson.context, "registration": registration}

    def _tell(self, step: Step, statement: str, now: float) -> Json:
        match step:
            case Step.ANSWERED:
                return self._answer(statement, now)
            case Step.SCORED:
                return self._about("scored", {"score": self._grade(statement, now)})
            case Step.FINISHED:
                return self._finish(statement, now)
            case Step.PLAYED:
                return self._about("played", {"extensions": {VIDEO_TIME: 0}})
            case Step.PROGRESSED:
                percent = 25 + self._draws.below(51)
                return self._about("progressed", {"extensions": {PROGRESS: percent}})
            case Step.ENROLLED | Step.LAUNCHED:
                return self._about(step.value)

    def _about(self, verb: str, result: Json | None = None) -> Json:
        told = {
            "actor": self.actor,
            "verb": VERBS[verb],
            "object": self._lesson.object,
            "context": self._context,
        }
        return {**told, "result": result} if result else told

    def _answer(self, statement: str, now: float) -> Json:
        question = self._lesson.questions[len(self._right)]
        right = self._try(statement, question.object["id"], now, question.harder)
        self._right.append(right)
        seconds = duration(self._pace * (0.3 + self._draws.uniform()))
        return {
            "actor": self.actor,
            "verb": VERBS["answered"],
            "object": question.object,
            "result": {"success": right, "duration": seconds},
            "context": question.context,
        }

    def _try(self, statement: str, activity: str, now: float, harder: float = 0.0) -> bool:
        lesson = self._lesson
        chance = self.mind.success(lesson.skills, lesson.hard + harder, now)
        success = self._draws.uniform() < chance
        self._world.answers.append(
            Answer(statement, self.identifier, activity, now, chance, success)
        )
        return success

    def _grade(self, statement: str, now: float) -> Json:
        """Enough points to pass as often as the hidden probability says."""
        enough = self._lesson.pass_points
        if self._try(statement, self._lesson.activity.id, now):
            self._points = enough + self._draws.below(101 - enough)
        else:
            self._points = max(0, enough - 1 - self._draws.below(40))
        return score(self._points)

    def _finish(self, statement: str, now: float) -> Json:
        lesson = self._lesson
        result: Json = {"duration": duration(self._pace * (lesson.activity.minutes or 30.0))}
        if lesson.is_graded_at_the_end:
            result["score"] = self._final_score(statement, now)
        verb = self._last_verb()
        result |= _VERDICTS.get(verb, {})
        self.mind.learn(lesson.skills, lesson.hard, now, lesson.readiness(self.done))
        if verb != "failed":
            self.done.add(lesson.activity.id)
        return self._about(verb, result)

    def _final_score(self, statement: str, now: float) -> Json:
        if self._right:
            self._points = 100 * sum(self._right) // len(self._right)
        elif Step.SCORED not in self._lesson.steps:
            return self._grade(statement, now)
        return score(self._points)

    def _last_verb(self) -> str:
        if self._lesson.activity.done_by != "passed":
            return self._lesson.activity.done_by
        return "passed" if self._points >= self._lesson.pass_points else "failed"


_VERDICTS: Mapping[str, Json] = {
    "completed": {"completion": True},
    "passed": {"success": True},
    "failed": {"success": False},
}
