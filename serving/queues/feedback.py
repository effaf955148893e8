"""`POST /v1/feedback`: what became of an offer, back into the stream."""

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
from serving.queues.wishes import Decision, Moment, SomeActivity, SomeLearner, Stars
from stream.log import Message
from stream.topics import EVENTS


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

    learner: SomeLearner
    """As `learner` elsewhere."""
    decision: Decision
    """`decision` of the queue that was shown."""
    activity: SomeActivity
    """Id of the activity that it is about."""
    kind: Said
    """shown and opened are kept for evaluation; dismissed keeps the activity away for two weeks,
    not_relevant for half a year; rated says how good it was."""
    rating: Stars | None = None
    """1 to 5; of rated, and of nothing else."""
    at: Moment | None = None
    """When, POSIX seconds; null: now. What is in the future counts as now."""


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
    _check(data)
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


def _check(data: Feedback) -> None:
    if (data.rating is not None) != (data.kind is Said.RATED):
        raise Problem(
            400, "invalid_feedback", "rating belongs to rated, and to nothing else: send both"
        )


def _check_offer(data: Feedback, queue: dict[str, Any] | None, reference: Reference) -> None:
    """Of the present queue it is known what it holds; of an older one, what there is at all."""
    if queue and data.decision == decision_id(queue["version"], queue["generated_at"]):
        if all(item["activity"] != data.activity for item in queue["items"]):
            detail = "the queue of this decision does not hold the activity: send what was shown"
            raise Problem(409, "not_offered", detail)
    elif reference.lookup(data.activity) is None:
        raise Problem(404, "unknown_activity", "nothing is known of this activity")
