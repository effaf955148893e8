"""`status`: what runs and what it has handled."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from schemas.errors import StepstreamError, Unavailable
from stream.cli.ending import EXIT_NO
from stream.cli.environment import services
from stream.cli.output import BAD, GOOD, emit, examples, facts, json_option, number, out
from stream.cli.topics import written_by_topic
from stream.embedded.stack import status
from stream.kafka import Admin
from stream.settings import Settings, without_password
from stream.store.redis_store import RedisStore
from stream.topics import EVENTS, RECOMMENDATIONS, REJECTED, STATEMENTS

_ANSWER_SEC = 3.0
_NOBODY = "0" * 32
_COUNTED = (STATEMENTS, EVENTS, REJECTED, RECOMMENDATIONS)


@click.command(
    "status",
    epilog=examples(
        "stepstream status",
        "until stepstream status --json; do sleep 1; done",
    ),
)
@json_option
def status_command(as_json: bool) -> int:
    """Say whether Kafka and Redis answer, where they are, and how much has been written.

    Exit code 0 where both answer, 1 otherwise.
    """
    try:
        settings = services()
    except Unavailable as error:
        found: dict[str, Any] = {"running": False, "why": str(error)}
    else:
        found = _found(settings)
    if as_json:
        emit(found)
    else:
        _show(found)
    return 0 if found["running"] else EXIT_NO


def _found(settings: Settings) -> dict[str, Any]:
    kafka = _why_not(lambda: Admin(settings.kafka, _ANSWER_SEC).partitions())
    redis = _why_not(lambda: asyncio.run(_ask_redis(settings)))
    return {
        "running": not (kafka or redis),
        "why": "; ".join(filter(None, (kafka, redis))),
        "embedded": _is_embedded(settings),
        "kafka": {"address": settings.kafka, "answers": not kafka},
        "redis": {"address": without_password(settings.redis), "answers": not redis},
        "written": {} if kafka else _written(settings),
    }


def _is_embedded(settings: Settings) -> bool:
    stack = status(Path(settings.home))
    return stack is not None and stack.bootstrap_servers == settings.kafka


def _why_not(ask: Callable[[], object]) -> str:
    try:
        ask()
    except StepstreamError as error:
        return str(error)
    return ""


async def _ask_redis(settings: Settings) -> None:
    store = RedisStore(settings.with_(patience_sec=0.0).store, settings.partitions)
    try:
        await store.state(_NOBODY)
    finally:
        await store.close()


def _written(settings: Settings) -> dict[str, int]:
    try:
        written = written_by_topic(settings)
    except StepstreamError:
        return {}
    return {topic.name: written[settings.prefix + topic.name] for topic in _COUNTED}


def _show(found: dict[str, Any]) -> None:
    if "kafka" not in found:
        out.print(f"[{BAD}]not running[/]: {found['why']}")
        return
    rows = [(name, _service(found, name)) for name in ("kafka", "redis")]
    rows += [(name, f"{number(count)} written") for name, count in found["written"].items()]
    if not found["written"]:
        rows.append(("topics", "not there yet: `stepstream topics` creates them"))
    out.print(facts(rows))


def _service(found: dict[str, Any], name: str) -> str:
    service = found[name]
    whose = " (embedded)" if found["embedded"] else ""
    answers = f"[{GOOD}]answers[/]" if service["answers"] else f"[{BAD}]does not answer[/]"
    return f"{service['address']}{whose}  {answers}"
