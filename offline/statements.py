"""Answers as an LMS would tell of them: xAPI statements, and a catalogue that has the skills."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from offline.answers import Answers
from offline.events import (
    ANSWERED,
    CONTENT,
    HOME_PAGE,
    QUESTION,
    Events,
    activity_id,
    statement_id,
    success_of,
)
from schemas.errors import ConfigurationError
from schemas.reference import Activity

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def activities(answers: Answers) -> tuple[Activity, ...]:
    """What the catalogue must have before the statements come.

    Raises:
        ConfigurationError: where the skills of an item change from row to row: a catalogue says
            one thing at a time.
    """
    skills: dict[int, int] = {}
    for item, skill_set in zip(answers.item.tolist(), answers.skill_set.tolist(), strict=True):
        if skills.setdefault(item, skill_set) != skill_set:
            raise ConfigurationError(
                f"the skills of item {answers.items[item]!r} change: give each item the same ones"
            )
    return tuple(
        Activity(
            id=activity_id(answers.items[item]),
            title=answers.items[item],
            skills=answers.skill_sets[skill_set],
            content=CONTENT,
        )
        for item, skill_set in skills.items()
    )


def statements(events: Events) -> Iterator[dict[str, Any]]:
    """The statement of each row, in order."""
    answers = events.answers
    names, items = answers.users, events.activities
    for row, (user, item, correct) in enumerate(
        zip(answers.user.tolist(), answers.item.tolist(), answers.correct.tolist(), strict=True)
    ):
        yield {
            "id": statement_id(row),
            "actor": {"account": {"homePage": HOME_PAGE, "name": names[user]}},
            "verb": {"id": ANSWERED},
            "object": {"id": items[item], "definition": {"type": QUESTION}},
            "result": _result(correct),
            "timestamp": _instant(events.at[row]),
        }


def _result(correct: float) -> dict[str, Any]:
    success = success_of(correct)
    return {"score": {"scaled": correct}} if success is None else {"success": success}


def _instant(at: float) -> str:
    """ISO 8601, to the microsecond."""
    return (_EPOCH + timedelta(microseconds=round(at * 1e6))).isoformat()
