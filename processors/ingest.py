"""From the bytes of one message to learning events, refusals, and activities seen anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from processors.identity import Pseudonyms, identifier_of
from processors.naming import keys_in
from processors.observation import observed_activity
from processors.placement import Placement, placement_of
from processors.reading import (
    Fields,
    Lookup,
    Reading,
    activity_fields,
    context_fields,
    is_about_activity,
    kind_of_statement,
    other_fields,
    result_fields,
)
from processors.sameness import Essence, digest_of, id_of
from schemas.errors import Rejection
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.reference import Activity, LearnerProfile
from schemas.statement.reasons import Reason
from schemas.statement.times import posix_sec
from schemas.statement.validation import Message, Valid, Validator


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the log a message stands, and when it got there."""

    topic: str
    partition: int
    offset: int
    received_at: float
    """POSIX seconds."""


def _nobody(_: str) -> LearnerProfile | None:
    return None


class Erasures(Protocol):
    """Who is erased: `processors.reference.Reference`."""

    @property
    def anybody_erased(self) -> bool:
        """Whether there is anybody of whom `is_erased` may say yes."""

    def is_erased(self, learner: str, received_at: float) -> bool:
        """Whether what arrives of a learner key at a moment is not to be taken."""


class _NoErasures:
    anybody_erased = False

    def is_erased(self, _learner: str, _received_at: float) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class IngestContext:
    """What ingest needs to know beside the message.

    Raises:
        ConfigurationError: where the pseudonym key has fewer than 16 or more than 64 bytes.
    """

    validator: Validator
    pseudonym_key: bytes = field(repr=False)
    """The secret that learner keys are derived with."""
    lookup: Lookup
    """The activity of an id, as the catalogue or earlier statements have it."""
    tenant: str = "default"
    profile: Callable[[str], LearnerProfile | None] = _nobody
    """What HR knows of a learner key."""
    erasures: Erasures = field(default_factory=_NoErasures)
    """Who is not to be taken."""
    pseudonyms: Pseudonyms = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pseudonyms", Pseudonyms(self.pseudonym_key, self.tenant))


@dataclass(frozen=True, slots=True)
class Rejected:
    """A statement that cannot be used."""

    rejection: Rejection
    original: bytes
    """What the sender wrote, byte for byte: the statement, or the message if it has no parts."""
    index: int
    """Its place in a message that held an array, from 0; -1 where the message held no array."""


class Ingested(NamedTuple):
    """What came of a message. Every statement in it is an event, rejected, or of the erased."""

    events: tuple[LearningEvent, ...]
    rejected: tuple[Rejected, ...]
    observed: tuple[Activity, ...]
    """Activities that nobody knew before; the same one only once."""
    erased: int = 0
    """Statements that are not taken because an erased person is in them."""


class _Made(NamedTuple):
    event: LearningEvent
    observed: Activity | None


def ingest(raw: bytes, origin: Origin, context: IngestContext) -> Ingested:
    """The events of a message, in its order. Never raises for anything that a sender can do.

    A Group is nobody to personalise for: whether its members are all there and who of them did
    it is not said. So statements by Groups are rejected, but for voidings.
    """
    message = context.validator.validate(raw)
    events: list[LearningEvent] = []
    refused: dict[int, Rejection] = {}
    erased = 0
    observed: dict[str, Activity] = {}
    for index, checked in enumerate(message.checked):
        place = index if message.is_batch else -1
        made = checked if isinstance(checked, Rejection) else _make(checked, origin, place, context)
        if isinstance(made, Rejection):
            refused[index] = made
        elif context.erasures.is_erased(made.event.learner, origin.received_at):
            erased += 1
        else:
            events.append(made.event)
            if made.observed is not None:
                observed[made.observed.id] = made.observed
    rejected = _rejected(message, refused)
    kept = tuple([one for one in rejected if not _names_erased(one.original, origin, context)])
    erased += len(rejected) - len(kept)
    return Ingested(tuple(events), kept, tuple(observed.values()), erased)


def _rejected(message: Message, refused: Mapping[int, Rejection]) -> tuple[Rejected, ...]:
    originals = message.originals() if refused else []
    return tuple(
        [
            Rejected(rejection, originals[index], index if message.is_batch else -1)
            for index, rejection in refused.items()
        ]
    )


def _names_erased(original: bytes, origin: Origin, context: IngestContext) -> bool:
    """Whether a dead letter would keep what names an erased person, in whatever place."""
    erasures = context.erasures
    if not erasures.anybody_erased:
        return False
    keys = keys_in(original, context.pseudonyms, context.validator.home_page)
    return any(erasures.is_erased(key, origin.received_at) for key in keys)


def _make(valid: Valid, origin: Origin, place: int, context: IngestContext) -> _Made | Rejection:
    """The event of an accepted statement, and its activity if nobody knew that before."""
    statement = valid.statement
    reading = Reading(statement, valid.deviations, kind_of_statement(statement))
    learner = _learner(reading, context.pseudonyms)
    if isinstance(learner, Rejection):
        return learner
    named = _identity_fields(reading, learner, (origin, place), context)
    told = result_fields(reading)
    around = context_fields(reading)
    if not is_about_activity(statement):
        return _Made(LearningEvent(**named, **told, **around, **other_fields(reading)), None)
    placement = placement_of(statement)
    about = activity_fields(reading, placement, context.lookup)
    grouped = _groups(context.profile(learner))
    event = LearningEvent(**named, **told, **around, **about, **grouped)
    return _Made(event, _newcomer(reading, placement, context.lookup))


def _learner(reading: Reading, pseudonyms: Pseudonyms) -> str | Rejection:
    actor = reading.statement["actor"]
    identifier = identifier_of(actor)
    if not identifier:
        return Reason.NO_IDENTIFIER.rejection("actor")
    if actor.get("objectType") == "Group" and reading.kind is not Kind.VOIDED:
        return Reason.GROUP_ACTOR.rejection("actor")
    return pseudonyms.learner(identifier)


def _identity_fields(
    reading: Reading, learner: str, place: tuple[Origin, int], context: IngestContext
) -> Fields:
    """Who, what, when, and which statement."""
    statement, (origin, index) = reading.statement, place
    where = (origin.topic, origin.partition, origin.offset, index)
    timestamp, stored = statement.get("timestamp"), statement.get("stored")
    essence = Essence(statement, learner, posix_sec(timestamp) if timestamp else None)
    return {
        "id": id_of(essence, context.pseudonyms, where),
        "learner": learner,
        "kind": reading.kind,
        "verb": statement["verb"]["id"],
        "occurred_at": origin.received_at if essence.at is None else essence.at,
        "received_at": origin.received_at,
        "stored_at": posix_sec(stored) if stored else None,
        "digest": digest_of(essence, context.pseudonyms),
        "tenant": context.tenant,
    }


def _groups(profile: LearnerProfile | None) -> Fields:
    """To whom the learner is alike."""
    return {"role": profile.role, "cohort": profile.cohort} if profile else {}


def _newcomer(reading: Reading, placement: Placement, lookup: Lookup) -> Activity | None:
    """The activity where nobody knew it, or only by an id and now it has a title."""
    thing = reading.statement["object"]
    known = lookup(thing["id"])
    if known is None:
        return observed_activity(reading.kind, thing, placement)
    if known.origin == "catalogue" or known.title or "definition" not in thing:
        return None
    described = observed_activity(reading.kind, thing, placement)
    return described if described and described.title else None
