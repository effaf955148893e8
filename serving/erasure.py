"""Erasing a person over HTTP: the same as `stepstream erase`, for those of the key's tenant."""

from typing import Annotated, Any

from litestar import delete
from litestar.params import Parameter

from serving.access.guards import needs
from serving.access.keys import Caller, Scope
from serving.engine import Engine
from serving.problems import Problem
from serving.queues.wishes import SomeLearner
from stream.erasing.erasure import Wish, erase
from stream.erasing.who import person_of

_WISH = Wish(patience_sec=20.0, most=200_000)
_MOST_IDENTIFIERS = 20


@delete("/learner", guards=[needs(Scope.OPERATE)], status_code=200)
async def erase_learner(
    engine: Engine,
    caller: Caller,
    learner: Annotated[
        list[SomeLearner],
        Parameter(
            min_items=1,
            max_items=_MOST_IDENTIFIERS,
            description="Every identifier or key of the one person.",
        ),
    ],
) -> dict[str, Any]:
    """Erase a person from every store; answers, when that is done, with the receipt.

    Nothing of theirs is taken from then on. A 503 means that something did not answer in time, or
    that somebody else is being erased: send the same request again, which goes on. An archive that
    this server cannot reach is named under `not_searched`.
    """
    settings = engine.settings
    keys = [key for one in learner for key in engine.keys_of(caller, one)]
    home_page = caller.home_page or settings.home_page
    person = person_of(keys, engine.pseudonyms(caller.tenant), home_page, settings.tenant)
    if engine.erasing.locked():
        detail = "another erasure is at work: send the same request again in some seconds"
        raise Problem(503, "busy", detail, {"Retry-After": "5"})
    for key in person.keys:
        engine.audit(caller, "erase", key)
    engine.metrics.erasures.labels("asked").inc()
    async with engine.erasing:
        receipt = await erase(settings, person, engine.publisher, _WISH)
    engine.metrics.erasures.labels("done").inc()
    return receipt.to_json()
