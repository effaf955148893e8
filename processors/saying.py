"""Feedback: from what a learner said of an offer to the event that tells it."""

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from processors.reference import Reference
from schemas.codec import encode_json
from schemas.event import LearningEvent
from schemas.kinds import Kind

VERB = "urn:stepstream:feedback:"
SOURCE = "stepstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What was said of one activity of one queue."""

    learner: str
    """Learner key."""
    tenant: str
    decision: str
    """The queue (`schemas.queue.decision_id`)."""
    activity: str
    kind: Kind
    """One of `schemas.kinds.FEEDBACK`."""
    rating: float | None = None
    at: float | None = None
    """When it was said, POSIX seconds; None: when it arrived."""


def event_of(saying: Saying, reference: Reference, now: float) -> LearningEvent:
    """The event; its id is made of what was said, so that saying it again is the same event.

    Args:
        saying: what was said.
        reference: gives the event the facts of activity and learner, as those of statements have.
        now: when it arrived, POSIX seconds.
    """
    name = _name(saying)
    activity = reference.lookup(saying.activity)
    profile = reference.profile(saying.learner)
    return LearningEvent(
        id=str(UUID(bytes=name[:16], version=5)),
        learner=saying.learner,
        kind=saying.kind,
        verb=f"{VERB}{saying.kind}",
        activity=saying.activity,
        occurred_at=now if saying.at is None else saying.at,
        received_at=now,
        digest=name.hex(),
        tenant=saying.tenant,
        title=activity.title if activity else "",
        course=activity.course if activity else "",
        content=activity.content if activity else "",
        source=SOURCE,
        role=profile.role if profile else "",
        cohort=profile.cohort if profile else "",
        decision=saying.decision,
        rating=saying.rating,
    )


def _name(saying: Saying) -> bytes:
    said = (
        saying.tenant,
        saying.learner,
        saying.decision,
        saying.activity,
        saying.kind.value,
        saying.rating,
        saying.at,
    )
    return blake2b(encode_json(said), digest_size=32).digest()
