"""Which statement, and is it the same one: ids and digests derived from content.

Both are keyed like the learner keys: a plain hash over a statement that is known but for a
short answer would give the answer away.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from processors.identity import Pseudonyms, identifier_of
from schemas.codec import encode_json_sorted
from schemas.statement.times import posix_sec
from schemas.statement.vocabulary import EXT_MOODLE_INFO

Json = Mapping[str, Any]


class Essence(NamedTuple):
    """What a statement is about, before it is turned into a name."""

    statement: Json
    actor: str
    """The learner key."""
    at: float | None
    """The timestamp in POSIX seconds; None where there is none."""


def digest_of(essence: Essence, pseudonyms: Pseudonyms) -> str:
    """Digest of what may not change under one id (xAPI 1.0.3, Data 2.3.1), 32 hex digits.

    Left out: id, authority, stored, version, attachments, how the verb is displayed, what an
    activity is said to be, names of people, the spelling of the time zone, the order of the
    members of a group.
    """
    return pseudonyms.digest(encode_json_sorted(_content(*essence)))


def id_of(essence: Essence, pseudonyms: Pseudonyms, place: tuple[str | int, ...]) -> str:
    """The statement's own id in lower case, else a name-based UUID of its content.

    The content is what a sender without ids, such as Moodle, repeats when it sends again:
    actor, verb, object, timestamp, result, event name. Without a timestamp the `place` in the
    log joins it, because then equal content does not mean the same event.
    """
    statement = essence.statement
    if "id" in statement:
        return str(statement["id"]).lower()
    content = (
        essence.actor,
        statement["verb"]["id"],
        _object(statement["object"]),
        place if essence.at is None else essence.at,
        statement.get("result"),
        _event_name(statement.get("context", {})),
    )
    return str(UUID(hex=pseudonyms.digest(encode_json_sorted(content)), version=5))


def _event_name(context: Json) -> Any:
    info = context.get("extensions", {}).get(EXT_MOODLE_INFO)
    return info.get("event_name") if isinstance(info, dict) else None


def _content(statement: Json, actor: str, at: float | None) -> tuple[Any, ...]:
    return (
        actor,
        statement["verb"]["id"],
        _object(statement["object"]),
        at,
        statement.get("result"),
        _context(statement["context"]) if "context" in statement else None,
    )


def _object(thing: Json) -> Any:
    match thing.get("objectType", "Activity"):
        case "Activity":
            return thing["id"]
        case "StatementRef":
            return thing["id"].lower()
        case "SubStatement":
            timestamp = thing.get("timestamp")
            return _content(thing, _actor(thing["actor"]), timestamp and posix_sec(timestamp))
        case _:
            return _actor(thing)


def _actor(actor: Json) -> str:
    members = sorted(identifier_of(member) for member in actor.get("member", ()))
    return " ".join((identifier_of(actor), *members))


def _context(context: Json) -> dict[str, Any]:
    return {
        name: _REDUCTIONS[name](value) if name in _REDUCTIONS else value
        for name, value in context.items()
    }


def _activities(slots: Json) -> dict[str, Any]:
    return {
        slot: [activity["id"] for activity in ([held] if isinstance(held, dict) else held)]
        for slot, held in slots.items()
    }


def _people(entries: list[Json]) -> list[Any]:
    return [
        (_actor(entry.get("agent") or entry["group"]), entry.get("relevantTypes"))
        for entry in entries
    ]


_REDUCTIONS: dict[str, Callable[[Any], Any]] = {
    "contextActivities": _activities,
    "instructor": _actor,
    "team": _actor,
    "contextAgents": _people,
    "contextGroups": _people,
}
