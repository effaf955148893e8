"""Reading the `Authorization` header: Bearer `<id>.<secret>`, or Basic with id and secret."""

from base64 import b64decode
from binascii import Error
from typing import NamedTuple

_LONGEST = 1024


class Credentials(NamedTuple):
    """What a request says it is."""

    id: str
    secret: str


def credentials_of(header: str) -> Credentials | None:
    """The credentials of an `Authorization` header; None where it has none that can be read."""
    scheme, _, rest = header.strip().partition(" ")
    if len(rest) > _LONGEST:
        return None
    match scheme.lower():
        case "bearer":
            return _pair(rest.strip(), ".")
        case "basic":
            return _pair(_plain(rest.strip()), ":")
        case _:
            return None


def _plain(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except (Error, ValueError):
        return ""


def _pair(text: str, mark: str) -> Credentials | None:
    key_id, found, secret = text.partition(mark)
    return Credentials(key_id, secret) if found and key_id and secret else None
