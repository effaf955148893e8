"""The Faust application: two agents, each a loop over batches.

The only door to Faust, with `stream.faust_transport`. What the agents do is in `stream.ingester`
and `stream.personalizer`; here is only how batches reach them and how a failure ends.
"""

import asyncio
import logging
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import faust
from faust.types import AppT, EventT
from mode.supervisors import CrashingSupervisor
from yarl import URL

from schemas.errors import EXIT_RESTART, StepstreamError
from stream.faust_transport import CheckpointTransport
from stream.records import RawRecord
from stream.settings import Settings
from stream.topics import EVENTS, STATEMENTS

_BATCHES_BUFFERED = 5
"""From four fifths of the buffer on Faust polls no more; a batch that was polled still fits."""

_log = logging.getLogger("stepstream")


class Agents(Protocol):
    """What the application runs."""

    async def ingest(self, records: list[RawRecord]) -> None:
        """Handle raw statements; returns when their events are in Kafka."""

    async def personalize(self, records: dict[int, list[RawRecord]]) -> None:
        """Handle events by partition; returns when the checkpoints are written."""

    async def resume(self, partitions: set[int]) -> dict[int, int]:
        """Take over `partitions` and drop all others; returns the offsets to read on from."""


def build_app(settings: Settings, agents: Agents) -> AppT:
    """A Faust application that runs `agents` on the topics of `settings`."""
    app = faust.App(
        settings.group,
        broker=f"kafka://{settings.kafka.replace(',', ';kafka://')}",
        value_serializer="raw",
        key_serializer="raw",
        store="memory://",
        autodiscover=False,
        datadir=_data_dir(settings),
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=settings.session_timeout_sec,
        broker_heartbeat_interval=settings.session_timeout_sec / 4,
        broker_max_poll_records=settings.batch_events,
        broker_commit_interval=1.0,
        broker_check_crcs=False,
        stream_buffer_maxsize=_BATCHES_BUFFERED * settings.batch_events,
        stream_wait_empty=True,
        stream_publish_on_commit=False,
        agent_supervisor=CrashingSupervisor,
    )
    app.conf.checkpointed_topic = settings.prefix + EVENTS.name
    app.conf.resume = guarded(agents.resume)
    app.transport = CheckpointTransport([URL(url) for url in app.conf.broker], app)
    _agent(app, settings, STATEMENTS.name, guarded(_of_values(agents.ingest)))
    _agent(app, settings, EVENTS.name, guarded(_by_partition(agents.personalize)))
    return app


def _data_dir(settings: Settings) -> Path:
    """Faust makes this folder though nothing is kept in it; only its last level by itself."""
    folder = Path(settings.home) / "faust"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _agent(
    app: AppT, settings: Settings, name: str, handle: Callable[[list[EventT[Any]]], Awaitable[None]]
) -> None:
    topic = app.topic(settings.prefix + name, value_serializer="raw", key_serializer="raw")

    async def agent(stream: Any) -> None:
        async for batch in batches(stream.channel, settings.batch_events):
            await handle(batch)
            for event in batch:
                event.ack()

    app.agent(topic, name=f"{settings.group}.{name}")(agent)


async def batches(channel: Any, limit: int) -> AsyncIterator[list[EventT[Any]]]:
    """Whatever has come, at once: a quiet stream gets small batches, a busy one large ones.

    Reads the channel's queue itself: Faust's `take` waits its whole window for a batch that is
    not full.
    """
    queue = channel.queue
    while True:
        try:
            batch = [await queue.get()]
        except StopAsyncIteration:  # how Faust tells an agent's channel that the agent stops
            return
        while len(batch) < limit and not queue.empty():
            batch.append(queue.get_nowait())
        yield batch


def _of_values(
    handle: Callable[[list[RawRecord]], Awaitable[None]],
) -> Callable[[list[EventT[Any]]], Awaitable[None]]:
    async def run(batch: list[EventT[Any]]) -> None:
        await handle([_record(event) for event in batch])

    return run


def _by_partition(
    handle: Callable[[dict[int, list[RawRecord]]], Awaitable[None]],
) -> Callable[[list[EventT[Any]]], Awaitable[None]]:
    async def run(batch: list[EventT[Any]]) -> None:
        grouped: dict[int, list[RawRecord]] = defaultdict(list)
        for event in batch:
            grouped[event.message.partition].append(_record(event))
        await handle(grouped)

    return run


def _record(event: EventT[Any]) -> RawRecord:
    message = event.message
    return RawRecord(
        message.topic,
        message.partition,
        message.offset,
        message.timestamp,
        message.value or b"",
        tuple(dict(message.headers).items()) if message.headers else (),
    )


def guarded(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """`call`, ended together with the process by any error."""

    async def run(*arguments: Any) -> Any:
        try:
            return await call(*arguments)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  whatever it is, going on would lose it
            end_process(error)

    return run


def end_process(error: BaseException) -> None:
    """Leave at once: no acknowledgement, no commit, nothing half done after an error.

    Faust would acknowledge the batch on its way out, so not even its shutdown may run.
    """
    if isinstance(error, StepstreamError):
        _log.critical("%s", error)
    else:
        _log.critical("unexpected error, the worker ends", exc_info=error)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(getattr(error, "exit_code", EXIT_RESTART))
