"""ADL's conformance requests for an LRS (1.0.3), each with the status that it expects."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from statement_examples import data_lines

from schemas.codec import decode_json, encode_json

KEY_ID, SECRET = "u", "p"
"""What the suite sends as user and password."""
NAME = "http/adl_http_1_0_3"


class Case(NamedTuple):
    """One request of the suite."""

    number: int
    """Its place in the collection, from 0."""
    title: str
    method: str
    url: str
    """Path and query, below the base of the LRS."""
    headers: dict[str, str]
    body: bytes
    expected: int

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.url).path

    @property
    def is_taken(self) -> bool:
        """Whether it is a request that the receiver answers as an LRS does."""
        if self.path == "/about":
            return self.method == "GET"
        asks = self.method == "POST" and self.url.endswith("method=GET")
        return self.path == "/statements" and self.method in {"POST", "PUT"} and not asks

    @property
    def left_out(self) -> tuple[str, int]:
        """Why the receiver does not do what it asks for, and the status that it gets."""
        if self.path == "/statements":
            return "queries: statements are not handed out", 405
        return f"{self.path}: documents and queries are not kept", 404


def cases() -> Iterator[Case]:
    """All of them; skips the test where the collection is not there."""
    for number, line in enumerate(data_lines(NAME)):
        told: dict[str, Any] = decode_json(line)
        headers, body = _sent(told["headers"] or {}, told["body"])
        title = " / ".join(told["title"])
        yield Case(number, title, told["method"], told["url"], headers, body, told["expect"])


def _sent(headers: dict[str, str], body: Any) -> tuple[dict[str, str], bytes]:
    """Headers and bytes as the suite's HTTP client puts them: by what the body is."""
    kind = next((text for name, text in headers.items() if name.lower() == "content-type"), None)
    if body is None:
        return headers, b""
    if isinstance(body, str):
        form = {} if kind else {"Content-Type": "application/x-www-form-urlencoded"}
        return headers | form, body.encode()
    if kind and "urlencoded" in kind:
        return headers, urlencode(body).encode()
    return ({} if kind else {"Content-Type": "application/json"}) | headers, encode_json(body)
