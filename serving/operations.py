"""For who operates: the state of the models, and who read whom."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from litestar import Router, get
from litestar.params import Parameter

from serving.access.audit import Access, read_audit
from serving.access.guards import needs
from serving.access.keys import Caller, Scope
from serving.engine import Engine
from serving.parameters import Learner
from stream.model_report import Reporter

_MOST = 1000


@get("/models", guards=[needs(Scope.OPERATE)])
async def models(engine: Engine) -> dict[str, Any]:
    """How good the models are, prequentially, and which of them are put aside, by partition."""
    store = engine.store
    reporter = Reporter(store.pool, store.namespace, engine.settings.partitions)
    return asdict(await reporter.read())


@get("/audit", guards=[needs(Scope.OPERATE)])
async def audit(
    engine: Engine,
    caller: Caller,
    learner: Learner | None = None,
    limit: Annotated[int, Parameter(ge=1, le=_MOST)] = 100,
) -> list[Access]:
    """Who read or changed what is known of whom, in the key's tenant; the newest first."""
    await engine.trail.send()
    settings = engine.settings
    keys = () if learner is None else engine.keys_of(caller, learner)
    async with engine.one_look:
        return await asyncio.to_thread(
            read_audit, settings.kafka, settings.prefix, caller.tenant, keys, limit
        )


router = Router("/v1", route_handlers=[models, audit], tags=["operations"])
