"""Errors as answers: `application/problem+json` (RFC 9457), without a word about the inside."""

import logging
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR, HTTP_503_SERVICE_UNAVAILABLE

from schemas.codec import encode_json
from schemas.errors import ConfigurationError, Corrupt, Unavailable

_TYPE = "application/problem+json"
_RETRY_SEC = "1"
_log = logging.getLogger("stepstream")


class Problem(Exception):
    """What keeps a request from being answered.

    Args:
        status: HTTP's status.
        code: one word for programs.
        detail: one line for people: what is wrong, and what to do; holds nothing secret.
        headers: to be sent with it.
    """

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        """The answer's bytes."""
        told = {"type": f"about:blank#{self.code}", "status": self.status, "code": self.code}
        return encode_json(told | {"detail": self.detail})


def answer(problem: Problem) -> Response[bytes]:
    """The response that tells `problem`."""
    return Response(
        problem.body(),
        status_code=problem.status,
        headers=problem.headers,
        media_type=_TYPE,
    )


def too_large(most: int) -> Problem:
    """The answer to a body that is too large."""
    return Problem(413, "too_large", f"a request has {most} bytes at most: send smaller batches")


def _told(_: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    return answer(problem)


def _refused(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework found: a route, a method or a parameter that does not fit."""
    if error.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
        return _failed(_, error)
    extra = error.extra if isinstance(error.extra, list) else []
    named = [f"{one.get('key', '')}: {one.get('message', '')}" for one in extra]
    detail = "; ".join([error.detail.split(" for ")[0], *named])
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
    return answer(Problem(error.status_code, code, detail, error.headers))


def _unavailable(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    _log.warning("answered 503: %s", error)
    problem = Problem(
        HTTP_503_SERVICE_UNAVAILABLE,
        "unavailable",
        "a service behind this one does not answer now: send the same request again",
        {"Retry-After": _RETRY_SEC},
    )
    return answer(problem)


def _failed(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    _log.error("a request failed", exc_info=error)
    detail = "this is a fault of the server: its log says more"
    return answer(Problem(HTTP_500_INTERNAL_SERVER_ERROR, "fault", detail))


HANDLERS: dict[type[Exception] | int, Any] = {
    Problem: _told,
    HTTPException: _refused,
    Unavailable: _unavailable,
    ConfigurationError: _unavailable,
    Corrupt: _unavailable,
    Exception: _failed,
}
"""For Litestar's `exception_handlers`."""
