"""LearningEvent: the small, self-contained record that the engine works on."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from schemas.kinds import Kind


@dataclass(slots=True, kw_only=True)
class LearningEvent:
    """One thing that one learner did, with all that is needed to learn from it.

    A fact: nobody changes one. It is not frozen because making a frozen record of so many fields
    takes ten times as long, twice for every event.

    The facts of the activity are copied from the catalogue when the event is made, those of the
    learner from the profile, so that whatever is computed later is a function of the events alone.
    """

    id: str
    """Statement id (UUID), or a name-based UUID of the content where the sender gave none."""
    learner: str
    """Learner key: a keyed hash of the actor's identifier; never the identifier itself."""
    kind: Kind
    verb: str
    """The verb's IRI as it was sent."""
    activity: str
    """Id (IRI) of the object."""
    occurred_at: float
    """When it happened, by the sender's clock; POSIX seconds, UTC."""
    received_at: float
    """When the statement reached the log; POSIX seconds, UTC."""
    digest: str = ""
    """Hash of the content that may not change under one id (xAPI "Statement comparison")."""
    tenant: str = "default"
    object_type: str = "Activity"
    activity_type: str = ""
    interaction_type: str = ""
    title: str = ""
    parent: str = ""
    course: str = ""
    groupings: tuple[tuple[str, str], ...] = ()
    """Pairs (id, activity type)."""
    registration: str = ""
    session: str = ""
    success: bool | None = None
    completion: bool | None = None
    scaled: float | None = None
    raw: float | None = None
    score_min: float | None = None
    score_max: float | None = None
    duration: str = ""
    """ISO 8601 text as it was sent."""
    duration_sec: float | None = None
    progress: float | None = None
    """Share of the activity done, in [0, 1]."""
    stored_at: float | None = None
    source: str = ""
    deviations: tuple[str, ...] = ()
    """Codes of the repairs that lenient validation made."""
    voids: str = ""
    """Id of the statement that this one withdraws."""
    outcome: float | None = None
    """Evidence of knowledge in [0, 1]: 1 correct, 0 wrong; None where it is no evidence."""
    skills: tuple[str, ...] = ()
    difficulty: float | None = None
    """In [0, 1] as the catalogue has it; None where nobody said."""
    content: str = ""
    """Kind of content: video, reading, quiz, lab, ..."""
    minutes: float | None = None
    """Planned length of the activity."""
    done_by: str = "completed"
    """What finishes the activity: viewed, completed or passed."""
    pass_mark: float = 0.6
    """Smallest outcome that counts as passed, in [0, 1]."""
    role: str = ""
    """The learner's role as the profile has it; empty where there is none."""
    cohort: str = ""
    """The learner's cohort likewise."""
    decision: str = ""
    """Of feedback: the queue that it is about, `<version>-<generated_at in milliseconds>`."""
    rating: float | None = None
    """Of feedback: how many stars of five, 1 to 5."""

    @property
    def at(self) -> float:
        """Time that features use: what happened cannot be later than its arrival (seconds)."""
        return min(self.occurred_at, self.received_at)


_FIELDS = frozenset(LearningEvent.__dataclass_fields__)
_NAMES = tuple(LearningEvent.__dataclass_fields__)
_DEFAULTS = tuple(field.default for field in LearningEvent.__dataclass_fields__.values())
_values = attrgetter(*_NAMES)
_KINDS: dict[str, Kind] = {kind.value: kind for kind in Kind}


def event_to_json(event: LearningEvent) -> dict[str, Any]:
    """Plain JSON object of `event`; fields that hold their default are left out."""
    return {
        name: value
        for name, value, default in zip(_NAMES, _values(event), _DEFAULTS, strict=True)
        if value is not default and value != default
    }


def event_from_json(data: dict[str, Any]) -> LearningEvent:
    """The inverse of `event_to_json`; unknown fields are ignored (newer writers add fields).

    Raises:
        KeyError, TypeError, ValueError: where `data` is not a LearningEvent.
    """
    known = dict(data)
    if not known.keys() <= _FIELDS:
        known = {name: value for name, value in known.items() if name in _FIELDS}
    known["kind"] = _KINDS.get(known["kind"]) or Kind(known["kind"])
    event = LearningEvent(**known)
    if event.skills != ():
        event.skills = tuple(event.skills)
    if event.deviations != ():
        event.deviations = tuple(event.deviations)
    if event.groupings != ():
        event.groupings = tuple([(pair[0], pair[1]) for pair in event.groupings])
    return event
