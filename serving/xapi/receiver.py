"""Taking statements: asked, read, compared, in Kafka, and only then answered."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from litestar import Request

from schemas.arrival import Arrival, Known
from schemas.errors import Corrupt, Unavailable
from serving.access.guards import allowed
from serving.access.keys import Caller, Scope
from serving.access.recognition import recognise
from serving.engine import Engine
from serving.problems import Problem, too_large
from serving.xapi.batch import Named, Refusal, Sender, read_statements, refuse_conflicts
from serving.xapi.multipart import (
    Part,
    check_attachments,
    media_type,
    parts_of,
    statements_of,
)
from serving.xapi.requests import STORING, Sent, check_version, is_folded, unfolded, wanted_id
from stream import clock
from stream.log import Message
from stream.records import HOME_PAGE, TENANT
from stream.topics import STATEMENTS

_ACKNOWLEDGE_SEC = 15.0
"""How long Kafka may take; a sender that hears nothing for longer has given up by itself."""
_AT_ONCE_BYTES = 32_768
"""A larger request is read in a thread, so that others are answered meanwhile."""
_FORM_GROWTH = 3
"""Of a statement in a form, where every byte becomes three at most."""
_log = logging.getLogger("stepstream")

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """Statements that Kafka has."""

    ids: Sequence[str]
    """In the order that they were sent in."""
    is_put: bool


async def take(request: AnyRequest, engine: Engine) -> Taken:
    """Take the statements of `request`; returns once Kafka has acknowledged all of them.

    Raises:
        Problem: where they cannot be taken; none of them is then.
        Unavailable: where Kafka did not acknowledge them.
    """
    started = clock.monotonic()
    sent, caller = await _read(request, engine)
    try:
        named = await _statements(sent, caller, engine)
        await _store(named, caller, engine)
    except Refusal as refusal:
        result = "conflict" if refusal.status == 409 else "invalid"  # noqa: PLR2004  Conflict
        engine.metrics.received_statements.labels(result).inc(refusal.statements)
        raise
    engine.metrics.receive_seconds.observe(clock.monotonic() - started)
    return Taken([one.id for one in named], sent.method == "PUT")


async def _read(request: AnyRequest, engine: Engine) -> tuple[Sent, Caller]:
    """The request that is meant, and who sends it; who is not allowed to is not read."""
    text = request.scope["query_string"].decode("latin-1")
    query = parse_qsl(text, keep_blank_values=True)
    folded = is_folded(request.method, query)
    if not folded:
        allowed(request, Scope.PUBLISH)
    headers = {name.lower(): value for name, value in request.headers.items()}
    whole = Sent(str(request.method), query, headers, await _body(request, engine, folded=folded))
    sent = await _at_once_or_beside(len(whole.body), unfolded, whole)
    if folded and sent.headers.get("authorization") != headers.get("authorization"):
        recognise(engine, request.scope, sent.headers["authorization"])  # type: ignore[arg-type]
    caller = allowed(request, Scope.PUBLISH)
    if sent.method not in STORING:
        raise no_queries()
    check_version(sent, folded=folded, lenient=caller.lenient)
    return sent, caller


def no_queries() -> Problem:
    """The answer to everything but sending."""
    return Problem(
        405,
        "no_queries",
        "statements are taken here (POST, PUT), not handed out: ask the LRS that keeps them",
        {"Allow": "OPTIONS, POST, PUT"},
    )


async def _statements(sent: Sent, caller: Caller, engine: Engine) -> list[Named]:
    return await _at_once_or_beside(len(sent.body), _checked, sent, caller, engine)


async def _at_once_or_beside(size: int, work: Callable[..., T], *arguments: Any) -> T:
    """What `work` returns; what takes long is done beside the other requests."""
    if size <= _AT_ONCE_BYTES:
        return work(*arguments)
    return await asyncio.to_thread(work, *arguments)


async def _body(request: AnyRequest, engine: Engine, *, folded: bool) -> bytes:
    """The body; a form, whose key is known only when it is read, holds one statement at most."""
    most = _FORM_GROWTH * engine.settings.max_statement_bytes
    body = await request.body()
    if folded and len(body) > most:
        raise too_large(most)
    return body


def _checked(sent: Sent, caller: Caller, engine: Engine) -> list[Named]:
    wanted = wanted_id(sent)
    kind = media_type(sent.headers.get("content-type", "application/json"))
    parts: list[Part] | None = None
    body = sent.body
    if kind.name == "multipart/mixed":
        parts = parts_of(body, kind.boundary)
        body = statements_of(parts)
    elif kind.name != "application/json":
        raise Refusal(400, "bad_content_type", "Content-Type: application/json or multipart/mixed")
    named = read_statements(body, _sender(caller, engine), wanted, token_hex(16))
    if parts is not None:
        came = check_attachments([one.statement for one in named], parts[1:])
        engine.metrics.attachments.inc(came)
    return named


def _sender(caller: Caller, engine: Engine) -> Sender:
    settings = engine.settings
    return Sender(
        pseudonyms=engine.pseudonyms(caller.tenant),
        home_page=_home_page(caller, engine),
        lenient=caller.lenient and not settings.strict,
        max_bytes=settings.max_request_bytes,
        max_statement_bytes=settings.max_statement_bytes,
    )


def _home_page(caller: Caller, engine: Engine) -> str:
    return caller.home_page or engine.settings.home_page


async def _store(named: Sequence[Named], caller: Caller, engine: Engine) -> None:
    known = await _noted(named, engine)
    fresh = [one.arrival for one, before in zip(named, known, strict=True) if before is None]
    try:
        refuse_conflicts(named, known)
        await _publish(named, known, caller, engine)
    except (Refusal, Unavailable, TimeoutError, asyncio.CancelledError):
        await _forget(fresh, engine)
        raise
    count = engine.metrics.received_statements
    count.labels("accepted").inc(len(fresh))
    count.labels("resent").inc(len(named) - len(fresh))


async def _noted(named: Sequence[Named], engine: Engine) -> list[Known | None]:
    """What is known of each; nothing where the store is away: the worker finds conflicts too."""
    arrivals = [one.arrival for one in named]
    try:
        return await engine.store.arrivals.note(arrivals, engine.settings.statement_window)
    except (Unavailable, Corrupt) as error:
        _log.warning("statements are taken without looking for conflicts: %s", error)
        return [None] * len(named)


async def _forget(fresh: Sequence[Arrival], engine: Engine) -> None:
    try:
        await engine.store.arrivals.forget(fresh)
    except (Unavailable, Corrupt) as error:
        _log.warning("arrivals that came to nothing are remembered for a while: %s", error)


async def _publish(
    named: Sequence[Named], known: Sequence[Known | None], caller: Caller, engine: Engine
) -> None:
    """Send what is not applied yet; what was only received may not have reached Kafka."""
    topic = engine.settings.prefix + STATEMENTS.name
    headers = (
        (TENANT, caller.tenant.encode()),
        (HOME_PAGE, _home_page(caller, engine).encode()),
    )
    messages = [
        Message(topic, one.raw, one.arrival.learner.encode(), headers)
        for one, before in zip(named, known, strict=True)
        if before is None or not before.applied
    ]
    try:
        await asyncio.wait_for(engine.publisher.send(messages), _ACKNOWLEDGE_SEC)
    except TimeoutError:
        raise Unavailable("Kafka has not acknowledged statements in time") from None
