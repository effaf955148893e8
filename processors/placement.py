"""Where an activity stands: what it is part of, by the types of its context activities.

Senders disagree about slots: Moodle puts the course into `grouping` and itself into `category`,
Open edX puts the course into `parent`. So course and competencies are found by type.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas.statement.vocabulary import EXT_SESSIONS, content_of, is_skill

Json = Mapping[str, Any]
_NOTHING: Json = {}
_SLOTS = ("parent", "grouping", "other", "category")
_MOST_GROUPINGS = 16
_MOST_SKILLS = 8
_LONGEST_NAME = 128


class Near(NamedTuple):
    """A context activity."""

    slot: str
    id: str
    type: str
    content: str
    """Kind of content; "" where its type says nothing of the kind."""


class Placement(NamedTuple):
    """What surrounds the object of a statement; "" where nothing was said."""

    parent: str = ""
    parent_content: str = ""
    """Kind of content of the parent."""
    course: str = ""
    groupings: tuple[tuple[str, str], ...] = ()
    skills: tuple[str, ...] = ()
    """Ids of the competencies that the context names."""
    is_part: bool = False
    """Is it a part of something smaller than a course?"""


def placement_of(statement: Json) -> Placement:
    """The placement of the object of `statement`, which is an Activity."""
    slots = statement.get("context", _NOTHING).get("contextActivities")
    itself = statement["object"]
    own_type = _type(itself)
    around = _around(slots, itself["id"]) if slots else []
    parent = next((near for near in around if near.slot == "parent"), _NOWHERE)
    return Placement(
        parent=parent.id,
        parent_content=parent.content,
        course=_course(itself["id"], own_type, around),
        groupings=_groupings(around),
        skills=_skills(itself["id"], own_type, around),
        is_part=any(map(_is_container, around)),
    )


_NOWHERE = Near("", "", "", "")


def _around(slots: Json, itself: str) -> list[Near]:
    """The context activities, nearest slot first, without the object itself."""
    around = []
    for slot in _SLOTS:
        for activity in slots.get(slot, ()):
            if activity["id"] != itself:
                near_type = _type(activity)
                around.append(Near(slot, activity["id"], near_type, content_of(near_type)))
    return around


def _type(activity: Json) -> str:
    name: str = activity.get("definition", _NOTHING).get("type", "")
    return name


def _course(itself: str, own_type: str, around: list[Near]) -> str:
    if content_of(own_type) == "course":
        return itself
    return next((near.id for near in around if near.content == "course"), "")


def _groupings(around: list[Near]) -> tuple[tuple[str, str], ...]:
    pairs = [(near.id, near.type) for near in around if near.slot == "grouping"]
    return tuple(pairs[:_MOST_GROUPINGS])


def _skills(itself: str, own_type: str, around: list[Near]) -> tuple[str, ...]:
    if is_skill(own_type):
        return (itself,)
    found = [near.id for near in around if near.type and is_skill(near.type)]
    return tuple(dict.fromkeys(found))[:_MOST_SKILLS]


def _is_container(near: Near) -> bool:
    if near.content == "course":
        return False
    return near.slot == "parent" or (near.slot == "grouping" and near.content != "")


def session_of(statement: Json) -> str:
    """The sender's id of the learner's session: cmi5, the video profile, Open edX."""
    extensions = statement.get("context", _NOTHING).get("extensions")
    for name in EXT_SESSIONS if extensions else ():
        session = extensions.get(name)
        if isinstance(session, str):
            return session[:_LONGEST_NAME]
    return ""
