"""Reading queues of 25 items over HTTP: at a constant rate, and as fast as it goes.

    PYTHONPATH=.:tests python -m bench.serving [--seconds 20] [--rate 500] [--statements 1000]

Everything is on one machine: Kafka, Redis, a worker, the server and the load. The constant rate is
an open loop of our own in a process of its own, without coordinated omission (`harness.http_rate`).
Saturation is measured by wrk (Debian's package) where it is installed, else by connections of our
own that send one request after the other. Each line stands beside a bare handler of the same
framework that answers as many bytes; at last the worker takes statements while queues are read: of
other learners, for whom it makes queues of the usual 5 items.
"""

import argparse
import asyncio
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from bench.conditions import conditions
from bench.receiver import Target, bare_server, cpu_sec, stack
from harness.http_load import drive
from harness.http_rate import at_rate
from harness.load import Load
from harness.servers import HttpServer, make_key
from harness.statements import answers
from harness.streams import is_idle, publish_statements, queue_of, wait_until
from harness.workers import Workers

from schemas.codec import encode_json
from serving.access.keys import Scope
from stream.kafka import Publisher
from stream.log import Message
from stream.settings import Settings
from stream.topics import ACTIVITIES

ITEMS = 25
READERS = 200
ACTIVITIES_OF = 300
LOAD_LEARNERS = 2_000
CONNECTIONS = 32
PATH = "/v1/queue"
OBJECTIVE = """name: long
length: 25
shortlist: 40
per_stream: 40
max_per_content: 50
max_per_course: 50
max_reviews: 25
"""


class Figures(NamedTuple):
    """What a load came to, latencies in milliseconds."""

    per_sec: float
    p50: float
    p99: float
    note: str = ""


def main() -> None:
    """Print one line for each load."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=500.0)
    parser.add_argument("--statements", type=float, default=1_000.0, help="a second, at the end")
    asked = parser.parse_args()
    print(conditions())
    with served() as (settings, ours), bare_server(_body_size(settings)) as bare:
        for target in (bare, ours):
            _show(target, "at a rate", lambda t: _at_rate(t, asked.rate, asked.seconds))
            _show(target, "saturation", lambda t: _saturation(t, asked.seconds))
        with Load(settings, asked.statements, answers(10_000_000, LOAD_LEARNERS, 3)):
            for target in (bare, ours):
                what = f"at a rate, beside {asked.statements:g} statements/s"
                _show(target, what, lambda t: _at_rate(t, asked.rate, asked.seconds))


@contextmanager
def served() -> Iterator[tuple[Settings, Target]]:
    """A stream whose readers have queues of 25 items, with a worker and a server."""
    with tempfile.TemporaryDirectory() as folder, stack() as plain:
        objective = Path(folder) / "objective.yaml"
        objective.write_text(OBJECTIVE)
        settings = plain.with_(objective=str(objective))
        token = make_key(settings, "bench", [Scope.QUEUES_READ], rate=1e6, burst=10**6)
        asyncio.run(_publish_catalogue(settings))
        with Workers(settings, Path(folder)) as workers:
            workers.start()
            publish_statements(settings, _first_statements())
            wait_until(lambda: _has_queues(settings), "queues of 25", context=workers.logs)
        with Workers(plain, Path(folder)) as workers, HttpServer(settings) as server:
            workers.start()
            assert server.process is not None
            yield settings, Target("queues", server.url, server.process.pid, token)


async def _publish_catalogue(settings: Settings) -> None:
    topic = settings.prefix + ACTIVITIES.name
    with Publisher(settings.kafka) as publisher:
        await publisher.send(
            [Message(topic, encode_json(one), str(one["id"]).encode()) for one in _catalogue()]
        )


def _catalogue() -> Iterator[dict[str, str | list[str] | float]]:
    for number in range(ACTIVITIES_OF):
        yield {
            "id": f"https://lms.example.org/lessons/{number}",
            "title": f"Lesson {number}: what comes after lesson {number - 1}",
            "skills": [f"skill {number % 12}"],
            "content": ("video", "reading", "quiz", "lab")[number % 4],
            "course": f"https://lms.example.org/courses/{number % 10}",
            "minutes": 10.0 + number % 50,
            "difficulty": number % 10 / 10.0,
        }


def _first_statements() -> Iterator[bytes]:
    for number in range(READERS):
        yield encode_json(
            {
                "actor": {
                    "account": {"homePage": "https://lms.example.org", "name": f"reader{number}"}
                },
                "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
                "object": {"id": f"https://lms.example.org/lessons/{number}"},
            }
        )


def _has_queues(settings: Settings) -> bool:
    if not is_idle(settings):
        return False
    found = [queue_of(settings, f"reader{number}") for number in (0, READERS - 1)]
    return all(queue is not None and len(queue["items"]) == ITEMS for queue in found)


def _body_size(settings: Settings) -> int:
    return len(encode_json(queue_of(settings, "reader0")))


def _at_rate(target: Target, rate: float, seconds: float) -> Figures:
    requests = _requests(target)
    at_rate(target.url, requests, rate, min(3.0, seconds))
    found = at_rate(target.url, requests, rate, seconds)
    assert not found.refused, f"{found.refused} answers were not 200"
    note = f"client's timer {found.late * 1e3:.1f} ms late; {found.waited} waited for a connection"
    return _figures(found.latencies, seconds, note)


def _saturation(target: Target, seconds: float) -> Figures:
    if shutil.which("wrk"):
        return _by_wrk(target, seconds)
    requests = cycle(_requests(target))
    found = asyncio.run(drive(target.url, requests, CONNECTIONS, seconds))
    return _figures(found.latencies, found.seconds, "own client")


def _by_wrk(target: Target, seconds: float) -> Figures:
    script = (
        "local n = 0\nrequest = function()\n  n = n + 1\n"
        f'  return wrk.format("GET", "{PATH}?learner=reader" .. (n % {READERS}))\nend\n'
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency"]
        command += ["-s", file.name, "-H", f"Authorization: Bearer {target.token}", target.url]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in told, told
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    assert rate is not None, told
    return Figures(float(rate[1]), _wrk_ms(told, 50), _wrk_ms(told, 99), "wrk")


def _wrk_ms(told: str, percent: int) -> float:
    found = re.search(rf"{percent}%\s+([0-9.]+)(us|ms|s)\b", told)
    assert found is not None, told
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]


def _requests(target: Target) -> list[bytes]:
    head = f"Host: localhost\r\nAuthorization: Bearer {target.token}\r\n\r\n"
    return [
        f"GET {PATH}?learner=reader{number} HTTP/1.1\r\n{head}".encode()
        for number in range(READERS)
    ]


def _figures(latencies: list[float], seconds: float, note: str) -> Figures:
    ordered = sorted(latencies)
    p50, p99 = (ordered[int(share * (len(ordered) - 1))] * 1e3 for share in (0.5, 0.99))
    return Figures(len(ordered) / seconds, p50, p99, note)


def _show(target: Target, what: str, load: Callable[[Target], Figures]) -> None:
    before = cpu_sec(target.pid)
    found = load(target)
    took = cpu_sec(target.pid) - before
    print(
        f"{target.name:7s} {what:38s} {found.per_sec:8,.0f}/s   p50 {found.p50:6.2f} ms"
        f"   p99 {found.p99:6.2f} ms   {took:5.1f} s of the server   {found.note}",
        flush=True,
    )


if __name__ == "__main__":
    main()
