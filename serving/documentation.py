"""The documents: `/openapi.json` for programs, `/docs` for people, from this server alone."""

from importlib.resources import files
from typing import Any

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.exceptions import NotFoundException

from schemas.codec import encode_json

_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
}
_START = """window.addEventListener("load", () => {
  SwaggerUIBundle({ url: "../openapi.json", dom_id: "#docs", deepLinking: true });
});
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stepstream: the HTTP API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_POLICY = {
    # Swagger UI sets styles by attribute and draws its icons from data URLs
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
}
_KEPT = {"Cache-Control": "public, max-age=86400"}


def _told(app: Litestar) -> dict[str, Any]:
    """The framework's schema; every operation may also be answered by a problem."""
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    schema["components"]["schemas"]["Problem"] = _PROBLEM
    for operations in schema["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"].pop("400", None)
                operation["responses"]["default"] = _DEFAULT
    return schema


_PROBLEM = {
    "type": "object",
    "required": ["type", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs."},
        "detail": {"type": "string", "description": "For people."},
    },
}
_DEFAULT = {
    "description": "What keeps the request from being answered.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The API as OpenAPI 3.1."""
    return Response(encode_json(_told(request.app)), media_type=MediaType.JSON)


@get("/docs", include_in_schema=False, media_type=MediaType.HTML, sync_to_thread=False)
def page() -> Response[str]:
    """The API as a page on which it can be tried."""
    return Response(_PAGE, headers=_POLICY, media_type=MediaType.HTML)


@get("/docs/{name:str}", include_in_schema=False, sync_to_thread=False)
def asset(name: str) -> Response[bytes]:
    """What the page loads."""
    if name == "start.js":
        return Response(_START.encode(), headers=_KEPT, media_type="text/javascript")
    if name not in _ASSETS:
        raise NotFoundException
    found = files("swagger_ui").joinpath("static", name).read_bytes()
    return Response(found, headers=_KEPT, media_type=_ASSETS[name])


router = Router("/", route_handlers=[openapi, page, asset])
