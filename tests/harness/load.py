"""Statements that come at a rate while something else is done, and how fresh queues stay."""

import math
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Self

import redis
from harness.statements import answers

from processors.identity import learner_key
from processors.partitioning import partition_of
from schemas.codec import decode_json, encode_json
from stream.kafka import Publisher
from stream.log import Message
from stream.settings import Settings
from stream.topics import STATEMENTS
from stream.wiring import pseudonyms

_STEP_SEC = 0.01
_POLL_SEC = 0.0005
_PATIENCE_SEC = 120.0


class _Beside:
    """Work in a thread of its own, until the block ends."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.run)

    def run(self) -> None:
        """The work."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


class Load(_Beside):
    """Statements (key, statement), `rate` a second, as long as there are any."""

    def __init__(
        self, settings: Settings, rate: float, statements: Iterable[tuple[str, bytes]]
    ) -> None:
        super().__init__()
        self._settings = settings
        self._rate = rate
        self._statements = iter(statements)
        self._last = False
        self.sent = 0

    def run(self) -> None:
        """Send what is due, again and again."""
        topic = self._settings.prefix + STATEMENTS.name
        started = time.perf_counter()
        with Publisher(self._settings.kafka) as publisher:
            while not (self._stop.is_set() or self._last):
                due = (time.perf_counter() - started) * self._rate
                for learner, raw in self._next(due):
                    message = Message(topic, raw, learner.encode())
                    publisher.send_blocking(message, lambda *_: None)
                time.sleep(_STEP_SEC)

    def _next(self, due: float) -> Iterator[tuple[str, bytes]]:
        for one in islice(self._statements, max(0, math.ceil(due) - self.sent)):
            self.sent += 1
            yield one
        self._last = self.sent < due

    def wait(self) -> None:
        """Until the last statement is sent."""
        self._thread.join()


class Seen(NamedTuple):
    """A probe."""

    sent: float
    """`time.perf_counter` when its statement was sent."""
    age: float
    """Seconds until Redis showed the queue that it caused."""


class Probes(_Beside):
    """Learners who send one statement each; their queues are looked for from outside a worker."""

    def __init__(self, settings: Settings, rate: float) -> None:
        super().__init__()
        self._settings = settings
        self._rate = rate
        self._client = redis.Redis.from_url(settings.redis)
        self.seen: list[Seen] = []

    def run(self) -> None:
        """Send a probe, wait for its queue, rest."""
        topic = self._settings.prefix + STATEMENTS.name
        with Publisher(self._settings.kafka) as publisher:
            for name, raw in _probes():
                if self._stop.is_set():
                    return
                sent = time.perf_counter()
                publisher.send_blocking(Message(topic, raw, name.encode()), lambda *_: None)
                self._wait(self._key(name), decode_json(raw)["id"].encode(), sent)
                self.seen.append(Seen(sent, time.perf_counter() - sent))
                time.sleep(max(0.0, sent + 1 / self._rate - time.perf_counter()))

    def _wait(self, key: str, statement: bytes, sent: float) -> None:
        while time.perf_counter() < sent + _PATIENCE_SEC:
            queue = self._client.get(key)
            if queue is not None and statement in queue:
                return
            time.sleep(_POLL_SEC)
        raise TimeoutError(f"no queue at {key}")

    def _key(self, name: str) -> str:
        key = learner_key(name, pseudonyms(self._settings), self._settings.home_page)
        partition = partition_of(key.encode(), self._settings.partitions)
        return f"{self._settings.store.namespace}{{{partition}}}:queue:{key}"

    def between(self, start: float, end: float) -> list[float]:
        """Ages of those that were sent then, in order of size."""
        return sorted(one.age for one in self.seen if start <= one.sent < end)


def _probes() -> Iterator[tuple[str, bytes]]:
    """They are there to be measured by, so they tell nothing of how long things take."""
    for number, (name, raw) in enumerate(answers(1_000_000, 50, 99)):
        probe, statement = f"probe-{number}-{name}", decode_json(raw)
        statement["actor"]["account"]["name"] = probe
        statement["result"].pop("duration", None)
        yield probe, encode_json(statement)


def quantile(values: Sequence[float], share: float) -> float:
    """Of sorted values; not a number where there are none."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")
