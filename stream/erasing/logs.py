"""What Kafka holds of a person: the words and tombstones that are sent, and what only expires.

Single messages cannot be deleted from Kafka. A compacted topic forgets what a newer message of the
key replaces; the others forget by age. So each topic is looked through, and the receipt says how
many messages there are and when the last of them is gone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from processors.reference import Reference
from schemas.codec import encode_json
from schemas.erasure import Erased, erased_to_json, marker_key
from schemas.erasure_receipt import Expires
from schemas.reference import LearnerProfile
from schemas.reference_json import profile_to_json
from stream import clock
from stream.erasing.who import Person
from stream.kafka import Admin, Reader
from stream.log import Message
from stream.records import Record
from stream.settings import Settings
from stream.topics import AUDIT, EVENTS, PROFILES, RECOMMENDATIONS, REJECTED, STATEMENTS

_FOR_EVER_MS = 1 << 62
_NOT_TAKEN = "the log of what came; who is erased is skipped by whoever reads it again"
_REPLACED = "replaced by a newer message of the key; gone when next written to and compacted"


@dataclass(slots=True)
class Found:
    """Messages of a topic that are a person's or name them."""

    count: int | None = 0
    """None: there are too many messages to look through."""
    newest: float | None = None
    """When the log took the last of them, POSIX seconds; None: there is none."""
    places: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Partition -> offsets."""


def words(prefix: str, said: Sequence[Erased]) -> Iterator[Message]:
    """What tells everybody, and replaces the profiles."""
    topic = prefix + PROFILES.name
    for word in said:
        yield Message(topic, encode_json(erased_to_json(word)), marker_key(word.learner).encode())
        if word.is_barred:
            yield Message(topic, None, word.learner.encode())


def unmanaged(known: Reference, person: Person) -> list[LearnerProfile]:
    """Profiles of others that name the person as their manager, without that."""
    found = (known.profile(learner) for learner in known.learners())
    return [
        replace(one, manager="")
        for one in found
        if one is not None and one.manager in person.keys and one.learner not in person.keys
    ]


def profiles(prefix: str, changed: Sequence[LearnerProfile]) -> list[Message]:
    """What says so."""
    topic = prefix + PROFILES.name
    return [
        Message(topic, encode_json(profile_to_json(one)), one.learner.encode()) for one in changed
    ]


def tombstones(prefix: str, learners: Sequence[str]) -> list[Message]:
    """What replaces the queues."""
    topic = prefix + RECOMMENDATIONS.name
    return [Message(topic, None, learner.encode()) for learner in learners]


@dataclass(frozen=True, slots=True)
class _Search:
    """How a topic is looked through."""

    topic: str
    matches: Callable[[Person, Record], bool]
    why: str


def _by_key(person: Person, record: Record) -> bool:
    return record.value is not None and person.owns(record.key)


def _by_learner(person: Person, record: Record) -> bool:
    """Not the word itself."""
    return _by_key(person, record) and b":" not in (record.key or b"")


def _by_name(person: Person, record: Record) -> bool:
    return record.value is not None and person.is_named(record.value, dict(record.headers))


LETTERS = _Search(REJECTED.name, _by_name, "original bytes of what was refused")
SEARCHES = (
    _Search(STATEMENTS.name, _by_name, _NOT_TAKEN),
    _Search(EVENTS.name, _by_key, _NOT_TAKEN),
    LETTERS,
    _Search(RECOMMENDATIONS.name, _by_key, _REPLACED),
    _Search(PROFILES.name, _by_learner, _REPLACED),
    _Search(AUDIT.name, _by_key, "who read whom is kept to answer for it; names the learner key"),
)


class Logs:
    """The topics of one installation.

    Args:
        settings: which.
        person: who is looked for.
        most: a topic with more messages is not looked through; the dead letters always are.
        tell: takes how many more messages were read.
    """

    def __init__(
        self, settings: Settings, person: Person, most: int, tell: Callable[[int], None]
    ) -> None:
        self._settings, self._person, self._most, self._tell = settings, person, most, tell
        self._admin = Admin(settings.kafka)
        self._found: dict[str, Found] = {}

    def letters(self) -> Found:
        """Dead letters that name the person.

        Raises:
            Unavailable: where Kafka does not answer.
        """
        return self._search(LETTERS, None)

    def expiries(self) -> list[Expires]:
        """What there is, by topic; topics without any are left out.

        Raises:
            Unavailable: where Kafka does not answer.
        """
        told = []
        for search in SEARCHES:
            found = self._search(search, None if search is LETTERS else self._most)
            if found.count != 0:
                until = self._until(search.topic, found.newest)
                told.append(Expires(search.topic, found.count, until, search.why))
        return told

    def _search(self, search: _Search, most: int | None) -> Found:
        name = self._settings.prefix + search.topic
        if name not in self._admin.partitions():
            return Found()
        starts, ends = self._admin.starts(name), self._admin.ends(name)
        total = sum(end - starts[p] for p, end in ends.items())
        if most is not None and total > most:
            return Found(None, clock.now())
        found, reader = Found(), Reader(self._settings.kafka, [name])
        try:
            for count, record in enumerate(reader.to_end(), 1):
                if search.matches(self._person, record):
                    _note(found, record)
                if count % 1000 == 0:
                    self._tell(1000)
        finally:
            reader.close()
        return found

    def _until(self, topic: str, newest: float | None) -> float | None:
        config = self._admin.config(self._settings.prefix + topic)
        ends = [_aged_out(config, newest or 0.0), _compacted_away(config)]
        return min((end for end in ends if end is not None), default=None)


def _note(found: Found, record: Record) -> None:
    found.count = (found.count or 0) + 1
    found.newest = max(found.newest or 0.0, record.timestamp)
    found.places[record.partition].append(record.offset)


def _aged_out(config: Mapping[str, str], newest: float) -> float | None:
    """A segment goes when its newest message is old enough, so it may live so much longer."""
    kept, segment = int(config["retention.ms"]), int(config["segment.ms"])
    if "delete" not in config["cleanup.policy"] or kept < 0:
        return None
    return newest + (kept + segment) / 1000.0


def _compacted_away(config: Mapping[str, str]) -> float | None:
    lag = int(config["max.compaction.lag.ms"])
    if "compact" not in config["cleanup.policy"] or lag > _FOR_EVER_MS:
        return None
    return clock.now() + (lag + int(config["delete.retention.ms"])) / 1000.0
