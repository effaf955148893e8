"""Versions of xAPI over HTTP: which are spoken, and which one an answer names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from serving.problems import Problem

BASE = "/xapi"
HEADER = "x-experience-api-version"
SPOKEN = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
_NEWEST_1, NEWEST_2 = "1.0.3", "2.0.0"
_KNOWN = re.compile(r"(1|2)\.0(\.[0-9]{1,9})?", re.ASCII)


def major_of(headers: Mapping[str, str], *, lenient: bool = False) -> int:
    """1 or 2: the version that a request speaks.

    Args:
        headers: of the request, names in lower case.
        lenient: whether one that names none speaks 1.0.3: Ralph forwards like that.

    Raises:
        Problem: 400, where it names none, or one that is not spoken.
    """
    text = headers.get(HEADER, _NEWEST_1 if lenient else None)
    if text is None:
        raise Problem(400, "no_version", f"send the header X-Experience-API-Version: {_NEWEST_1}")
    found = _KNOWN.fullmatch(text.strip())
    if found is None:
        raise Problem(400, "bad_version", "X-Experience-API-Version must be 1.0.x or 2.0.x")
    return int(found[1])


def named_in_answer(sent: str) -> str:
    """The version that an answer names: the newest patch of what the request `sent`, else 1.0.3."""
    return NEWEST_2 if sent.strip().startswith("2.") else _NEWEST_1


def version_headers(scope: Mapping[str, Any]) -> Sequence[tuple[bytes, bytes]]:
    """The header that every answer of the receiver carries, refusals too; none elsewhere.

    Args:
        scope: of ASGI.
    """
    path: str = scope["path"]
    if path != BASE and not path.startswith(f"{BASE}/"):
        return ()
    name = HEADER.encode()
    sent = next((value for key, value in scope["headers"] if key == name), b"")
    return ((name, named_in_answer(sent.decode("latin-1")).encode()),)
