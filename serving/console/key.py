"""What a key may do, told to who holds it: the console shows no more than that."""

from dataclasses import dataclass

from litestar import get

from serving.access.keys import Caller


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key without its secret."""

    id: str
    name: str
    tenant: str
    scopes: tuple[str, ...]
    expires_at: float | None
    """POSIX seconds; None: never."""


@get("/v1/key", sync_to_thread=False)
def key(caller: Caller) -> KeyFacts:
    """The key of this request: what it is called, and what it may do."""
    scopes = tuple(scope.value for scope in caller.scopes)
    return KeyFacts(caller.id, caller.name, caller.tenant, scopes, caller.expires_at)
