"""API keys: what they allow, and how one is recognised.

A key is shown once, when it is made: `<id>.<secret>`. Kept of it is the SHA-256 of the secret; as
the secret is 32 random bytes, nobody can find it by trying, so a slow hash would guard nothing.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from schemas.errors import ConfigurationError

_ID_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
_LONGEST_ID = 64


class Scope(StrEnum):
    """What a key may be used for."""

    PUBLISH = "publish"
    """Send statements."""
    QUEUES_READ = "queues:read"
    """Read queues and the catalogue, give feedback."""
    LEARNERS_READ = "learners:read"
    """Read what is known of a learner."""
    OPERATE = "operate"
    """Erase learners, read the audit and the state of the models."""


class Denial(StrEnum):
    """Why a request is refused, as it is counted."""

    NO_KEY = "no_key"
    WRONG_KEY = "wrong_key"
    EXPIRED = "expired"
    SCOPE = "scope"
    TENANT = "tenant"
    RATE = "rate"
    SIZE = "size"
    SLOW = "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept: everything but the secret."""

    id: str
    digest: str = field(repr=False)
    """SHA-256 of the secret, hexadecimal."""
    tenant: str
    scopes: tuple[Scope, ...]
    name: str = ""
    """What it is for, as people say it."""
    created_at: float = 0.0
    """POSIX seconds."""
    expires_at: float | None = None
    """POSIX seconds; None: never."""
    rate: float = 1000.0
    """Requests a second, on average."""
    burst: int = 2000
    """Requests at once."""
    home_page: str = ""
    """Home page of accounts that come without one; empty: the installation's."""
    lenient: bool = False
    """Repair known deviations of statements instead of refusing them."""

    def allows(self, scope: Scope) -> bool:
        """Whether it may be used for `scope`."""
        return scope in self.scopes


Caller = ApiKey
"""Who asks: the key of the request."""


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def key_to_json(key: ApiKey) -> dict[str, Any]:
    """Plain JSON object of `key`."""
    return asdict(key) | {"scopes": [scope.value for scope in key.scopes]}


def key_from_json(data: Any) -> ApiKey:
    """The inverse of `key_to_json`; unknown fields are ignored (newer writers add fields).

    Raises:
        KeyError, TypeError, ValueError: where `data` is not a key.
    """
    if not isinstance(data, dict):
        raise TypeError("a key is an object")
    known = {name: value for name, value in data.items() if name in ApiKey.__dataclass_fields__}
    return ApiKey(**known | {"scopes": scopes_of(data["scopes"])})


def scopes_of(names: Iterable[str]) -> tuple[Scope, ...]:
    """Scopes by name.

    Raises:
        ValueError: where there is none of that name.
    """
    return tuple(Scope(name) for name in dict.fromkeys(names))


def check_id(text: str) -> str:
    """`text` if it can be the id of a key: 1 to 64 of a-z, 0-9, `_` and `-`.

    Raises:
        ConfigurationError: where it cannot.
    """
    if not text or len(text) > _LONGEST_ID or not _ID_LETTERS.issuperset(text):
        raise ConfigurationError(f"a key's id has 1 to {_LONGEST_ID} of a-z, 0-9, _ and -")
    return text


class Keyring:
    """All keys, by id."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, key: ApiKey) -> None:
        """Know `key` from now on, in place of an older one of its id."""
        self._keys[key.id] = key

    def drop(self, key_id: str) -> None:
        """Know it no longer."""
        self._keys.pop(key_id, None)

    def all(self) -> list[ApiKey]:
        """Every key, by id."""
        return [self._keys[name] for name in sorted(self._keys)]

    def holds(self, key: ApiKey) -> bool:
        """Whether `key` still stands as it was recognised."""
        return self._keys.get(key.id) == key

    def recognise(self, key_id: str, secret: str, now: float) -> ApiKey | Denial:
        """The key that `secret` proves; in the same time whether the id is known or not."""
        key = self._keys.get(key_id)
        same = compare_digest(digest_of(secret), key.digest if key else _NOBODYS)
        if key is None or not same:
            return Denial.WRONG_KEY
        if key.expires_at is not None and now >= key.expires_at:
            return Denial.EXPIRED
        return key


_NOBODYS = "0" * 64
