"""Where an activity stands: what it is part of, by the types of its context activities.

Senders disagree about slots: Moodle puts the course into `grouping` and itself into `category`,
Open edX puts the course into `parent`. So course and competencies are found by type.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from schemas.statement.vocabulary import EXT_SESSIONS, content_of, is_skill

Json = Mapping[str, Any]
_NOTHING: Json = {}
_SLOTS = ("parent", "grouping", "other", "category")
_NO_CONTAINERS = ("", "course")
_MOST_GROUPINGS = 16
_MOST_SKILLS = 8
_LONGEST_NAME = 128


class Placement(NamedTuple):
    """What surrounds the object of a statement; "" where nothing was said."""

    parent: str = ""
    parent_content: str = ""
    """Kind of content of the parent."""
    course: str = ""
    groupings: tuple[tuple[str, str], ...] = ()
    skills: tuple[str, ...] = ()
    """Ids of the competencies that the object is, or that the context names."""
    is_part: bool = False
    """Is it a part of something smaller than a course?"""


Near: TypeAlias = tuple[str, str, str, str]
"""Slot, id, type and kind of content of a context activity."""
_NOWHERE: Near = ("", "", "", "")


def placement_of(statement: Json) -> Placement:
    """The placement of the object of `statement`, which is an Activity."""
    slots = statement.get("context", _NOTHING).get("contextActivities", _NOTHING)
    itself = statement["object"]
    own_id, own_type = itself["id"], _type(itself)
    around = _around(slots, own_id)
    _, parent, _, parent_content = _parent(around)
    return Placement(
        parent,
        parent_content,
        own_id if content_of(own_type) == "course" else _course(around),
        _groupings(around),
        (own_id,) if is_skill(own_type) else _skills(around),
        _is_part(around),
    )


def _around(slots: Json, own_id: str) -> list[Near]:
    """The context activities, nearest slot first, without the object itself."""
    around = []
    for slot in _SLOTS:
        for activity in slots.get(slot, ()):
            if activity["id"] != own_id:
                its_type = _type(activity)
                around.append((slot, activity["id"], its_type, content_of(its_type)))
    return around


def _type(activity: Json) -> str:
    its_type: str = activity["definition"].get("type", "") if "definition" in activity else ""
    return its_type


def _parent(around: list[Near]) -> Near:
    for near in around:
        if near[0] == "parent":
            return near
    return _NOWHERE


def _course(around: list[Near]) -> str:
    for _, name, _, content in around:
        if content == "course":
            return name
    return ""


def _groupings(around: list[Near]) -> tuple[tuple[str, str], ...]:
    found = [(name, its_type) for slot, name, its_type, _ in around if slot == "grouping"]
    return tuple(found[:_MOST_GROUPINGS])


def _skills(around: list[Near]) -> tuple[str, ...]:
    found = [name for _, name, its_type, content in around if not content and is_skill(its_type)]
    return tuple(dict.fromkeys(found))[:_MOST_SKILLS] if found else ()


def _is_part(around: list[Near]) -> bool:
    for slot, _, _, content in around:
        if slot == "parent" and content != "course":
            return True
        if slot == "grouping" and content not in _NO_CONTAINERS:
            return True
    return False


def session_of(statement: Json) -> str:
    """The sender's id of the learner's session: cmi5, the video profile, Open edX."""
    extensions = statement.get("context", _NOTHING).get("extensions")
    for name in EXT_SESSIONS if extensions else ():
        session = extensions.get(name)
        if isinstance(session, str):
            return session[:_LONGEST_NAME]
    return ""
