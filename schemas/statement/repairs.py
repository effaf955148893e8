"""Lenient mode: what real senders get wrong and how exactly it is mended. Nothing else is.

Each repair changes the statement in place and is recorded under a code. Repairs reach the
statement itself, not a SubStatement, which only describes what is planned.
"""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any


class Deviation(StrEnum):
    """What was mended."""

    OBJECT_GROUP_ACTIVITY = "object_group_activity"
    """Open edX, problems of several questions: objectType GroupActivity, taken as Activity."""
    CONTEXT_GROUP_ACTIVITY = "context_group_activity"
    """The same in a context activity."""
    OBJECT_COMPOUND = "object_compound"
    """H5P: interactionType compound, taken as other."""
    CONTEXT_COMPOUND = "context_compound"
    """The same in a context activity."""
    OBJECT_EXTENSIONS_MOVED = "object_extensions_moved"
    """Extensions beside the object's definition, moved into it; what stood there wins."""
    CONTEXT_ACTIVITY_DROPPED = "context_activity_dropped"
    """Open edX special exams: a context activity whose id is a bare UUID."""
    CONTEXT_ACTIVITY_SINGLE = "context_activity_single"
    """One context activity in place of an array (legal in xAPI 1.0, returned as an array)."""
    HOME_PAGE_ADDED = "home_page_added"
    """An account without homePage: the credential's home page is meant."""


_BARE_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def single_activities_to_arrays(slots: dict[str, Any]) -> bool:
    """Give every slot of `contextActivities` an array; True where one was not."""
    single = False
    for slot, held in slots.items():
        if isinstance(held, dict):
            slots[slot] = [held]
            single = True
    return single


def repair(statement: dict[str, Any], home_page: str) -> tuple[Deviation, ...]:
    """Mend `statement` in place; the codes of what was mended, in the order of Deviation."""
    made = {code for mend in _MENDERS for code in mend(statement)}
    made.update(_add_home_page(statement, home_page))
    return tuple(code for code in Deviation if code in made)


def _context_slots(statement: dict[str, Any]) -> dict[str, Any]:
    return _object(_object(statement, "context"), "contextActivities")


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """The JSON object at `name`; an empty one where there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _context_activities(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for held in _context_slots(statement).values():
        for activity in held if isinstance(held, list) else ():
            if isinstance(activity, dict):
                yield activity


def _arrays(statement: dict[str, Any]) -> Iterator[Deviation]:
    if single_activities_to_arrays(_context_slots(statement)):
        yield Deviation.CONTEXT_ACTIVITY_SINGLE


def _drop_bare_uuids(statement: dict[str, Any]) -> Iterator[Deviation]:
    for held in _context_slots(statement).values():
        if isinstance(held, list):
            kept = [activity for activity in held if not _is_bare(activity)]
            if len(kept) < len(held):
                held[:] = kept
                yield Deviation.CONTEXT_ACTIVITY_DROPPED


def _is_bare(activity: Any) -> bool:
    name = activity.get("id") if isinstance(activity, dict) else None
    return isinstance(name, str) and _BARE_UUID.fullmatch(name) is not None


def _group_activities(statement: dict[str, Any]) -> Iterator[Deviation]:
    if _replace(_object(statement, "object"), "objectType", "GroupActivity", "Activity"):
        yield Deviation.OBJECT_GROUP_ACTIVITY
    for activity in _context_activities(statement):
        if _replace(activity, "objectType", "GroupActivity", "Activity"):
            yield Deviation.CONTEXT_GROUP_ACTIVITY


def _compounds(statement: dict[str, Any]) -> Iterator[Deviation]:
    definition = _object(_object(statement, "object"), "definition")
    if _replace(definition, "interactionType", "compound", "other"):
        yield Deviation.OBJECT_COMPOUND
    for activity in _context_activities(statement):
        if _replace(_object(activity, "definition"), "interactionType", "compound", "other"):
            yield Deviation.CONTEXT_COMPOUND


def _replace(holder: dict[str, Any], name: str, sent: str, meant: str) -> bool:
    if holder.get(name) != sent:
        return False
    holder[name] = meant
    return True


def _move_extensions(statement: dict[str, Any]) -> Iterator[Deviation]:
    thing = _object(statement, "object")
    definition = thing.get("definition", {})
    if thing.get("objectType", "Activity") != "Activity" or not isinstance(definition, dict):
        return
    sent, kept = thing.get("extensions"), definition.get("extensions", {})
    if isinstance(sent, dict) and isinstance(kept, dict):
        thing["definition"] = {**definition, "extensions": {**sent, **kept}}
        del thing["extensions"]
        yield Deviation.OBJECT_EXTENSIONS_MOVED


_MENDERS: tuple[Callable[[dict[str, Any]], Iterator[Deviation]], ...] = (
    _arrays,
    _drop_bare_uuids,
    _group_activities,
    _compounds,
    _move_extensions,
)


def _add_home_page(statement: dict[str, Any], home_page: str) -> Iterator[Deviation]:
    context = _object(statement, "context")
    agents = ((statement, "actor"), (statement, "authority"), (context, "instructor"))
    for holder, name in (*agents, (context, "team")):
        account = _object(_object(holder, name), "account")
        if home_page and account and "homePage" not in account:
            account["homePage"] = home_page
            yield Deviation.HOME_PAGE_ADDED
