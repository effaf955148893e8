"""What a key may do, told to who holds it: the console shows no more than that."""

from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from serving.access.guards import caller_of, deny
from serving.access.keys import Caller, Denial
from serving.problems import Problem


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key without its secret."""

    id: str
    name: str
    tenant: str
    scopes: tuple[str, ...]
    expires_at: float | None
    """POSIX seconds; None: never."""


def _any_scope(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard that lets every key pass that may do something."""
    if not caller_of(connection).scopes:
        deny(connection, Denial.SCOPE)
        raise Problem(403, "scope", "this key has no scope at all: ask for one that has")


@get("/v1/key", guards=[_any_scope], sync_to_thread=False)
def key(caller: Caller) -> KeyFacts:
    """The key of this request: what it is called, and what it may do."""
    scopes = tuple(scope.value for scope in caller.scopes)
    return KeyFacts(caller.id, caller.name, caller.tenant, scopes, caller.expires_at)
