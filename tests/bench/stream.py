"""The stream on a real Kafka and Valkey: throughput, freshness, bytes a learner.

    PYTHONPATH=.:tests python -m bench.stream [--statements N] [--rates R ...] [--seconds S]

Throughput: a backlog of statements is worked off by one worker, and read by a bare Faust agent that
does nothing, on the same servers in the same run. Freshness: while statements come at a rate, probe
learners send one each, and the time until Redis shows the queue which that very statement caused is
measured from outside the worker, by asking Redis every half millisecond.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import redis
from bench.conditions import conditions
from harness.statements import answers
from harness.workers import Workers, stack_settings

from processors.identity import learner_key
from processors.partitioning import partition_of
from schemas.codec import decode_json
from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin, Publisher
from stream.log import Message
from stream.settings import Settings
from stream.topics import ALL, STATEMENTS
from stream.wiring import pseudonyms

ROOT = Path(__file__).resolve().parents[2]
LEARNERS = 2000
_POLL_SEC = 0.0005
_PROBES_PER_SEC = 20


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--statements", type=int, default=30_000)
    parser.add_argument("--rates", type=int, nargs="*", default=[200, 1000, 3000])
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    print(conditions())
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder)) as stack:
        _throughput(stack, options.statements)
        for rate in options.rates:
            _freshness(stack, rate, options.seconds)


def _throughput(stack: EmbeddedStack, count: int) -> None:
    settings = _settings(stack, "throughput.")
    _publish(settings, [statement for _, statement in answers(count, LEARNERS, 1)])
    with _workers(settings) as workers:
        workers.start()
        ours = applied_per_sec(settings, count)
    topic = settings.prefix + STATEMENTS.name
    bare = count / _bare_agent(stack, topic, count)
    print(f"statements/s end to end, one worker        {ours:10,.0f}")
    print(f"messages/s of a bare Faust agent           {bare:10,.0f}")
    print(f"ratio                                      {ours / bare:10.2f}")
    _bytes_a_learner(stack, settings)


def applied_per_sec(settings: Settings, count: int, patience_sec: float = 300.0) -> float:
    """Rate between the first tenth and the end of the backlog."""
    client = redis.Redis.from_url(settings.redis)
    keys = [f"{settings.prefix}{{{p}}}:off" for p in range(settings.partitions)]
    started, first, deadline = 0.0, 0, time.perf_counter() + patience_sec
    while time.perf_counter() < deadline:
        done = sum(int(offset) + 1 for offset in client.mget(keys) if offset is not None)
        now = time.perf_counter()
        if not started and done >= count / 10:
            started, first = now, done
        if done >= count:
            return (done - first) / (now - started)
        time.sleep(0.02)
    raise TimeoutError("the backlog was not worked off")


def _bare_agent(stack: EmbeddedStack, topic: str, count: int) -> float:
    script = ROOT / "tests/harness/bare_agent.py"
    command = [sys.executable, str(script), stack.bootstrap_servers, topic, str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _bytes_a_learner(stack: EmbeddedStack, settings: Settings) -> None:
    client = redis.Redis.from_url(stack.redis_url)
    for what in ("learner", "queue"):
        names = list(client.scan_iter(f"{settings.prefix}*:{what}:*", count=5000))
        values = [len(value) for value in client.mget(names[:2000]) if value]
        memory = [client.memory_usage(name) for name in names[:500]]
        print(
            f"bytes of a {what:8s} median, max, in Redis     "
            f"{statistics.median(values):6.0f} {max(values):6.0f} {statistics.median(memory):6.0f}"
        )
    names = list(client.scan_iter(f"{settings.prefix}*:seen:*", count=5000))
    total = sum(client.memory_usage(name, samples=0) for name in names)
    entries = sum(client.hlen(name) for name in names)
    print(f"bytes of a receipt in the statement window {total / entries:10.0f}")


def _freshness(stack: EmbeddedStack, rate: int, seconds: float) -> None:
    settings = _settings(stack, f"rate{rate}.")
    with _workers(settings) as workers, Publisher(settings.kafka) as publisher:
        workers.start()
        _warm_up(settings, publisher)
        stop = threading.Event()
        load = threading.Thread(target=_load, args=(publisher, settings, rate, stop))
        load.start()
        try:
            delays = sorted(_probe(settings, publisher, seconds))
        finally:
            stop.set()
            load.join()
    p50, p99 = quantile(delays, 0.5), quantile(delays, 0.99)
    print(
        f"statement to visible queue at {rate:5d}/s, ms    p50 {p50 * 1e3:6.1f}   "
        f"p99 {p99 * 1e3:6.1f}   ({len(delays)} probes)"
    )


def _load(publisher: Publisher, settings: Settings, rate: int, stop: threading.Event) -> None:
    topic = settings.prefix + STATEMENTS.name
    step = 0.01
    due, started = 0.0, time.perf_counter()
    for sent, (learner, statement) in enumerate(answers(10_000_000, LEARNERS, 2)):
        if sent >= due:
            time.sleep(step)
            due = (time.perf_counter() - started) * rate
        if stop.is_set():
            return
        publisher.send_blocking(Message(topic, statement, learner.encode()), lambda *_: None)


def _warm_up(settings: Settings, publisher: Publisher) -> None:
    """Until the worker has applied something: it has its partitions."""
    topic = settings.prefix + STATEMENTS.name
    for _, statement in answers(600, LEARNERS, 4):
        publisher.send_blocking(Message(topic, statement), lambda *_: None)
    publisher.flush()
    applied_per_sec(settings, 600)


def _probe(settings: Settings, publisher: Publisher, seconds: float) -> Iterator[float]:
    client = redis.Redis.from_url(settings.redis)
    topic = settings.prefix + STATEMENTS.name
    until = time.perf_counter() + seconds
    for name, statement in _probes():
        if time.perf_counter() > until:
            return
        key = queue_key(settings, name)
        wanted = decode_json(statement)["id"].encode()
        sent = time.perf_counter()
        publisher.send_blocking(Message(topic, statement, name.encode()), lambda *_: None)
        yield visible_at(client, key, wanted) - sent
        time.sleep(1 / _PROBES_PER_SEC)


def _probes() -> Iterator[tuple[str, bytes]]:
    for number, (name, statement) in enumerate(answers(100_000, 50, 99)):
        probe = f"probe-{number}-"
        yield probe + name, statement.replace(f'"{name}"'.encode(), f'"{probe}{name}"'.encode())


def visible_at(client: "redis.Redis[bytes]", key: str, statement: bytes) -> float:
    deadline = time.perf_counter() + 30
    while time.perf_counter() < deadline:
        queue = client.get(key)
        if queue is not None and statement in queue:
            return time.perf_counter()
        time.sleep(_POLL_SEC)
    raise TimeoutError(f"no queue at {key}")


def queue_key(settings: Settings, name: str) -> str:
    key = learner_key(name, pseudonyms(settings), settings.home_page)
    partition = partition_of(key.encode(), settings.partitions)
    return f"{settings.prefix}{{{partition}}}:queue:{key}"


def quantile(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


def _publish(settings: Settings, statements: Sequence[bytes]) -> None:
    topic = settings.prefix + STATEMENTS.name

    async def send() -> None:
        with Publisher(settings.kafka) as publisher:
            await publisher.send([Message(topic, statement) for statement in statements])

    asyncio.run(send())


def _settings(stack: EmbeddedStack, prefix: str) -> Settings:
    settings = stack_settings(stack.bootstrap_servers, stack.redis_url, prefix)
    Admin(settings.kafka).ensure(ALL, prefix, settings.partitions)
    return settings


def _workers(settings: Settings) -> Workers:
    return Workers(settings, Path(tempfile.mkdtemp()))


if __name__ == "__main__":
    main()
