"""What a route needs: a key, and a scope of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from serving.access.keys import ApiKey, Caller, Denial, Scope
from serving.problems import Problem

CALLER, ENGINE = "stepstream.caller", "stepstream.engine"
"""Where `serving.doorway` leaves them in the ASGI scope."""

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]

_ASK = {"WWW-Authenticate": 'Basic realm="stepstream", charset="UTF-8"'}


def needs(scope: Scope) -> Guard:
    """A guard that lets requests pass whose key has `scope`."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        # were it not async, Litestar would ask it in another thread, for every request
        allowed(connection, scope)

    return guard


def allowed(connection: ASGIConnection[Any, Any, Any, Any], scope: Scope) -> Caller:
    """The key of a request, if it has `scope`.

    Raises:
        Problem: 401, where there is none that counts; 403, where it lacks the scope.
    """
    caller = caller_of(connection)
    if not caller.allows(scope):
        deny(connection, Denial.SCOPE)
        raise Problem(403, "scope", f"this key lacks the scope {scope.value}")
    return caller


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """The key of a request.

    Raises:
        Problem: 401, where there is none that counts.
    """
    found: Any = connection.scope.get(CALLER, Denial.NO_KEY)
    if isinstance(found, ApiKey):
        return found
    deny(connection, found)
    raise Problem(401, found.value, _TOLD[found], _ASK)


def deny(connection: ASGIConnection[Any, Any, Any, Any], why: Denial) -> None:
    """Count and log a refusal."""
    connection.scope[ENGINE].denied(why, connection.scope)  # type: ignore[literal-required]


_TOLD = {
    Denial.NO_KEY: "send an API key: Authorization: Bearer <id>.<secret>, or Basic id:secret",
    Denial.WRONG_KEY: "this API key is not known here",
    Denial.EXPIRED: "this API key has expired: ask for a new one",
}
