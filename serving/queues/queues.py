"""`GET /v1/queue` and `POST /v1/queues`: what is next."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter

from processors.handing_out import MOST_ITEMS
from schemas.codec import encode_json
from serving.access.guards import ENGINE, allowed, needs
from serving.access.keys import Caller, Scope
from serving.engine import Engine
from serving.parameters import Learner
from serving.queues.answers import QueueAnswer, QueuesAnswer
from serving.queues.desk import Desk, desk_of
from serving.queues.wishes import (
    Context,
    Count,
    K,
    Minutes,
    SomeContext,
    SomeLearners,
    TimeBudget,
    wish_of,
)

_PRIVATE = "private, no-cache"
"""Whoever keeps it asks whether it is still good."""
_NOT_MODIFIED = 304

IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", description="ETag of what the reader has.")
]


@get(
    "/queue",
    responses={
        200: ResponseSpec(QueueAnswer, generate_examples=False, description="The queue."),
        _NOT_MODIFIED: ResponseSpec(None, description="It is as the reader has it."),
    },
)
async def queue(
    request: Request[Any, Any, Any],
    *,
    learner: Learner,
    k: K = MOST_ITEMS,
    time_budget: TimeBudget = None,
    context: Context = "",
    if_none_match: IfNoneMatch = None,
) -> Response[bytes]:
    """What a learner does best next, and why; with an ETag, so that asking again costs little."""
    # neither guard nor dependencies: Litestar copies the handler for each of the former and starts
    # a task group for the latter, which together takes half of the time
    caller = allowed(request, Scope.QUEUES_READ)
    engine: Engine = request.scope[ENGINE]  # type: ignore[literal-required]
    desk = desk_of(engine)
    keys = engine.keys_of(caller, learner)
    handed = await desk.hand(keys, wish_of(k, time_budget, context))
    engine.audit(caller, "queue", handed.learner)
    headers = {"ETag": handed.etag, "Cache-Control": _PRIVATE}
    if if_none_match is not None and _matches(if_none_match, headers["ETag"]):
        return Response(b"", status_code=_NOT_MODIFIED, headers=headers, media_type=MediaType.JSON)
    return Response(handed.body, headers=headers, media_type=MediaType.JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose queues are asked for."""

    learners: SomeLearners
    """At most 100, each as `learner` elsewhere."""
    k: Count = MOST_ITEMS
    """So many items each at most."""
    time_budget: Minutes | None = None
    """Minutes that there are."""
    context: SomeContext = ""
    """Items of that course only."""


@post(
    "/queues",
    guards=[needs(Scope.QUEUES_READ)],
    status_code=200,
    responses={200: ResponseSpec(QueuesAnswer, generate_examples=False, description="Queues.")},
)
async def queues(engine: Engine, caller: Caller, desk: Desk, data: Asked) -> Response[bytes]:
    """Queues of several learners, in the order asked."""
    wish = wish_of(data.k, data.time_budget, data.context)
    people = [engine.keys_of(caller, learner) for learner in data.learners]
    handed = await desk.hand_many(people, wish) if people else []
    for one in handed:
        engine.audit(caller, "queue", one.learner)
    body = encode_json({"queues": [one.queue for one in handed]})
    return Response(body, media_type=MediaType.JSON)


def _matches(header: str, etag: str) -> bool:
    """Whether an `If-None-Match` names `etag` (RFC 9110, 13.1.2: compared weakly)."""
    names = {name.strip().removeprefix("W/") for name in header.split(",")}
    return etag in names or "*" in names
