"""Reading an accepted statement: which fields of a LearningEvent it fills, and with what."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from processors.evidence import outcome_of, progress_of
from processors.observation import title_of
from processors.placement import Placement, session_of
from schemas.kinds import Kind
from schemas.reference import Activity
from schemas.statement.times import duration_sec
from schemas.statement.verbs import kind_of
from schemas.statement.vocabulary import content_of

Json = Mapping[str, Any]
Fields = dict[str, Any]
Lookup = Callable[[str], Activity | None]
_NOTHING: Json = {}
_LONGEST_SOURCE = 64
_UNKNOWN = Activity(id="")
_REPORTS_FOR_ITSELF = ("course", "quiz")


class Reading(NamedTuple):
    """An accepted statement, with what it is about in Stepstream's words."""

    statement: Json
    deviations: tuple[str, ...]
    kind: Kind


def kind_of_statement(statement: Json) -> Kind:
    """The kind of what happened. Only what is done to an Activity is learning."""
    kind = kind_of(statement["verb"]["id"])
    return kind if is_about_activity(statement) or kind is Kind.VOIDED else Kind.OTHER


def is_about_activity(statement: Json) -> bool:
    """Is the object an Activity?"""
    return bool(statement["object"].get("objectType", "Activity") == "Activity")


def result_fields(reading: Reading) -> Fields:
    """How it went. The response is left out: nothing learns from free text."""
    result = reading.statement.get("result", _NOTHING)
    score = result.get("score", _NOTHING)
    duration = result.get("duration", "")
    return {
        "success": result.get("success"),
        "completion": result.get("completion"),
        "scaled": score.get("scaled"),
        "raw": score.get("raw"),
        "score_min": score.get("min"),
        "score_max": score.get("max"),
        "duration": duration,
        "duration_sec": duration_sec(duration) if duration else None,
        "progress": progress_of(reading.statement),
        "outcome": outcome_of(reading.kind, reading.statement, reading.deviations),
    }


def context_fields(reading: Reading) -> Fields:
    """Under which circumstances."""
    context = reading.statement.get("context", _NOTHING)
    return {
        "registration": context.get("registration", ""),
        "session": session_of(reading.statement),
        "source": context.get("platform", "")[:_LONGEST_SOURCE],
        "deviations": reading.deviations,
    }


def activity_fields(reading: Reading, placement: Placement, lookup: Lookup) -> Fields:
    """The activity: what the statement says of it, and what the catalogue has of it."""
    thing = reading.statement["object"]
    definition = thing.get("definition", _NOTHING)
    activity_type = definition.get("type", "")
    known = lookup(thing["id"]) or _UNKNOWN
    return {
        "activity": thing["id"],
        "activity_type": activity_type,
        "interaction_type": definition.get("interactionType", ""),
        "title": title_of(definition) or known.title,
        "parent": placement.parent or known.parent,
        "course": placement.course or known.course,
        "groupings": placement.groupings,
        "skills": known.skills or placement.skills or _inherited_skills(reading, placement, lookup),
        "difficulty": known.difficulty,
        "content": known.content or content_of(activity_type),
        "minutes": known.minutes,
        "done_by": known.done_by,
        "pass_mark": known.pass_mark,
    }


def _inherited_skills(reading: Reading, placement: Placement, lookup: Lookup) -> tuple[str, ...]:
    """A question of several asks for the skills of the whole.

    Not so where the whole is a quiz or a course: those report their own results, and evidence
    of one thing must not count twice.
    """
    if reading.kind is not Kind.ANSWERED or placement.parent_content in _REPORTS_FOR_ITSELF:
        return ()
    whole = lookup(placement.parent) if placement.parent else None
    return whole.skills if whole else ()


def other_fields(reading: Reading) -> Fields:
    """An object that is no Activity. Of people nothing is kept."""
    thing = reading.statement["object"]
    about = thing["id"].lower() if thing["objectType"] == "StatementRef" else ""
    return {
        "activity": about,
        "object_type": thing["objectType"],
        "voids": about if reading.kind is Kind.VOIDED else "",
    }
