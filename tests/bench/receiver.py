"""How many statements the receiver takes, and how long a sender waits: beside a bare handler.

    PYTHONPATH=.:tests python -m bench.receiver [--seconds 10] [--connections 1,8]

Kafka, Redis, the server and the load are on one machine; no worker runs. Each connection sends its
next request when the last one is answered: one connection shows how long a sender waits, several
show how much is taken. The last column is the server's own processor time, which other work on the
machine disturbs least. The bare handler reads the same requests and answers an empty array: what
framework, server and load cost alone.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.conditions import conditions
from harness.http_load import Measured, drive, posting
from harness.servers import HttpServer, make_key
from harness.statements import answers
from harness.workers import stack_settings

from serving.access.keys import Scope
from stream.embedded.stack import EmbeddedStack
from stream.settings import Settings
from stream.topic_creation import create_topics

SIZES = (1, 30, 300)
LEARNERS = 5_000
MOST = 200_000
"""Statements of a point at most."""
PATH = "/xapi/statements"
_TICKS = os.sysconf("SC_CLK_TCK")


class Target(NamedTuple):
    """A server under load."""

    name: str
    url: str
    pid: int
    token: str = ""


def main() -> None:
    """Print one line for each server and size of a batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", default="1,8")
    asked = parser.parse_args()
    print(conditions())
    with stack() as settings, HttpServer(settings) as server, bare_server() as bare:
        assert server.process is not None
        token = make_key(settings, "bench", [Scope.PUBLISH], rate=1e6, burst=10**6)
        ours = Target("receiver", server.url, server.process.pid, token)
        for size in SIZES:
            for connections in map(int, asked.connections.split(",")):
                for target in (bare, ours):
                    _measure(target, size, connections, asked.seconds)


def _measure(target: Target, size: int, connections: int, seconds: float) -> None:
    requests = list(_requests(size, target.token, seed=10 * size + connections))
    warm, load = requests[: len(requests) // 20], requests[len(requests) // 20 :]
    asyncio.run(drive(target.url, iter(warm), connections, seconds / 5))
    before = cpu_sec(target.pid)
    found = asyncio.run(drive(target.url, iter(load), connections, seconds))
    name = f"{target.name:8s} {size:3d} a batch, {connections} at once"
    _show(name, size, found, cpu_sec(target.pid) - before)


def _show(name: str, size: int, found: Measured, spent_sec: float) -> None:
    count = len(found.latencies)
    ordered = sorted(found.latencies)
    p50, p99 = (ordered[min(count - 1, int(share * count))] * 1e3 for share in (0.5, 0.99))
    print(
        f"{name}: {count * size / found.seconds:8,.0f} statements/s"
        f"   p50 {p50:7.2f} ms   p99 {p99:7.2f} ms"
        f"   {spent_sec / (count * size) * 1e6:7.1f} us of the server a statement",
        flush=True,
    )


def _requests(size: int, token: str, seed: int) -> Iterator[bytes]:
    headers = {
        "Content-Type": "application/json",
        "X-Experience-API-Version": "1.0.3",
        "Authorization": f"Bearer {token}",
    }
    count = min(MOST, 30_000 * size)
    statements = (raw for _, raw in answers(count, LEARNERS, seed))
    while batch := tuple(raw for raw, _ in zip(statements, range(size), strict=False)):
        yield posting(PATH, b"[" + b",".join(batch) + b"]", headers)


def cpu_sec(pid: int) -> float:
    """Processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def bare_server(size: int = 0) -> Iterator[Target]:
    """The bare handler, in a process of its own; what is read from it has `size` bytes."""
    command = [sys.executable, "-m", "harness.bare_server", str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"(http://\S+):", process.stdout.readline())
        assert found is not None
        try:
            yield Target("bare", found[1], process.pid)
        finally:
            process.terminate()


@contextmanager
def stack() -> Iterator[Settings]:
    """Kafka and Redis: those that the environment names, else fresh ones; topics are made."""
    kafka, redis = os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), os.environ.get("REDIS_URL")
    with tempfile.TemporaryDirectory() as folder:
        if kafka and redis:
            yield _settings(kafka, redis, folder)
        else:
            with EmbeddedStack(Path(folder)) as own:
                yield _settings(own.bootstrap_servers, own.redis_url, folder)


def _settings(kafka: str, redis: str, folder: str) -> Settings:
    settings = stack_settings(kafka, redis, f"bench{os.getpid()}.", home=folder)
    create_topics(settings)
    return settings


if __name__ == "__main__":
    main()
