"""The door of the house: recognises the caller, keeps limits, and sees every answer out.

An ASGI application around Litestar's: what comes here comes before routing, so that nothing that
is refused costs more than it must, and every answer, also that of an unknown route, is counted and
carries the same headers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from serving.access.guards import ENGINE
from serving.access.keys import Denial
from serving.access.recognition import recognise
from serving.engine import Engine, route_of
from serving.problems import Problem, too_large
from serving.xapi.versions import version_headers
from stream import clock

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

_LONGEST_URL = 8192
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other word is one label of the metrics: senders can make up as many as they like."""
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Sent with every answer that does not say otherwise."""
_TLS = (b"strict-transport-security", b"max-age=31536000")

_log = logging.getLogger("stepstream")


class Doorway:
    """`app` behind the door."""

    def __init__(self, app: App, engine: Engine) -> None:
        self._app = app
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's own contract."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[ENGINE] = self._engine
        visit = Visit(self._engine, scope, receive, send)
        try:
            self._admit(scope)
        except Problem as problem:
            await _answer(problem, visit.send)
        else:
            await self._app(scope, visit.receive, visit.send)
        finally:
            visit.end()

    def _admit(self, scope: Scope) -> None:
        if len(scope["path"]) + len(scope["query_string"]) > _LONGEST_URL:
            raise Problem(414, "url_too_long", f"a URL has {_LONGEST_URL} characters at most")
        headers = scope["headers"]
        sent = [value for name, value in headers if name == b"authorization"]
        if sent:
            header = sent[0].decode("latin-1") if len(sent) == 1 else ""
            recognise(self._engine, scope, header)
        self._check_size(scope, [value for name, value in headers if name == b"content-length"])

    def _check_size(self, scope: Scope, lengths: list[bytes]) -> None:
        if len(set(lengths)) > 1 or any(not one.isdigit() for one in lengths):
            raise Problem(400, "invalid_request", "one Content-Length, a whole number, is wanted")
        if lengths and int(lengths[0]) > self._engine.settings.max_request_bytes:
            self._engine.denied(Denial.SIZE, scope)
            raise too_large(self._engine.settings.max_request_bytes)


class Visit:
    """One request from its first byte to its last."""

    def __init__(self, engine: Engine, scope: Scope, receive: Receive, send: Send) -> None:
        self._engine = engine
        self._scope = scope
        self._receive = receive
        self._send = send
        self._bytes = 0
        self._arrived = False
        self._status = 0
        self._started = clock.monotonic()

    async def receive(self) -> Message:
        """The next part of the request.

        Raises:
            Problem: 413 or 408 where too much comes, or too slowly.
        """
        if self._arrived:
            return await self._receive()
        settings = self._engine.settings
        left = self._started + settings.request_timeout_sec - clock.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError:
            self._engine.denied(Denial.SLOW, self._scope)
            wanted = f"a request must arrive within {settings.request_timeout_sec:g} s"
            raise Problem(408, "slow", wanted, {"Connection": "close"}) from None
        self._bytes += len(message.get("body", b""))
        self._arrived = not message.get("more_body", False)
        if self._bytes > settings.max_request_bytes:
            self._engine.denied(Denial.SIZE, self._scope)
            raise too_large(settings.max_request_bytes)
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer on; its head gets the headers that every answer has."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            sent = {name.lower() for name, _ in message["headers"]}
            safe = [*_SAFE, _TLS] if self._engine.settings.tls_certificate else _SAFE
            own = [*safe, *version_headers(self._scope)]
            more = [(name, value) for name, value in own if name not in sent]
            message["headers"] = [*message["headers"], *more]
        await self._send(message)

    def end(self) -> None:
        """Count the request."""
        metrics, route = self._engine.metrics, route_of(self._scope)
        status = str(self._status or 499)
        method = self._scope["method"] if self._scope["method"] in _METHODS else "other"
        metrics.http_requests.labels(route, method, status).inc()
        metrics.http_seconds.labels(route).observe(clock.monotonic() - self._started)


async def _answer(problem: Problem, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    headers.append((b"content-type", b"application/problem+json"))
    start = {"type": "http.response.start", "status": problem.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": problem.body()})
