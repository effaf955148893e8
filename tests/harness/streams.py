"""Streams for tests: in memory, and on real servers with real workers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from harness.workers import PSEUDONYM_KEY, ROOT

from processors.identity import learner_key
from processors.objective import Objective
from schemas.codec import decode_json
from schemas.errors import Unavailable
from stream.kafka import Admin, Publisher, Reader
from stream.load import Loaded, load
from stream.local import LocalStream
from stream.log import Message
from stream.records import Record
from stream.reference_changes import changes, values_of
from stream.settings import Settings
from stream.store.contract import Store
from stream.store.redis_store import RedisStore
from stream.topics import EVENTS, STATEMENTS
from stream.wiring import pseudonyms

WORKED_EXAMPLE = ROOT / "examples/worked_example"
T = TypeVar("T")


def local_settings(**changes: Any) -> Settings:
    """Settings of a stream in memory."""
    return Settings(pseudonym_key=PSEUDONYM_KEY).with_(**changes)


def key_of(learner: str, settings: Settings) -> str:
    """The learner key of an identifier as a person types it."""
    return learner_key(learner, pseudonyms(settings), settings.home_page)


def reference_messages(folder: Path, settings: Settings) -> list[Message]:
    """What `stepstream load` would publish of `folder`."""
    loaded = load([folder], lambda text: key_of(text, settings), "")
    assert isinstance(loaded, Loaded), loaded
    planned = changes(values_of(loaded), {}, prune=False)
    return [message for change in planned for message in change.messages(settings.prefix)]


def lines(path: Path) -> list[bytes]:
    """Statements of a file, one a line."""
    return path.read_bytes().splitlines()


async def local_stream(
    settings: Settings, now: float = 1.9e9, reference: Iterable[Message] = ()
) -> LocalStream:
    """A stream in memory that owns its partitions and knows `reference`."""
    stream = LocalStream(settings, Objective(), lambda: now)
    await stream.start()
    await stream.put_reference(reference)
    return stream


def publish(settings: Settings, messages: Sequence[Message]) -> None:
    """Send `messages` to Kafka; returns when it has them."""

    async def send() -> None:
        with Publisher(settings.kafka) as publisher:
            await publisher.send(messages)

    asyncio.run(send())


def publish_statements(settings: Settings, statements: Iterable[bytes]) -> None:
    """Send raw statements to their topic."""
    topic = settings.prefix + STATEMENTS.name
    publish(settings, [Message(topic, statement) for statement in statements])


def read_all(settings: Settings, name: str) -> list[Record]:
    """Every message of a topic."""
    reader = Reader(settings.kafka, [settings.prefix + name])
    try:
        return list(reader.to_end())
    finally:
        reader.close()


def ask(settings: Settings, question: Callable[[Store], Awaitable[T]]) -> T:
    """Ask the store of a real stream."""

    async def run() -> T:
        store = RedisStore(settings.store, settings.partitions)
        try:
            return await question(store)
        finally:
            await store.close()

    return asyncio.run(run())


def queue_of(settings: Settings, learner: str) -> dict[str, Any] | None:
    """The queue of a learner, as typed, on a real stream."""
    queue = ask(settings, lambda store: store.queue(key_of(learner, settings)))
    return None if queue is None else decode_json(queue)


def is_idle(settings: Settings) -> bool:
    """Whether every statement is handled and every event applied."""
    admin = Admin(settings.kafka)
    try:
        if admin.lag(settings.group, settings.prefix + STATEMENTS.name):
            return False
        ends = admin.ends(settings.prefix + EVENTS.name)
    except Unavailable:  # a broker that loads a group's offsets says so, and is asked again
        return False

    async def caught_up(store: Store) -> bool:
        return all([await store.applied(p) == end - 1 for p, end in ends.items()])

    return ask(settings, caught_up)


def wait_until(
    done: Callable[[], bool],
    what: str,
    patience_sec: float = 60.0,
    context: Callable[[], str] = str,
) -> None:
    """Returns when `done`; fails saying `what` did not come and the `context`."""
    deadline = time.monotonic() + patience_sec
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {patience_sec:.0f} s\n{context()}")
        time.sleep(0.1)
