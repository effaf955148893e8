"""Reference data from its compacted topics: read whole at the start, followed from then on."""

from collections.abc import Callable, Sequence
from typing import Any

from processors.reference import Change, Reference
from schemas.codec import JsonError, decode_json
from schemas.erasure import Erased, erased_from_json, marked_learner
from schemas.reference import Activity, LearnerProfile, RoleRequirement
from schemas.reference_json import activity_from_json, profile_from_json, requirement_from_json
from stream.kafka import Reader
from stream.records import Record
from stream.topic_feed import TopicFeed
from stream.topics import ACTIVITIES, PROFILES, REQUIREMENTS, Topic

TOPICS = (ACTIVITIES, PROFILES, REQUIREMENTS)
_OBSERVED = "observed:"


def take(reference: Reference, prefix: str, record: Record) -> Change | str:
    """Put one message into `reference`; a text says why it could not be used."""
    key = (record.key or b"").decode(errors="replace")
    name = record.topic.removeprefix(prefix)
    if record.value is None:
        return _drop(reference, name, key)
    try:
        return reference.put(_reader(name, key)(decode_json(record.value)))
    except (JsonError, KeyError, TypeError, ValueError) as error:
        return f"{record.topic} key {key!r}: {error}"


_Read = Callable[[Any], Activity | LearnerProfile | RoleRequirement | Erased]
_READERS: dict[str, _Read] = {
    ACTIVITIES.name: activity_from_json,
    PROFILES.name: profile_from_json,
    REQUIREMENTS.name: requirement_from_json,
}


def _reader(name: str, key: str) -> _Read:
    is_word = name == PROFILES.name and marked_learner(key) is not None
    return erased_from_json if is_word else _READERS[name]


def _drop(reference: Reference, name: str, key: str) -> Change:
    if name == ACTIVITIES.name:
        return _drop_activity(reference, key)
    if name == PROFILES.name:
        return _drop_profile(reference, key)
    return reference.drop_requirement(key)


def _drop_profile(reference: Reference, key: str) -> Change:
    erased = marked_learner(key)
    return reference.drop_profile(key) if erased is None else reference.drop_erased(erased)


def _drop_activity(reference: Reference, key: str) -> Change:
    found = reference.lookup(key.removeprefix(_OBSERVED))
    if key.startswith(_OBSERVED) and found is not None and found.origin == "catalogue":
        return Change(frozenset(), f"activity {found.id} stays as the catalogue has it")
    return reference.drop_activity(key.removeprefix(_OBSERVED))


def load_reference(servers: str, prefix: str) -> Reference:
    """The reference data as it is now; what cannot be used is left out."""
    return _loaded(servers, prefix, TOPICS)


def load_erased(servers: str, prefix: str) -> Reference:
    """As `load_reference`, but of people alone: who is erased, and profiles."""
    return _loaded(servers, prefix, (PROFILES,))


def _loaded(servers: str, prefix: str, topics: Sequence[Topic]) -> Reference:
    reference = Reference()

    def receive(record: Record) -> None:
        take(reference, prefix, record)

    feed = ReferenceFeed(servers, prefix, topics)
    try:
        feed.load(receive)
    finally:
        feed.close()
    return reference


class ReferenceFeed(TopicFeed):
    """The reference topics, or some of them."""

    def __init__(self, servers: str, prefix: str, topics: Sequence[Topic] = TOPICS) -> None:
        super().__init__(Reader(servers, [prefix + topic.name for topic in topics]))
