"""`GET /v1/map`: the curriculum as a graph, and a learner's place in it."""

from typing import Any

from litestar import Request, get

from processors.curriculum.choice import Traveller
from processors.curriculum.plan import Plan, plan_of
from processors.state import decode, fresh
from schemas.codec import decode_json, hash64
from serving.access.guards import allowed, needs
from serving.access.keys import Caller, Scope
from serving.engine import Engine, unknown_learner
from serving.parameters import Learner


@get("/v1/map", guards=[needs(Scope.QUEUES_READ)])
async def plan(
    request: Request[Any, Any, Any], engine: Engine, caller: Caller, learner: Learner | None = None
) -> Plan:
    """What builds on what, with places to draw it at; with `learner` also what is done, next, open.

    With `learner` the scope learners:read is needed, too. Of a large catalogue the part that is
    nearest to the learner is given; `total` tells how much there is.
    """
    if learner is None:
        return plan_of(engine.reference)
    allowed(request, Scope.LEARNERS_READ)
    return plan_of(engine.reference, await _traveller(engine, caller, learner))


async def _traveller(engine: Engine, caller: Caller, learner: str) -> Traveller:
    key, queue = await engine.queue(engine.keys_of(caller, learner))
    blob, profile = await engine.store.state(key), engine.reference.profile(key)
    if queue is None and blob is None and profile is None:
        raise unknown_learner()
    engine.audit(caller, "map", key)
    state = fresh() if blob is None else decode(blob)
    role = profile.role if profile else ""
    goals = profile.goals if profile else ()
    return Traveller(
        now=engine.now(),
        role=role,
        done=state.finished.done(),
        queue=[] if queue is None else [item["activity"] for item in decode_json(queue)["items"]],
        recent=[step.activity for step in reversed(state.history) if step.activity],
        skills=[*engine.reference.requirement(role), *map(hash64, goals)],
    )
