"""Dead letters back to where they came from, once whatever refused them has been mended.

A letter that was sent again is marked by a tombstone beside it: a message of the same key, so of
the same partition, without a value, whose header names the letter's offset. A crash between the
two sends the letter twice; its statement counts once all the same. A letter that is refused again
comes back as a new one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from schemas.codec import JsonError, decode_json
from stream.dead_letters import PARTITION, REASON, TOPIC
from stream.log import Message
from stream.records import Record, sender_of
from stream.topics import EVENTS, REJECTED, STATEMENTS

REDRIVEN = "redriven"
"""Header of a tombstone: offset of the letter, in its partition, that was sent again."""
HOPELESS = frozenset({"id_conflict"})
"""Refused however often they are sent: sent again only where they are asked for by name."""

Place = tuple[int, int]
"""Partition and offset of a letter."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which letters are meant."""

    reason: str = ""
    """Empty means every reason but the hopeless ones."""
    limit: int = 0
    """At most so many; 0 means all."""

    def holds(self, reason: str) -> bool:
        """Whether letters of that reason are meant."""
        return reason == self.reason if self.reason else reason not in HOPELESS


@dataclass(frozen=True, slots=True)
class Plan:
    """What a redrive would do."""

    reasons: dict[Place, str] = field(default_factory=dict)
    """Why each letter that waits was refused."""
    done: int = 0
    """Letters that were sent again before."""
    chosen: frozenset[Place] = frozenset()

    def waiting(self) -> Counter[str]:
        """Letters that were not sent again yet, by reason."""
        return Counter(self.reasons.values())

    def sending(self) -> Counter[str]:
        """Letters that are chosen, by reason."""
        return Counter(self.reasons[place] for place in self.chosen)


def plan(letters: Iterable[Record], wish: Wish) -> Plan:
    """Look through all `letters`, those of one partition in order."""
    reasons: dict[Place, str] = {}
    done = 0
    for record in letters:
        headers = dict(record.headers)
        if record.value is not None:
            reasons[record.partition, record.offset] = _text(headers, REASON)
        elif REDRIVEN in headers:
            done += reasons.pop((record.partition, int(headers[REDRIVEN])), None) is not None
    meant = sorted(place for place, reason in reasons.items() if wish.holds(reason))
    return Plan(reasons, done, frozenset(meant[: wish.limit or None]))


def redrive(
    letters: Iterable[Record],
    chosen: frozenset[Place],
    prefix: str,
    send: Callable[[Iterable[Message]], object],
) -> None:
    """Send the originals of the `chosen` ones among `letters`; then, when all are taken, mark them.

    `send` returns when Kafka has acknowledged what it was given, and raises otherwise.
    """
    marks: list[Message] = []
    send(_originals(letters, chosen, prefix, marks))
    send(marks)


def _originals(
    letters: Iterable[Record], chosen: frozenset[Place], prefix: str, marks: list[Message]
) -> Iterator[Message]:
    for record in letters:
        if (record.partition, record.offset) in chosen and record.value is not None:
            yield _original(record, record.value, prefix)
            marks.append(_mark(record, prefix))


def _mark(record: Record, prefix: str) -> Message:
    header = (REDRIVEN, str(record.offset).encode())
    return Message(prefix + REJECTED.name, None, record.key, (header,), record.partition)


def _original(record: Record, value: bytes, prefix: str) -> Message:
    headers = dict(record.headers)
    if _text(headers, TOPIC) == prefix + EVENTS.name:
        partition = int(_text(headers, PARTITION))
        return Message(prefix + EVENTS.name, value, _learner(value), (), partition)
    # an LMS's own topic, where it is not the statements'
    topic = _text(headers, TOPIC) or prefix + STATEMENTS.name
    return Message(topic, value, headers=sender_of(record.headers))


def _learner(event: bytes) -> bytes | None:
    try:
        found = decode_json(event)
    except JsonError:
        return None
    learner = found.get("learner") if isinstance(found, dict) else None
    return learner.encode() if isinstance(learner, str) else None


def _text(headers: dict[str, bytes], name: str) -> str:
    return headers.get(name, b"").decode(errors="replace")
