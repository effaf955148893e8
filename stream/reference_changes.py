"""What loading reference data changes in the compacted topics: new, changed, withdrawn.

What is there already is not sent again: every change of the catalogue makes the workers rebuild
queues.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from schemas.codec import decode_json, encode_json
from schemas.erasure import erased_from_json, marked_learner, marker_key
from schemas.reference_json import activity_to_json, profile_to_json, requirement_to_json
from stream.load import Loaded
from stream.log import Message
from stream.records import Record
from stream.topics import ACTIVITIES, PROFILES, REQUIREMENTS, Topic

TOPICS = (ACTIVITIES, PROFILES, REQUIREMENTS)
_OBSERVED = b"observed:"
"""Begins the keys of activities that only statements tell of; no file withdraws them."""

Values = Mapping[bytes, bytes]
"""Newest value by key."""


@dataclass(slots=True)
class Changes:
    """What one topic gets."""

    topic: Topic
    new: dict[bytes, bytes] = field(default_factory=dict)
    changed: dict[bytes, bytes] = field(default_factory=dict)
    same: int = 0
    withdrawn: list[bytes] = field(default_factory=list)

    def messages(self, prefix: str) -> Iterator[Message]:
        """What is to be sent."""
        name = prefix + self.topic.name
        for key, value in {**self.new, **self.changed}.items():
            yield Message(name, value, key)
        for key in self.withdrawn:
            yield Message(name, None, key)


def values_of(loaded: Loaded) -> dict[str, dict[bytes, bytes]]:
    """Values by key, by the name of the topic that they belong to."""
    return {
        ACTIVITIES.name: {
            one.id.encode(): encode_json(activity_to_json(one)) for one in loaded.activities
        },
        PROFILES.name: {
            one.learner.encode(): encode_json(profile_to_json(one)) for one in loaded.profiles
        },
        REQUIREMENTS.name: {
            one.role.encode(): encode_json(requirement_to_json(one)) for one in loaded.requirements
        },
    }


def newest(records: Iterable[Record], prefix: str) -> dict[str, dict[bytes, bytes]]:
    """What the topics hold now, from their records in order: by topic, newest value by key."""
    held: dict[str, dict[bytes, bytes]] = {topic.name: {} for topic in TOPICS}
    for record in records:
        values, key = held[record.topic.removeprefix(prefix)], record.key or b""
        if record.value is None:
            values.pop(key, None)
        else:
            values[key] = record.value
    return held


def changes(
    wanted: Mapping[str, Values], held: Mapping[str, Values], *, prune: bool
) -> list[Changes]:
    """From what the topics hold to what the files say, a topic each.

    With `prune`, what the files do not name is withdrawn, in the topics for which they name
    anything at all: a file of profiles alone leaves the catalogue as it is.
    """
    return [
        _changes(topic, wanted[topic.name], held.get(topic.name, {}), prune=prune)
        for topic in TOPICS
    ]


def _changes(topic: Topic, wanted: Values, held: Values, *, prune: bool) -> Changes:
    found = Changes(topic)
    for key, value in wanted.items():
        if key not in held:
            found.new[key] = value
        elif held[key] != value:
            found.changed[key] = value
        else:
            found.same += 1
    if prune and wanted:
        gone = held.keys() - wanted.keys()
        found.withdrawn = sorted(key for key in gone if not _stays(key))
    return found


def _stays(key: bytes) -> bool:
    """No file withdraws what only statements tell of, nor that somebody is erased."""
    return key.startswith(_OBSERVED) or marked_learner(key.decode(errors="replace")) is not None


def barred_of(loaded: Loaded, held: Mapping[str, Values]) -> list[str]:
    """Learner keys that profiles of the files are of, or name as manager, and that are barred."""
    profiles = held.get(PROFILES.name, {})
    keys = {key for one in loaded.profiles for key in (one.learner, one.manager) if key}
    words = {key: profiles.get(marker_key(key).encode()) for key in sorted(keys)}
    return [key for key, word in words.items() if word and _bars(word)]


def _bars(word: bytes) -> bool:
    return erased_from_json(decode_json(word)).is_barred
