"""The offline job on a live stream, from the first event to the roll-back: what comes out.

    PYTHONPATH=.:tests python -m harness.offline_job [--events 300000] [--report report.html]

A real Kafka, a real Valkey and one supervised worker. Statements of public data sets
(STEPSTREAM_DATA; simulated populations where there are none) and of a simulated organisation flow.

1. Most are published at once, and the archiver is killed (-9) ten times meanwhile. The archive must
   hold each offset once, byte for byte.
2. `stepstream recalibrate` fits, proves on later events, and writes a version with its report.
3. A worse candidate, and one that has seen the future, are proved and must be refused.
4. The rest flows at a rate, and how old queues are is measured: before, while the version is
   promoted and rolled back, and after. No worker may restart and no event be lost.
5. `stepstream replay --from archive` builds everything anew, `replay verify` compares features.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from bench.conditions import conditions
from bench.stream import applied_per_sec
from harness.archivers import MEMBER, compare, start
from harness.archivers import Report as Archived
from harness.live_load import Load
from harness.mixed_statements import ORGANISATION, mixed
from harness.planted import plant
from harness.streams import is_idle, publish, wait_until
from harness.workers import ROOT, Workers, environment, stack_settings

from schemas.codec import decode_json
from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin
from stream.log import Message
from stream.settings import Settings
from stream.topics import ALL, EVENTS, STATEMENTS

KILLS = 10
FLOWS = 0.8
"""Share of the statements that is published at once."""


@dataclass(frozen=True, slots=True)
class Run:
    """What all steps share."""

    settings: Settings
    statements: list[tuple[str, bytes]]
    folder: Path

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run `stepstream` with these words."""
        return subprocess.run(
            [sys.executable, "-m", "stream.cli", *words],
            cwd=ROOT,
            env=os.environ | environment(self.settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def told(self, *words: str) -> tuple[dict[str, Any], float]:
        """What a command that must succeed says as JSON, and the seconds that it took."""
        started = time.perf_counter()
        done = self.command(*words, "--json")
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: code {done.returncode}\n{done.stderr}")
        return decode_json(done.stdout), time.perf_counter() - started

    def refused(self, *words: str) -> str:
        """Why a command that must be refused was."""
        done = self.command(*words)
        if done.returncode != 1:
            raise RuntimeError(f"{' '.join(words)}: code {done.returncode}, not 1\n{done.stderr}")
        return done.stderr.strip().splitlines()[-1]

    def messages(self, first: int, end: int) -> Iterator[Message]:
        """Statements, as they are sent."""
        topic = self.settings.prefix + STATEMENTS.name
        for key, statement in islice(self.statements, first, end):
            yield Message(topic, statement, key.encode())


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--rate", type=float, default=300.0)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    print(conditions())
    data = os.environ.get("STEPSTREAM_DATA")
    statements = [*mixed(options.events, Path(data) if data else None)]
    with tempfile.TemporaryDirectory() as name, EmbeddedStack(Path(name) / "stack") as stack:
        settings = stack_settings(
            stack.bootstrap_servers,
            stack.redis_url,
            "job.",
            archive=f"{name}/archive",
            versions=f"{name}/versions",
        )
        Admin(settings.kafka).ensure(ALL, settings.prefix, settings.partitions)
        run = Run(settings, statements, Path(name))
        run.told("load", str(ORGANISATION))
        with Workers(settings, Path(name), ("-m", "stream.cli", "worker", "--restart")) as workers:
            workers.start()
            _job(run, options, workers)
    return 0


def _job(run: Run, options: argparse.Namespace, workers: Workers) -> None:
    end = int(FLOWS * len(run.statements))
    live = _flow(run, end, workers)
    version = _recalibrated(run, options)
    for fault in ("worse", "future"):
        planted = plant(run.settings, version, fault, Random(1))
        print(f"planted, {fault:8s}                        {run.refused('prove', planted)}")
        print(f"                                       {run.refused('models', 'promote', planted)}")
    _promoted(run, version, end, options.rate)
    wait_until(lambda: is_idle(run.settings), "all is applied", 120, workers.logs)
    if workers.exits:
        raise RuntimeError(f"workers ended: {workers.exits}\n{workers.logs()}")
    _replayed(run, live)


def _flow(run: Run, end: int, workers: Workers) -> float:
    """Publish, kill, archive; returns the rate of the live stream in statements a second."""
    publish(run.settings, [*run.messages(0, end)])
    options = ("--member", MEMBER, "--seconds", "2")
    log = run.folder / "archiver.log"
    archiver, rng = start(run.settings, *options, log=log), Random(7)
    rate = 0.0
    try:
        for _ in range(KILLS):
            time.sleep(rng.uniform(2.0, 8.0))
            archiver.kill()
            archiver.wait()
            archiver = start(run.settings, *options, log=log)
        rate = applied_per_sec(run.settings, sum(_ends(run.settings)), patience_sec=1200)
        wait_until(lambda: is_idle(run.settings), "the first part is applied", 1200, workers.logs)
    finally:
        archiver.terminate()
        archiver.wait(120)
    run.told("archive", "run", "--once", "--member", MEMBER)
    report = Archived()
    compare(run.settings, report)
    print(f"archiver killed (-9)                    {KILLS:10d}")
    print(f"messages logged, archived               {report.messages:10,} {report.archived:,}")
    print(f"differences, findings                   {report.differences} {report.findings}")
    print(f"live stream, statements/s               {rate:10,.0f}")
    return rate


def _ends(settings: Settings) -> list[int]:
    return [*Admin(settings.kafka).ends(settings.prefix + EVENTS.name).values()]


def _recalibrated(run: Run, options: argparse.Namespace) -> str:
    wanted = ("--report", str(options.report)) if options.report else ()
    made, seconds = run.told("recalibrate", *wanted)
    print(f"recalibrate, s                          {seconds:10.0f}")
    print(f"verdict                                 {made['verdict']}")
    return str(made["version"])


def _promoted(run: Run, version: str, first: int, rate: float) -> None:
    rest = [*run.messages(first, len(run.statements))]
    with Load(run.settings, rest, rate) as load:
        load.window("before")
        time.sleep(20)
        load.window("promote")
        _, promoting = run.told("models", "promote", version)
        time.sleep(10)
        load.window("rollback")
        _, rolling = run.told("models", "rollback")
        time.sleep(10)
        load.window("after")
        load.wait()
    print(f"promote, roll back, s, whole command    {promoting:10.1f} {rolling:.1f}")
    for line in load.report():
        print(line)


def _replayed(run: Run, live: float) -> None:
    run.told("archive", "run", "--once", "--member", MEMBER)
    made, seconds = run.told("replay", "--from", "archive")
    rate = made["events"] / seconds
    print(f"replay from the archive, events/s       {rate:10,.0f}   {rate / live:.1f} times live")
    verified, seconds = run.told("replay", "verify", "--from", "archive")
    different = len(verified["differences"])
    print(f"features compared, different            {verified['features']:10,} {different:,}")


if __name__ == "__main__":
    sys.exit(main())
