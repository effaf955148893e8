"""Answers as the events that an LMS would have caused.

The names given here are those of `offline.statements`, so that the same answers make the same
events on either way.
"""

from collections.abc import Callable
from urllib.parse import quote

from offline.answers import Answers
from offline.clocks import Clock
from schemas.event import LearningEvent
from schemas.kinds import Kind

HOME_PAGE = "https://lms.example.org"
ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
QUESTION = "http://adlnet.gov/expapi/activities/cmi.interaction"
CONTENT = "question"


class Events:
    """The event of each row, made when it is asked for.

    Args:
        learner_key: Makes the learner's key of a user's name.
    """

    def __init__(
        self, answers: Answers, clock: Clock, learner_key: Callable[[str], str] = str
    ) -> None:
        self.answers = answers
        self.at: list[float] = clock.seconds(answers.ticks).tolist()
        """When each row was, POSIX seconds."""
        self.learners = [*map(learner_key, answers.users)]
        """Learner key of each user."""
        self.activities = [*map(activity_id, answers.items)]
        """Activity id of each item."""
        self._user: list[int] = answers.user.tolist()
        self._item: list[int] = answers.item.tolist()
        self._skill_set: list[int] = answers.skill_set.tolist()
        self._correct: list[float] = answers.correct.tolist()

    def __call__(self, row: int) -> LearningEvent:
        """The event of `row`."""
        at, correct = self.at[row], self._correct[row]
        return LearningEvent(
            id=statement_id(row),
            learner=self.learners[self._user[row]],
            kind=Kind.ANSWERED,
            verb=ANSWERED,
            activity=self.activities[self._item[row]],
            activity_type=QUESTION,
            occurred_at=at,
            received_at=at,
            success=success_of(correct),
            scaled=correct if success_of(correct) is None else None,
            outcome=correct,
            skills=self.answers.skill_sets[self._skill_set[row]],
            content=CONTENT,
        )


def activity_id(item: str) -> str:
    """The IRI of an item."""
    return f"{HOME_PAGE}/items/{quote(item, safe='')}"


def statement_id(row: int) -> str:
    """The UUID of a row's statement, in the order of the rows."""
    return f"00000000-0000-4000-8000-{row:012x}"


def success_of(correct: float) -> bool | None:
    """Right or wrong; None where it is something in between."""
    return bool(correct) if correct in {0.0, 1.0} else None
