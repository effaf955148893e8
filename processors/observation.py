"""Activities that statements mention and the catalogue does not know."""

from collections.abc import Mapping
from typing import Any

from processors.placement import Placement
from schemas.kinds import Kind
from schemas.reference import Activity
from schemas.statement.vocabulary import can_be_offered, content_of

Json = Mapping[str, Any]
_LONGEST_TITLE = 200
_NOT_LEARNING = frozenset({Kind.VOIDED, Kind.SESSION, Kind.SOCIAL})


def observed_activity(kind: Kind, thing: Json, placement: Placement) -> Activity | None:
    """What a statement tells of its object as something to offer; None where it is nothing.

    Not offered: what sessions, talk and voidings are about; systems, competencies, badges and
    the like; and a question that is part of a quiz or of anything smaller than a course, because
    it makes no sense alone. A question that stands in a course by itself (Open edX) is offered.
    """
    definition = thing.get("definition", {})
    activity_type = definition.get("type", "")
    content = content_of(activity_type)
    part = content == "question" and placement.is_part
    if kind in _NOT_LEARNING or part or not can_be_offered(activity_type):
        return None
    return Activity(
        id=thing["id"],
        title=title_of(definition),
        content=content,
        course=placement.course,
        parent=placement.parent,
        done_by="completed",
        origin="observed",
    )


def title_of(definition: Json) -> str:
    """The name of an activity, in English if there is one; "" where it has none."""
    names = definition.get("name")
    if not names:
        return ""
    language = min(names, key=lambda tag: (not tag.lower().startswith("en"), tag))
    return str(names[language][:_LONGEST_TITLE])
