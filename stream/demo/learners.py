"""Simulated learners: the world behind the demo, the load tests and the tests of learning."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

from processors.draws import Draws
from schemas.codec import encode_json
from schemas.reference import Activity, LearnerProfile, RoleRequirement
from stream.demo.lessons import lesson_of
from stream.demo.mess import Line, Mess
from stream.demo.people import Answer, Person, QueueOf, World, empty_answers, identifier_of
from stream.demo.statements import identity

Json = dict[str, Any]
__all__ = ["Answer", "SimulatedLearners"]

_AT_WORK = 0.2
"""Share of the learners who are at it at the same time."""
_LEAVES = 0.5
"""Probability that somebody who has finished an activity makes room for somebody else."""


def nothing_queued(_learner: str) -> Sequence[str]:
    """The queue of a world without recommendations."""
    return ()


class SimulatedLearners:
    """People with hidden knowledge who learn by doing and tell of it in xAPI 1.0.3 statements.

    They take what they do next from their queue, or follow their own mind. The same arguments and
    the same calls give the same bytes.

    Args:
        seed: names the world.
        activities: what there is to do; withdrawn ones are left out, and one must be left.
        roles: what roles there are; each learner gets one of them.
        count: number of learners; those who never did anything cost nothing.
        home_page: of the learners' accounts.
        follow: probability of taking the next activity from the queue.
        mess: how often what goes wrong on the way.
    """

    def __init__(  # noqa: PLR0913  (each is a knob of the world)
        self,
        seed: int,
        activities: Sequence[Activity],
        roles: Sequence[RoleRequirement] = (),
        *,
        count: int = 200,
        home_page: str = "https://lms.example.org",
        follow: float = 0.7,
        mess: Mess | None = None,
    ) -> None:
        offered = [activity for activity in activities if not activity.withdrawn]
        if not offered or count < 1:
            raise ValueError("a world needs at least one activity and one learner")
        skills = {skill: None for activity in offered for skill in activity.skills}
        places = {skill: place for place, skill in enumerate(skills)}
        self.answers = empty_answers()
        """The newest outcomes with the hidden probability behind each."""
        self._world = World(
            seed=seed,
            lessons={activity.id: lesson_of(activity, places, seed) for activity in offered},
            skills=places,
            roles=roles,
            home_page=home_page,
            follow=follow,
            answers=self.answers,
        )
        self._count = count
        self._people: dict[int, Person] = {}
        self._draws = Draws(seed, "world")
        self._line = Line(mess or Mess(), Draws(seed, "mess"))
        self._told = 0
        self._at_work = [self._draws.below(count) for _ in range(max(1, int(count * _AT_WORK)))]

    def next_statements(
        self, now: float, n: int, queue_of: QueueOf = nothing_queued
    ) -> list[bytes]:
        """What arrives next: `n` messages, each one statement, good or bad.

        Args:
            now: POSIX seconds; may not go back between calls.
            n: how many.
            queue_of: from a learner's typed identifier ("homePage|name") to the ids of the
                activities queued for them; asked once for each activity that somebody begins.
        """
        return [self._message(now, queue_of) for _ in range(n)]

    def learners(self) -> tuple[str, ...]:
        """Everybody's typed identifier."""
        return tuple(identifier_of(self._world.home_page, one) for one in range(self._count))

    def profiles(self, learner_key: Callable[[str], str]) -> tuple[LearnerProfile, ...]:
        """Everybody's profile; `learner_key` makes a learner key of a typed identifier."""
        people = map(self._person, range(self._count))
        return tuple(
            LearnerProfile(learner=learner_key(one.identifier), role=one.role) for one in people
        )

    def truth(self, learner: str, activity: str, now: float) -> float:
        """Hidden probability that `learner` succeeds at `activity` (an id) at `now`.

        Raises:
            KeyError: where there is no such activity.
        """
        lesson = self._world.lessons[activity]
        return self._of(learner).mind.success(lesson.skills, lesson.hard, now)

    def competence(self, learner: str, now: float) -> float:
        """Hidden mean probability of solving a middling item of a skill that the role requires.

        Over all skills where the role requires none of them; 0 in a world without skills.
        """
        person = self._of(learner)
        skills = person.wanted or range(len(self._world.skills))
        each = [person.mind.success((skill,), 0.0, now) for skill in skills]
        return fmean(each) if each else 0.0

    def _of(self, learner: str) -> Person:
        return self._person(int(learner.rsplit("-", 1)[1]))

    def _person(self, number: int) -> Person:
        found = self._people.get(number)
        if found is None:
            found = self._people[number] = Person(number, self._world)
        return found

    def _message(self, now: float, queue_of: QueueOf) -> bytes:
        if (noise := self._line.noise()) is not None:
            return noise
        self._told += 1
        name = identity(self._world.seed, "statement", self._told)
        told = self._line.withdrawal() or self._step(name, now, queue_of)
        sent = encode_json(self._line.stamped(told, name, now))
        self._line.remember(sent)
        return sent

    def _step(self, name: str, now: float, queue_of: QueueOf) -> Json:
        place = self._draws.below(len(self._at_work))
        person = self._person(self._at_work[place])
        told = person.step(name, now, queue_of)
        if person.is_between_activities and self._draws.uniform() < _LEAVES:
            self._at_work[place] = self._draws.below(self._count)
        return told
