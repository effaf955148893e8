"""`POST /v1/feedback`: what became of an offer, back into the stream."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from litestar import post
from litestar.openapi.datastructures import ResponseSpec

from processors.reference import Reference
from processors.saying import Saying, event_of
from schemas.codec import encode_json
from schemas.event import LearningEvent, event_to_json
from schemas.kinds import Kind
from schemas.queue import decision_id
from serving.access.guards import needs
from serving.access.keys import Caller, Scope
from serving.engine import Engine
from serving.problems import Problem
from serving.queues.answers import FeedbackAnswer
from serving.queues.desk import Desk
from serving.queues.wishes import LONGEST_ID
from stream.log import Message
from stream.topics import EVENTS

_DECISION = re.compile(r"-?[0-9]{1,18}-[0-9]{1,18}")
_AHEAD_SEC = 300.0
"""So far a client's clock may be ahead."""
_FIRST_STAR, _LAST_STAR = 1, 5


class Said(StrEnum):
    """What can be said of an offer."""

    SHOWN = "shown"
    OPENED = "opened"
    DISMISSED = "dismissed"
    NOT_RELEVANT = "not_relevant"
    RATED = "rated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a learner said of an offer."""

    learner: str
    """As `learner` elsewhere."""
    decision: str
    """`decision` of the queue that was shown."""
    activity: str
    """Id of the activity that it is about."""
    kind: Said
    """shown and opened are kept for evaluation; dismissed keeps the activity away for two weeks,
    not_relevant for half a year; rated says how good it was."""
    rating: float | None = None
    """1 to 5; of rated only."""
    at: float | None = None
    """When, POSIX seconds; null: now."""


@post(
    "/feedback",
    guards=[needs(Scope.QUEUES_READ)],
    status_code=202,
    responses={
        202: ResponseSpec(FeedbackAnswer, generate_examples=False, description="Kafka has it.")
    },
)
async def feedback(engine: Engine, caller: Caller, desk: Desk, data: Feedback) -> FeedbackAnswer:
    """Take feedback in; answered when Kafka has it. The same sent again counts once."""
    _check(data, engine.now())
    key, queue = await desk.look(engine.keys_of(caller, data.learner))
    _check_offer(data, queue, engine.reference)
    saying = Saying(
        learner=key,
        tenant=caller.tenant,
        decision=data.decision,
        activity=data.activity,
        kind=Kind(data.kind.value),
        rating=data.rating,
        at=data.at,
    )
    event = event_of(saying, engine.reference, engine.now())
    await engine.publisher.send([_message(engine, event)])
    engine.audit(caller, "feedback", key)
    engine.metrics.feedback.labels(data.kind.value).inc()
    return FeedbackAnswer(id=event.id)


def _message(engine: Engine, event: LearningEvent) -> Message:
    value: dict[str, Any] = event_to_json(event)
    topic = engine.settings.prefix + EVENTS.name
    return Message(topic, encode_json(value), event.learner.encode())


def _check(data: Feedback, now: float) -> None:
    if not _DECISION.fullmatch(data.decision):
        raise _wrong("decision is that of a queue: its version, a dash, milliseconds")
    if not 0 < len(data.activity) <= LONGEST_ID:
        raise _wrong(f"activity is an id of 1 to {LONGEST_ID} characters")
    if (data.rating is not None) != (data.kind is Said.RATED):
        raise _wrong("rating belongs to rated, and to nothing else")
    if data.rating is not None and not _FIRST_STAR <= data.rating <= _LAST_STAR:
        raise _wrong("rating is 1 to 5")
    if data.at is not None and not 0 <= data.at <= now + _AHEAD_SEC:
        raise _wrong("at is when it was said, POSIX seconds, and not in the future")


def _check_offer(data: Feedback, queue: dict[str, Any] | None, reference: Reference) -> None:
    """Of the present queue it is known what it holds; of an older one, what there is at all."""
    if queue and data.decision == decision_id(queue["version"], queue["generated_at"]):
        if all(item["activity"] != data.activity for item in queue["items"]):
            raise _wrong("activity is none of those that the queue of this decision holds")
    elif reference.lookup(data.activity) is None:
        raise _wrong("activity is not in the catalogue")


def _wrong(detail: str) -> Problem:
    return Problem(400, "invalid_feedback", detail)
