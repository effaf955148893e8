"""Kill, pause and add workers in the middle of a stream, then look whether anything shows.

    PYTHONPATH=.:tests python -m harness.chaos --events 50000 --kills 10

What must come out, whatever was done to the workers:
1. the state of every learner equals the one of an undisturbed run in memory of the same
   statements (which the stream has partly read twice), by its features;
2. states and model parameters equal, bit for bit, those of an undisturbed run in memory of the
   topic `learning.events` as it came to be: every event was learned once, in its order, and the
   parameters of all partitions were merged and adopted at the same offsets.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.statements import answers
from harness.workers import Workers, stack_settings
from rich.console import Console

from online_models.replica import Replica
from processors.features import describe
from processors.objective import Objective
from processors.state import decode
from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin, Publisher, Reader
from stream.local import LocalStream
from stream.log import Message
from stream.records import RawRecord
from stream.replay import Replay, past_of
from stream.settings import Settings
from stream.store.contract import Store
from stream.store.redis_store import RedisStore
from stream.topics import ALL, EVENTS, STATEMENTS

AT = 1_900_000_000.0
"""When features are looked at; POSIX seconds."""
RELATIVE = 1e-9


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to the stream."""

    events: int
    learners: int
    kills: int
    rate: float
    """Statements a second."""
    seed: int = 7
    session_timeout_sec: float = 6.0


@dataclass(slots=True)
class Report:
    """What came out."""

    events: int = 0
    log_events: int = 0
    """Messages of `learning.events`: those that were read twice are there twice."""
    learners: int = 0
    merges: int = 0
    """Bases that were made of what all partitions had learned."""
    exits: list[int] = field(default_factory=list)
    seconds: float = 0.0
    feature_differences: list[str] = field(default_factory=list)
    state_differences: list[str] = field(default_factory=list)
    model_differences: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Whether nothing differs."""
        return not (self.feature_differences or self.state_differences or self.model_differences)


def run_chaos(
    kafka: str, redis: str, prefix: str, plan: Plan, say: Callable[[str], None] = lambda _: None
) -> Report:
    """Carry `plan` out on real servers under `prefix`; raises if the stream stands still."""
    settings = stack_settings(
        kafka, redis, prefix, session_timeout_sec=plan.session_timeout_sec, partitions=6
    )
    Admin(kafka).ensure(ALL, prefix, settings.partitions)
    statements = list(answers(plan.events, plan.learners, plan.seed))
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as logs, Workers(settings, Path(logs)) as workers:
        workers.start(2)
        for action in _publish(settings, statements, plan):
            _disturb(workers, action, plan, say)
        try:
            _wait(settings, workers)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{workers.logs()}") from error
        exits = workers.exits
    report = Report(events=plan.events, exits=exits, seconds=time.monotonic() - started)
    asyncio.run(_compare(settings, statements, report))
    return report


def _publish(settings: Settings, statements: list[tuple[str, bytes]], plan: Plan) -> Iterator[int]:
    """Publish at the plan's rate; yields the number of each disturbance when it is due."""
    chunk = max(1, round(plan.rate / 10))
    marks = [round(plan.events * (k + 1) / (plan.kills + 4)) for k in range(plan.kills + 3)]
    topic = settings.prefix + STATEMENTS.name
    with Publisher(settings.kafka) as publisher:
        for start in range(0, plan.events, chunk):
            until = time.monotonic() + chunk / plan.rate
            for learner, statement in statements[start : start + chunk]:
                publisher.send_blocking(
                    Message(topic, statement, learner.encode()), lambda *_: None
                )
            publisher.flush()
            for number, mark in enumerate(marks):
                if start < mark <= start + chunk:
                    yield number
            time.sleep(max(0.0, until - time.monotonic()))


def _disturb(workers: Workers, number: int, plan: Plan, say: Callable[[str], None]) -> None:
    workers.revive()
    middle = plan.kills // 2
    if number == middle:
        say("a third worker joins")
        workers.start()
    elif number == middle + 1:
        say("a worker is paused past its session")
        workers.pause(0)
        time.sleep(plan.session_timeout_sec * 1.7)
        workers.resume(0)
        time.sleep(1)
    elif number < plan.kills + 2:
        say("kill -9")
        workers.kill(random.Random(plan.seed + number).randrange(len(workers.processes)))


def _wait(settings: Settings, workers: Workers, patience_sec: float = 120.0) -> None:
    """Returns when all statements are handled and all events applied."""
    admin = Admin(settings.kafka)
    deadline = time.monotonic() + patience_sec
    while time.monotonic() < deadline:
        workers.revive()
        statements = admin.lag(settings.group, settings.prefix + STATEMENTS.name)
        if not statements and asyncio.run(_applied(settings, admin)):
            return
        time.sleep(0.5)
    raise TimeoutError(f"the stream stood still for {patience_sec:.0f} s")


async def _applied(settings: Settings, admin: Admin) -> bool:
    store = RedisStore(settings.store, settings.partitions)
    try:
        ends = admin.ends(settings.prefix + EVENTS.name)
        return all([await store.applied(p) == end - 1 for p, end in ends.items()])
    finally:
        await store.close()


async def _compare(settings: Settings, statements: list[tuple[str, bytes]], report: Report) -> None:
    store = RedisStore(settings.store, settings.partitions)
    undisturbed = _local(settings.with_(prefix=""))
    await undisturbed.start()
    topic = undisturbed.settings.prefix + STATEMENTS.name
    await undisturbed.log.send([Message(topic, raw, who.encode()) for who, raw in statements])
    await undisturbed.run()
    replayed = _local(settings)
    await replayed.start()
    records = _events(settings)
    report.log_events = len(records)
    past = await past_of(store.pool, settings.prefix, settings.partitions)
    report.merges = len(past.merges)
    await Replay(replayed, by_partition(records)).run(past)
    learners = sorted(set(await _learners(undisturbed)))
    report.learners = len(learners)
    for learner in learners:
        await _compare_learner(learner, (store, undisturbed.store, replayed.store), report)
    for partition in range(settings.partitions):
        await _compare_models(partition, store, replayed.store, report)
    await store.close()


def _local(settings: Settings) -> LocalStream:
    return LocalStream(settings, Objective(), lambda: AT)


def _events(settings: Settings) -> list[RawRecord]:
    reader = Reader(settings.kafka, [settings.prefix + EVENTS.name])
    try:
        return [RawRecord(*record[:4], record.value or b"") for record in reader.to_end()]
    finally:
        reader.close()


def by_partition(records: list[RawRecord]) -> dict[int, list[RawRecord]]:
    grouped: dict[int, list[RawRecord]] = {}
    for record in records:
        grouped.setdefault(record.partition, []).append(record)
    return grouped


async def _learners(stream: LocalStream) -> list[str]:
    found = []
    for partition in range(stream.settings.partitions):
        await stream.store.make_all_due(partition)
        found += await stream.store.due(partition, AT, 1_000_000)
    return found


async def _compare_learner(
    learner: str, stores: tuple[Store, Store, Store], report: Report
) -> None:
    live, undisturbed, replayed = [await store.state(learner) for store in stores]
    if live is None or undisturbed is None or live != replayed:
        report.state_differences.append(learner)
        return
    for name, value in _flat(describe(decode(undisturbed), AT, str)):
        found = dict(_flat(describe(decode(live), AT, str))).get(name)
        if not _close(value, found):
            report.feature_differences.append(f"{learner} {name}: {found} instead of {value}")


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _flat(part, f"{name}[{index}]")
    else:
        yield name, value


def _close(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= RELATIVE * max(1.0, abs(one))
    return one == other


async def _compare_models(partition: int, live: Store, replayed: Store, report: Report) -> None:
    names = Replica().names
    left, right = await live.claim(partition, names), await replayed.claim(partition, names)
    report.model_differences += [
        f"partition {partition}, {name}"
        for name in names
        if left.models[name] != right.models[name]
    ]
    if left.base != right.base:
        report.model_differences.append(f"partition {partition}, base")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--learners", type=int, default=500)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rate", type=float, default=400.0, help="statements a second")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    plan = Plan(options.events, options.learners, options.kills, options.rate, options.seed)
    console = Console()
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder)) as stack:
        console.print(f"{plan.events} events, {plan.kills} kills, two workers and a third ...")
        report = run_chaos(stack.bootstrap_servers, stack.redis_url, "chaos.", plan, console.print)
    _print(console, report)
    return 0 if report.exact else 1


def _print(console: Console, report: Report) -> None:
    console.print(f"events {report.events}, in the log {report.log_events}")
    console.print(f"learners {report.learners}, merges {report.merges}, {report.seconds:.0f} s")
    console.print(f"workers ended: {dict(Counter(report.exits))}")
    for what in ("feature", "state", "model"):
        found = getattr(report, f"{what}_differences")
        console.print(f"{what} differences: {len(found)}", *found[:5])
    console.print("exact" if report.exact else "NOT exact")


if __name__ == "__main__":
    sys.exit(main())
