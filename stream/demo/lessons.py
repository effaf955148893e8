"""An activity as a simulated learner meets it: what it asks for, and in which steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from processors.draws import Draws
from schemas.reference import Activity
from stream.demo.minds import hardness, normal

Json = dict[str, Any]


class Step(StrEnum):
    """One statement on the way through an activity."""

    ENROLLED = "registered"
    LAUNCHED = "launched"
    PLAYED = "played"
    PROGRESSED = "progressed"
    ANSWERED = "answered"
    SCORED = "scored"
    FINISHED = "finished"
    """The verb that finishes the activity: viewed, completed, passed or failed."""


QUESTIONS = 5
_WORK = (Step.LAUNCHED, Step.PROGRESSED, Step.SCORED, Step.FINISHED)
_STEPS: Mapping[str, tuple[Step, ...]] = {
    "video": (Step.LAUNCHED, Step.PLAYED, Step.PROGRESSED, Step.FINISHED),
    "quiz": (Step.LAUNCHED, *[Step.ANSWERED] * QUESTIONS, Step.FINISHED),
    "lab": _WORK,
    "practicum": _WORK,
    "workshop": (Step.ENROLLED, Step.LAUNCHED, Step.FINISHED),
}
_STEPS_OF_OTHERS = (Step.LAUNCHED, Step.FINISHED)
_TYPES: Mapping[str, str] = {
    "video": "https://w3id.org/xapi/video/activity-type/video",
    "quiz": "http://adlnet.gov/expapi/activities/assessment",
    "lab": "http://adlnet.gov/expapi/activities/simulation",
    "practicum": "http://adlnet.gov/expapi/activities/performance",
    "workshop": "http://adlnet.gov/expapi/activities/meeting",
    "reading": "http://adlnet.gov/expapi/activities/lesson",
}
_TYPE_OF_OTHERS = "http://adlnet.gov/expapi/activities/module"
_COURSE = "http://adlnet.gov/expapi/activities/course"
_GRADED = frozenset({"quiz", "workshop"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a quiz."""

    object: Json
    context: Json
    harder: float
    """Logits above the quiz's own hardness."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """An activity with what statements repeat about it, made once."""

    activity: Activity
    skills: tuple[int, ...]
    """Positions of its skills."""
    hard: float
    """Hidden hardness in logits."""
    steps: tuple[Step, ...]
    object: Json
    context: Json
    questions: tuple[Question, ...]

    @property
    def pass_points(self) -> int:
        """Fewest points of 100 that pass."""
        return ceil(100 * self.activity.pass_mark)

    @property
    def is_graded_at_the_end(self) -> bool:
        """Whether the statement that finishes it carries the score."""
        return self.activity.content in _GRADED or self.activity.done_by == "passed"

    def is_meant_for(self, role: str) -> bool:
        """Whether the audience holds `role`."""
        return not self.activity.audience or role in self.activity.audience

    def readiness(self, done: Iterable[str]) -> float:
        """Share of its prerequisites among `done`; 1 where there are none."""
        needs = self.activity.prerequisites
        return len(set(needs).intersection(done)) / len(needs) if needs else 1.0


def lesson_of(activity: Activity, skills: Mapping[str, int], seed: int) -> Lesson:
    """The lesson that `activity` is in the world of `seed`; `skills` gives their positions."""
    draws = Draws(seed, "lesson", activity.id)
    steps = _STEPS.get(activity.content, _STEPS_OF_OTHERS)
    course = _grouping(activity)
    return Lesson(
        activity=activity,
        skills=tuple(skills[skill] for skill in activity.skills),
        hard=hardness(activity.difficulty, normal(draws, 0.0, 0.4)),
        steps=steps,
        object=_object(activity.id, activity.title, _TYPES.get(activity.content, _TYPE_OF_OTHERS)),
        context={"contextActivities": course} if course else {},
        questions=tuple(
            _question(activity, number, course, normal(draws, 0.0, 0.5))
            for number in range(1, steps.count(Step.ANSWERED) + 1)
        ),
    )


def _question(activity: Activity, number: int, course: Json, harder: float) -> Question:
    asked = _object(
        f"{activity.id}#question-{number}",
        f"{activity.title}, question {number}",
        "http://adlnet.gov/expapi/activities/cmi.interaction",
    )
    asked["definition"]["interactionType"] = "choice"
    parent = {"parent": [{"id": activity.id}]}
    return Question(asked, {"contextActivities": {**parent, **course}}, harder)


def _object(iri: str, title: str, kind: str) -> Json:
    name = {"name": {"en": title}} if title else {}
    return {"objectType": "Activity", "id": iri, "definition": {**name, "type": kind}}


def _grouping(activity: Activity) -> Json:
    if not activity.course:
        return {}
    return {"grouping": [{"id": activity.course, "definition": {"type": _COURSE}}]}
