"""One learner under the magnifying glass: what they did, and what their queue became."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

from processors.identity import Pseudonyms, identifier_of
from schemas.codec import JsonError, decode_json

_SHOWN_DEEDS = 6
_PATIENCE_SEC = 6.0
_NO_EDITION = (-1, -inf)
_Json = Mapping[str, Any]


class Deed(NamedTuple):
    """One statement for people."""

    at: float
    """When it was published; POSIX seconds."""
    verb: str
    title: str
    outcome: str


class Move(NamedTuple):
    """How an activity's place in the queue changed: up where `places` is positive."""

    places: int
    is_new: bool


STAYS = Move(0, is_new=False)


class Watch:
    """Follows one learner; when they fall silent, whoever finished something last.

    Args:
        pseudonyms: from identifiers to learner keys.
        queue_of: from a learner key to the newest queue as JSON.
    """

    def __init__(self, pseudonyms: Pseudonyms, queue_of: Callable[[str], bytes | None]) -> None:
        self._pseudonyms = pseudonyms
        self._queue_of = queue_of
        self._identifier = ""
        self._mark = b""
        self._seen_at = -inf
        self._edition = _NO_EDITION
        self._places: dict[str, int] = {}
        self.name = ""
        """What the learner is called in the statements: an account's name, else the key."""
        self.deeds: deque[Deed] = deque(maxlen=_SHOWN_DEEDS)
        """The newest statements, the newest last."""
        self.queue: dict[str, Any] = {}
        """The newest queue."""
        self.moves: dict[str, Move] = {}
        """By activity: what the newest queue changed."""

    def note(self, messages: Sequence[bytes], now: float) -> None:
        """See what is published at `now`."""
        for message in messages:
            if self._is_free(now) or self._mark in message:
                for statement in _statements(message):
                    self._note(statement, now)

    def _is_free(self, now: float) -> bool:
        return now - self._seen_at > _PATIENCE_SEC

    def _note(self, statement: _Json, now: float) -> None:
        identifier = identifier_of(statement["actor"])
        if identifier != self._identifier and self._is_free(now) and "result" in statement:
            self._turn_to(statement["actor"], identifier)
        if identifier == self._identifier:
            self._seen_at = now
            self.deeds.append(deed(statement, now))

    def _turn_to(self, actor: _Json, identifier: str) -> None:
        self._identifier = identifier
        self.name = _name(actor) or self._pseudonyms.learner(identifier)[:8]
        self._mark = (_name(actor) or _other_name(actor)).encode()
        self.deeds.clear()
        self._edition, self._places, self.queue, self.moves = _NO_EDITION, {}, {}, {}

    def look(self) -> None:
        """Take in the newest queue."""
        raw = self._queue_of(self._pseudonyms.learner(self._identifier)) if self.name else None
        queue = decode_json(raw) if raw else {}
        edition = (queue["version"], queue["generated_at"]) if queue else self._edition
        if edition != self._edition:
            self._edition, self.queue = edition, queue
            before, self._places = self._places, _places(queue["items"])
            self.moves = {name: _move(before, name, at) for name, at in self._places.items()}


def _name(actor: _Json) -> str:
    return str(actor.get("account", {}).get("name", ""))


def _other_name(actor: _Json) -> str:
    names = (actor.get(name) for name in ("mbox", "mbox_sha1sum", "openid"))
    return next((name for name in names if isinstance(name, str)), "")


def deed(statement: _Json, now: float) -> Deed:
    """`statement` for people."""
    thing, result = statement["object"], statement.get("result", {})
    verb = statement["verb"]["id"].rstrip("/").rsplit("/", 1)[-1]
    names = thing.get("definition", {}).get("name", {})
    return Deed(now, verb, next(iter(names.values()), _tail(thing.get("id", ""))), _outcome(result))


def _outcome(result: _Json) -> str:
    scaled = result.get("score", {}).get("scaled")
    if scaled is not None:
        return f"{scaled:.0%}"
    if "success" in result:
        return "right" if result["success"] else "wrong"
    return ""


def _tail(iri: str) -> str:
    return iri.rstrip("/").rsplit("/", 1)[-1]


def _statements(message: bytes) -> Iterable[_Json]:
    """The readable statements of a message; this is a window, not the judge of what is valid."""
    try:
        found = decode_json(message)
    except JsonError:
        return ()
    return filter(_is_readable, found if isinstance(found, list) else [found])


def _is_readable(statement: Any) -> bool:
    try:
        identifier_of(statement["actor"])
        deed(statement, 0.0)
    except (KeyError, TypeError, AttributeError, ValueError):
        return False
    return True


def _places(items: Sequence[_Json]) -> dict[str, int]:
    return {item["activity"]: item["rank"] for item in items}


def _move(before: Mapping[str, int], activity: str, place: int) -> Move:
    if not before:
        return STAYS
    if activity not in before:
        return Move(0, is_new=True)
    return Move(before[activity] - place, is_new=False)
