"""Statements at a rate beside a probe that measures, in named windows, how old queues are.

The probe's learners send one statement each; its age is the time until Redis shows the queue that
this very statement has caused, asked for every half millisecond from outside the worker.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import redis
from bench.stream import quantile, queue_key, visible_at
from harness.statements import answers

from schemas.codec import decode_json
from stream.kafka import Publisher
from stream.log import Message
from stream.settings import Settings
from stream.topics import STATEMENTS

_STEP_SEC = 0.02
_PROBES_PER_SEC = 20


class Load:
    """Both run from the beginning of the `with` block to its end."""

    def __init__(self, settings: Settings, messages: Sequence[Message], rate: float) -> None:
        self._settings, self._messages, self._rate = settings, messages, rate
        self._window = ""
        self._ages: dict[str, list[float]] = {}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=run) for run in (self._publish, self._probe)]

    def window(self, name: str) -> None:
        """What is measured from now on belongs to the window `name`."""
        self._window = name

    def wait(self) -> None:
        """Until all messages are sent."""
        self._threads[0].join()

    def report(self) -> Iterator[str]:
        """A line a window."""
        for name, ages in self._ages.items():
            p50, p99 = (1e3 * quantile(sorted(ages), share) for share in (0.5, 0.99))
            yield f"queue age {name:12s} ms  p50 {p50:6.1f}   p99 {p99:6.1f}   ({len(ages)} probes)"

    def _publish(self) -> None:
        started = time.perf_counter()
        with Publisher(self._settings.kafka) as publisher:
            for sent, message in enumerate(self._messages):
                while sent > (time.perf_counter() - started) * self._rate:
                    time.sleep(_STEP_SEC)
                if self._stop.is_set():
                    return
                publisher.send_blocking(message, lambda *_: None)

    def _probe(self) -> None:
        client = redis.Redis.from_url(self._settings.redis)
        topic = self._settings.prefix + STATEMENTS.name
        with Publisher(self._settings.kafka) as publisher:
            for number, (name, statement) in enumerate(answers(1_000_000, 50, 99)):
                if self._stop.is_set():
                    break
                probe = f"probe-{number}-{name}"
                told = statement.replace(f'"{name}"'.encode(), f'"{probe}"'.encode())
                wanted = decode_json(told)["id"].encode()
                window, sent = self._window, time.perf_counter()
                publisher.send_blocking(Message(topic, told, probe.encode()), lambda *_: None)
                seen = visible_at(client, queue_key(self._settings, probe), wanted)
                self._ages.setdefault(window, []).append(seen - sent)
                time.sleep(1 / _PROBES_PER_SEC)
        client.close()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
