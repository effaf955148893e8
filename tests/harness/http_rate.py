"""Requests at a constant rate, whatever the answers do: an open loop, in a process of its own.

A request is due when its moment has come, not when an earlier one was answered, and waits where no
connection is free; its latency counts from when it was due. So a server that stalls is charged with
every request that came meanwhile (no coordinated omission). The client's own timer, a millisecond
coarse, is told beside it and is no part of the latency where a connection was free.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import uvloop

_END = b"\r\n\r\n"
_PATIENCE_SEC = 300.0
"""For what is not answered when the last request is sent."""


class Rated(NamedTuple):
    """What came of a load."""

    latencies: list[float]
    """Seconds of each answered request."""
    refused: int
    """Answers that were not 200, and connections that broke."""
    late: float
    """Median lateness of the client's own timer, seconds."""
    waited: int
    """Requests for which no connection was free."""


def at_rate(
    url: str, requests: list[bytes], rate: float, seconds: float, connections: int = 64
) -> Rated:
    """Send `rate` requests a second for `seconds`, in turn those of `requests`."""
    asked = {
        "url": url,
        "requests": [one.decode("latin-1") for one in requests],
        "rate": rate,
        "seconds": seconds,
        "connections": connections,
    }
    done = subprocess.run(
        [sys.executable, "-m", "harness.http_rate"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    return Rated(*json.loads(done.stdout))


class _Connection(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._buffer = bytearray()
        self._wanted = 0
        self._since = 0.0

    def connection_made(self, transport: Any) -> None:
        """See asyncio."""
        self._transport = transport

    def send(self, request: bytes, since: float) -> None:
        """Send one; its latency counts from `since`."""
        self._since = since
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._buffer += data
        if not self._wanted and (end := self._buffer.find(_END)) >= 0:
            self._wanted = end + len(_END) + _length(bytes(self._buffer[:end]))
        if self._wanted and len(self._buffer) >= self._wanted:
            good = self._buffer.startswith(b"HTTP/1.1 200")
            self._buffer.clear()
            self._wanted = 0
            self._load.answered(self, self._since, good=good)

    def connection_lost(self, _: Exception | None) -> None:
        """See asyncio."""
        self._load.broke(self)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise AssertionError(head)


class _Load:
    def __init__(self, asked: dict[str, Any]) -> None:
        self._requests = [one.encode("latin-1") for one in asked["requests"]]
        self._count = int(asked["rate"] * asked["seconds"])
        self._asked = asked
        self._free: deque[_Connection] = deque()
        """In turn, so that none is idle until the server closes it."""
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._left = self._count
        self._done = asyncio.Event()
        self._waited = 0
        self._latencies: list[float] = []
        self._late: list[float] = []
        self._refused = 0

    async def run(self) -> Rated:
        loop, place = asyncio.get_running_loop(), urlsplit(self._asked["url"])
        for _ in range(self._asked["connections"]):
            _, one = await loop.create_connection(
                lambda: _Connection(self), place.hostname, place.port
            )
            self._free.append(one)
        started = time.perf_counter()
        for number in range(self._count):
            due = started + number / self._asked["rate"]
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self._late.append(time.perf_counter() - due)
            self._due(self._requests[number % len(self._requests)], due)
        await asyncio.wait_for(self._done.wait(), _PATIENCE_SEC)
        late = sorted(self._late)[len(self._late) // 2]
        return Rated(self._latencies, self._refused, late, self._waited)

    def _due(self, request: bytes, due: float) -> None:
        if self._free:
            self._free.popleft().send(request, time.perf_counter())
        else:
            self._waited += 1
            self._waiting.append((request, due))

    def answered(self, connection: _Connection, since: float, *, good: bool) -> None:
        """An answer has come; the connection is free."""
        self._latencies.append(time.perf_counter() - since)
        self._refused += not good
        self._left -= 1
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._free.append(connection)
        if not self._left:
            self._done.set()

    def broke(self, connection: _Connection) -> None:
        """A connection is gone."""
        if connection in self._free:
            self._free.remove(connection)
        elif self._left:
            self._refused += 1
            self._left -= 1


def main() -> None:
    """The process: what to do from standard input, what came of it to standard output."""
    asked = json.load(sys.stdin)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(runner.run(_run(asked)), sys.stdout)


async def _run(asked: dict[str, Any]) -> Rated:
    return await _Load(asked).run()


if __name__ == "__main__":
    main()
