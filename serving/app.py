"""The HTTP application, put together from its parts. Read this file first.

A request goes through these, and whatever keeps it from its answer becomes a Problem:

    request -> Doorway: who is it, how much, how fast        `serving.doorway`
            -> a route of one of the parts                   `serving.queues`, `serving.xapi`, ...
            -> Engine: what is known, who may see whom       `serving.engine`
            -> answer, or a Problem                          `serving.problems`
"""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Request, Router
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from serving.access.guards import ENGINE, caller_of
from serving.access.keys import Caller
from serving.console import router as console
from serving.documentation import router as documentation
from serving.doorway import Doorway
from serving.engine import Engine
from serving.health import router as health
from serving.operations import router as operations
from serving.problems import HANDLERS
from serving.queues import router as queues
from serving.xapi import router as xapi
from stream.settings import Settings

PARTS: Sequence[Router] = (queues, operations, xapi, console, health, documentation)

_CONTRACT = """Queues of next activities, what is known of learners, feedback, the xAPI receiver.

Every route but health and the documents wants an API key (`stepstream keys create`):
`Authorization: Bearer <id>.<secret>`, or Basic with id and secret. A key works for one tenant.
`learner` is a learner key (32 hexadecimal digits) or an identifier as the LMS has it: an account
name, `homePage|name`, or an e-mail address. Errors are problem documents (RFC 9457)."""


def build_app(engine: Engine) -> Doorway:
    """The ASGI application on `engine`; starts and stops it."""
    litestar = Litestar(
        route_handlers=PARTS,
        dependencies={
            "engine": Provide(_engine, sync_to_thread=False),
            "caller": Provide(_caller, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        on_startup=[engine.start],
        on_shutdown=[engine.stop],
        cors_config=_cors(engine.settings),
        openapi_config=_OPENAPI,
        request_max_body_size=None,
        logging_config=None,
        debug=False,
    )
    return Doorway(litestar, engine)


def _engine(request: Request[Any, Any, Any]) -> Engine:
    engine: Engine = request.scope[ENGINE]  # type: ignore[literal-required]
    return engine


def _caller(request: Request[Any, Any, Any]) -> Caller:
    return caller_of(request)


def _cors(settings: Settings) -> CORSConfig | None:
    origins = [one.strip() for one in settings.cors_origins.split(",") if one.strip()]
    if not origins:
        return None
    return CORSConfig(
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=["ETag", "X-Experience-API-Version", "Retry-After"],
        allow_credentials=False,
    )


_OPENAPI = OpenAPIConfig(
    title="Stepstream",
    version="1",
    description=_CONTRACT,
    components=Components(
        security_schemes={
            "key": SecurityScheme(type="http", scheme="bearer", description="<id>.<secret>"),
            "basic": SecurityScheme(type="http", scheme="basic", description="id and secret"),
        }
    ),
    security=[{"key": []}, {"basic": []}],
    path="/openapi",
    render_plugins=[],
)
