"""Whether the process lives, and whether it can answer."""

from litestar import Response, Router, get

from schemas.errors import Unavailable
from serving.engine import Engine


@get("/live", security=[{}], sync_to_thread=False)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@get("/ready", security=[{}])
async def ready(engine: Engine) -> Response[dict[str, str]]:
    """Keys and reference data are loaded and Redis answers: 200, else 503 and what is missing."""
    if not engine.started.is_set():
        return Response({"status": "starting"}, status_code=503)
    try:
        await engine.store.applied(0)
    except Unavailable:
        return Response({"status": "Redis does not answer"}, status_code=503)
    return Response({"status": "ready"})


router = Router("/health", route_handlers=[live, ready], tags=["health"])
