"""The xAPI receiver: what senders of statements rely on, and nothing else of an LRS."""

from typing import Any

from litestar import HttpMethod, Request, Response, Router, route
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from schemas.codec import encode_json
from serving.engine import Engine
from serving.problems import Problem
from serving.xapi.receiver import no_queries, take
from serving.xapi.versions import BASE, SPOKEN

_JSON = "application/json"


@route(
    "/statements",
    http_method=[HttpMethod.POST, HttpMethod.PUT],
    status_code=HTTP_200_OK,
    description="Statements, once Kafka has them: their ids for a POST, nothing for a PUT.",
)
async def statements(request: Request[Any, Any, Any], engine: Engine) -> Response[bytes | None]:
    """See `take`."""
    taken = await take(request, engine)
    if taken.is_put:
        return Response(None, status_code=HTTP_204_NO_CONTENT)
    return Response(encode_json(taken.ids), media_type=_JSON)


@route("/about", http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=False)
def about() -> Response[bytes]:
    """Versions that are spoken; wants neither a key nor a version."""
    return Response(encode_json({"version": SPOKEN, "extensions": {}}), media_type=_JSON)


@route(
    "/statements",
    http_method=[HttpMethod.GET, HttpMethod.HEAD, HttpMethod.DELETE, HttpMethod.PATCH],
    status_code=HTTP_200_OK,
    sync_to_thread=False,
)
def queries() -> None:
    """Statements are not handed out."""
    raise no_queries()


@route(
    ["/", "/{rest:path}"],
    http_method=[
        HttpMethod.GET,
        HttpMethod.HEAD,
        HttpMethod.POST,
        HttpMethod.PUT,
        HttpMethod.DELETE,
        HttpMethod.PATCH,
    ],
    status_code=HTTP_200_OK,
    sync_to_thread=False,
)
def documents() -> None:
    """States, profiles, activities and agents are not kept."""
    raise Problem(
        404,
        "not_kept",
        f"only {BASE}/statements and {BASE}/about are here: documents and queries are for an LRS",
    )


router = Router(
    BASE,
    route_handlers=[statements, about, queries, documents],
    include_in_schema=False,  # the contract is xAPI's own
)
