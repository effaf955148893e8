"""What is known of a learner, why an activity is offered or not, and who was active of late."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from litestar import get
from litestar.params import Parameter

from online_models.replica import Replica
from online_models.served import Served
from processors.features import describe
from processors.handing_out import Reader, Wish
from processors.learner_report import recent_events, standings, targets_of
from processors.queueing import Basis, Occasion, why_not
from processors.removal_texts import removal_text
from processors.rules import Removal, RemovalCode, removal_at_reading
from processors.state import LearnerState, fresh
from schemas.codec import decode_json
from schemas.queue import Reason
from schemas.reference import LearnerProfile
from serving.access.guards import needs
from serving.access.keys import Caller, Scope
from serving.engine import Engine, unknown_learner
from serving.parameters import Learner
from serving.queues.answers import LearnerAnswer, LearnerSeen, RemovalAnswer, WhyAnswer
from serving.queues.desk import Desk, Handed
from serving.queues.wishes import ActivityId
from stream.learner_facts import Found, find_state, read_models, read_retention, remembered

_MOST = 200
_WHOLE = Wish()


@get("/learner", guards=[needs(Scope.LEARNERS_READ)])
async def learner(engine: Engine, caller: Caller, desk: Desk, learner: Learner) -> LearnerAnswer:
    """Profile, skills beside their targets, what was done of late, and every feature by name."""
    source = desk.source()
    found = await find_state(source, engine.keys_of(caller, learner))
    profile = engine.reference.profile(found.key)
    engine.audit(caller, "learner", found.key)
    if found.state is None:
        if profile is None:
            raise unknown_learner()
        return _told(engine, found.key, profile, {}, {})
    names, now = desk.names(), engine.now()
    models = await read_retention(source, found.key)
    memory = remembered(found.state, models, names, now)
    return _told(engine, found.key, profile, describe(found.state, now, names), memory)


def _told(
    engine: Engine,
    key: str,
    profile: LearnerProfile | None,
    features: dict[str, Any],
    memory: dict[str, Any],
) -> LearnerAnswer:
    reference = engine.reference
    targets = targets_of(profile, reference, engine.objective.mastery)
    plain = None if profile is None else asdict(profile)
    return LearnerAnswer(
        learner=key,
        profile=plain,
        role=profile.role if profile else "",
        goals=list(profile.goals) if profile else [],
        skills=standings(features, memory, targets),
        recent=recent_events(features.get("history", ()), reference),
        features=features or None,
    )


@get("/why", guards=[needs(Scope.LEARNERS_READ)])
async def why(
    engine: Engine, caller: Caller, desk: Desk, learner: Learner, activity: ActivityId
) -> WhyAnswer:
    """Why an activity is in the learner's queue; or what keeps it out, with the numbers."""
    handed = await desk.hand(engine.keys_of(caller, learner), _WHOLE)
    engine.audit(caller, "why", handed.learner)
    known = engine.reference.lookup(activity)
    title = (known and known.title) or activity
    item = next((one for one in handed.queue["items"] if one["activity"] == activity), None)
    if item is None:
        removal = await _removal(engine, desk, handed, activity)
        text = removal_text(removal, engine.reference)
        told = RemovalAnswer(code=removal.code, text=text, evidence=removal.evidence)
        return WhyAnswer(activity=activity, title=title, offered=False, removal=told)
    reasons = [Reason(**reason) for reason in item["reasons"]]
    return WhyAnswer(
        activity=activity, title=title, offered=True, rank=item["rank"], reasons=reasons
    )


async def _removal(engine: Engine, desk: Desk, handed: Handed, activity: str) -> Removal:
    """By the rules of the catalogue alone where they decide; else by deciding anew."""
    entry = engine.reference.entry(activity)
    if entry is None:
        return Removal(RemovalCode.UNKNOWN, {})
    profile = engine.reference.profile(handed.learner)
    reader = Reader(engine.now(), profile.role if profile else "")
    removal = removal_at_reading(entry, reader)
    if removal is not None:
        return removal
    async with desk.one_at_a_time:
        found, models = await _read(desk, handed.learner)
    basis = Basis(engine.reference, Served(models), engine.objective)
    occasion = Occasion(engine.now(), handed.queue["version"], {})
    again = why_not(activity, handed.learner, found or fresh(), basis, occasion)
    return again or Removal(RemovalCode.OUTRANKED, {})


async def _read(desk: Desk, key: str) -> tuple[LearnerState | None, Replica]:
    source = desk.source()
    found: Found = await find_state(source, [key])
    make = await read_models(source, key)
    return found.state, await asyncio.to_thread(make)


@get("/learners", guards=[needs(Scope.LEARNERS_READ)], sync_to_thread=False)
def learners(
    engine: Engine,
    caller: Caller,
    limit: Annotated[int, Parameter(ge=1, le=_MOST)] = 50,
) -> list[LearnerSeen]:
    """Learners whose queue has changed since this server started, the newest first."""
    owns = engine.pseudonyms(caller.tenant).owns
    seen = [one for one in engine.feed.recent() if owns(one.learner)][:limit]
    engine.audit(caller, "learners", "")
    return [
        LearnerSeen(
            learner=one.learner,
            role=_role(engine, one.learner),
            version=decode_json(one.queue)["version"],
            at=one.at,
        )
        for one in seen
    ]


def _role(engine: Engine, key: str) -> str:
    profile = engine.reference.profile(key)
    return profile.role if profile else ""
