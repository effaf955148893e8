"""What promoting and rolling back a large version costs a running worker, on real servers.

    PYTHONPATH=.:tests python -m bench.promotion FILE [--rows 60000] [--rate 300] [--seconds 20]

Answers of FILE (see `stepstream evaluate success --help`) teach the version: much more than the
worker has learned. While statements come at a rate, probe learners send one each, and the time
until Redis shows the queue that it caused is measured from outside. Then the version is promoted
and rolled back, several times, by the command as people call it and by the function behind it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import redis
from bench.conditions import conditions
from bench.hot_path import EVENTS, MEASURED, catalogue, events, tell_learning
from harness.load import Load, Probes, quantile
from harness.promotions import written
from harness.statements import answers
from harness.streams import ask, wait_until
from harness.workers import ROOT, Workers, environment, stack_settings

from offline.answers import read_answers
from offline.clocks import clock_of
from offline.events import Events
from offline.places import Place
from offline.versions import Models, Versions
from online_models.replica import Replica
from online_models.tables import Base, ModelBase
from processors.application import Application
from schemas.checkpoint import Memory
from stream import clock
from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin, Publisher
from stream.releases import Releases
from stream.settings import Settings
from stream.store.contract import Store
from stream.topics import ALL
from stream.versions import live_base

ROUNDS = 3
LEARNERS = 2000
_LOOK_SEC = 0.002


def large(file: Path, rows: int) -> Models:
    """Numbers of models that have learned the answers of a file."""
    answers = read_answers(file, rows)
    made, replica = Events(answers, clock_of(answers, "auto")), Replica()
    work = Application(Memory({}, {}), replica)
    for row in range(len(answers)):
        work.apply(row, made(row))
        work.observations.clear()
    merged = {model.name: type(model).merging.rules for model in replica.merged}
    return {
        name: {width: table for width, table in tables.items() if width in merged[name]}
        for name, tables in replica.own().items()
    }


def numbers_in(models: Models) -> tuple[int, int]:
    """Names, and numbers."""
    tables = [table for one in models.values() for table in one.values()]
    return sum(map(len, tables)), sum(table.values.size for table in tables)


class Adoptions:
    """Sees from outside when the last partition stands on a base."""

    def __init__(self, settings: Settings) -> None:
        self._client = redis.Redis.from_url(settings.redis)
        space = settings.store.namespace
        self._keys = [f"{space}{{{p}}}:base" for p in range(settings.partitions)]
        self._newest = f"{space}{{pool}}:promotions"

    def after(self, count: int) -> tuple[float, float]:
        """When promotion number `count` was published, and when the last partition adopted it."""
        while self._client.llen(self._newest) < count:
            time.sleep(_LOOK_SEC)
        published = time.perf_counter()
        version = json.loads(self._client.lindex(self._newest, -1))["version"]
        while any(int(base or 0) < version for base in self._client.mget(self._keys)):
            time.sleep(_LOOK_SEC)
        return published, time.perf_counter()


class Bench:
    """A worker under load."""

    def __init__(self, settings: Settings, probes: Probes) -> None:
        self.settings = settings
        self.probes = probes
        self.adoptions = Adoptions(settings)
        self.count = 0
        self.during: list[tuple[float, float]] = []

    def by_command(self, *arguments: str) -> None:
        """As people do it."""
        command = [sys.executable, "-m", "stream.cli", "models", *arguments]
        told = os.environ | environment(self.settings)
        self._timed(
            f"stepstream models {' '.join(arguments)}",
            lambda: subprocess.run(command, cwd=ROOT, env=told, check=True, capture_output=True),
        )

    def by_function(self, version: str | None) -> None:
        """The function behind the command, in a process that runs already."""

        async def work(store: Store, log: Publisher) -> None:
            releases = Releases(self.settings, store.pool, clock.now)
            if version is None:
                await releases.roll_back(None, log)
            else:
                await releases.promote(version, log)

        def run() -> None:
            with Publisher(self.settings.kafka) as log:
                ask(self.settings, lambda store: work(store, log))

        self._timed(f"the function: {version or 'roll back'}", run)

    def _timed(self, what: str, work: object) -> None:
        self.count += 1
        started = time.perf_counter()
        thread = threading.Thread(target=work)  # type: ignore[arg-type]
        thread.start()
        published, adopted = self.adoptions.after(self.count)
        thread.join()
        self.during.append((started, adopted))
        print(
            f"{what:40s} published after {published - started:6.2f} s, "
            f"adopted by all {adopted - published:5.2f} s later, {adopted - started:6.2f} s in all",
            flush=True,
        )


def tell_ages(what: str, ages: Sequence[float]) -> None:
    """One line."""
    p50, p99 = (quantile(ages, share) * 1e3 for share in (0.5, 0.99))
    print(f"queue age {what:30s} p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   ({len(ages)} probes)")


def measure(stack: EmbeddedStack, folder: Path, models: Models, rate: float, rest: float) -> None:
    """Promote and roll back under load."""
    settings = stack_settings(
        stack.bootstrap_servers, stack.redis_url, "bench.", home=str(folder), batch_events=500
    )
    Admin(settings.kafka).ensure(ALL, settings.prefix, settings.partitions)
    load = Load(settings, rate, answers(10_000_000, LEARNERS, 5))
    with Workers(settings, folder) as workers, load:
        workers.start()
        wait_until(lambda: _merges(settings) > 5, "merges", 300.0, workers.logs)
        live = ask(settings, lambda s: live_base(s.pool, settings.store.namespace, 12))
        written(Versions(Place(settings.versions_place)), "v1", models, live)
        with Probes(settings, 40.0) as probes:
            bench = Bench(settings, probes)
            windows = _disturb(bench, rest)
        assert workers.revive() == [], "a worker has ended"
    for what, parts in windows.items():
        tell_ages(what, sorted(age for part in parts for age in probes.between(*part)))


def _merges(settings: Settings) -> int:
    async def count(store: Store) -> int:
        return len(await store.pool.merges())

    return ask(settings, count)


def _disturb(bench: Bench, rest: float) -> dict[str, list[tuple[float, float]]]:
    quiet = [_rest(rest)]
    for _ in range(ROUNDS):
        bench.by_command("promote", "v1")
        after = _rest(rest)
        bench.by_command("rollback")
        quiet += [after, _rest(rest)]
        bench.by_function("v1")
        quiet.append(_rest(rest))
        bench.by_function(None)
        quiet.append(_rest(rest))
    return {"before": quiet[:1], "while one changes over": bench.during, "after": quiet[1:]}


def _rest(seconds: float) -> tuple[float, float]:
    started = time.perf_counter()
    time.sleep(seconds)
    return started, time.perf_counter()


def tell_events(models: Models) -> None:
    """What an event costs on models that have learned a little, and on those over the version."""
    rng = Random(1)
    reference = catalogue(rng)
    told = events(reference, rng, EVENTS + MEASURED)
    bases: Iterable[tuple[str, Base]] = (
        ("on nothing", Base(0, {})),
        ("on the version", Base(1, {name: ModelBase(dict(one)) for name, one in models.items()})),
    )
    for what, base in bases:
        print(f"learned {what}:")
        replica = Replica()
        replica.restore({}, base)
        lived = Application(Memory({}, {}), replica)
        for offset, one in enumerate(told[:EVENTS]):
            lived.apply(offset, one)
        replica.touched()
        tell_learning(replica, lived.encoded_states(), told[EVENTS:])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--rate", type=float, default=300.0, help="statements a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="between two changes")
    options = parser.parse_args()
    print(conditions())
    models = large(options.file, options.rows)
    print("the version: {:,} names, {:,} numbers".format(*numbers_in(models)), flush=True)
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder)) as stack:
        measure(stack, Path(folder), models, options.rate, options.seconds)
    tell_events(models)


if __name__ == "__main__":
    main()
