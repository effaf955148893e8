"""Requests over a few connections, one after the other on each, as fast as they are answered."""

import asyncio
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit


class Measured(NamedTuple):
    """What came of a load."""

    latencies: list[float]
    """Seconds of each request, in order."""
    seconds: float
    """How long it took."""


def posting(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a request."""
    told = {"Host": "localhost", "Content-Length": str(len(body))} | headers
    lines = "".join(f"{name}: {text}\r\n" for name, text in told.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def drive(url: str, requests: Iterator[bytes], connections: int, sec: float) -> Measured:
    """Send `requests` until there are none left, or `sec` seconds have passed.

    Raises:
        AssertionError: where an answer is not 200.
    """
    latencies: list[float] = []
    started = time.perf_counter()
    until = started + sec
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_connection(url, requests, until, latencies))
    return Measured(latencies, time.perf_counter() - started)


async def _connection(
    url: str, requests: Iterator[bytes], until: float, latencies: list[float]
) -> None:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    for request in requests:
        sent = time.perf_counter()
        if sent >= until:
            break
        writer.write(request)
        await _answer(reader)
        latencies.append(time.perf_counter() - sent)
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    await reader.readexactly(int(lengths[0].split(b":")[1]))
