"""The offline job on a live stream, from the first event to the roll-back: what comes out.

    PYTHONPATH=.:tests python -m harness.offline_job [--events 300000] [--report report.html]

A real Kafka, a real Valkey and one worker. Statements of public data sets
(STEPSTREAM_DATA; simulated populations where there are none) and of a simulated organisation flow.

1. Most come at a pace, and the archiver is killed (-9) ten times meanwhile. The archive must hold
   each offset once, byte for byte.
2. `stepstream recalibrate` fits, proves on later events, and writes a version with its report.
3. The rest flows at a rate, and how old queues are is measured: before, while the version is
   promoted and rolled back, and after. No worker may restart and no event be lost.
4. On what has come since, the version is proved once more, and so are two planted ones, which
   must be refused: a worse one, and one that has seen the future.
5. `stepstream replay --from archive` builds everything anew, `replay verify` compares features.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from bench.conditions import conditions
from harness.archivers import MEMBER, compare, start
from harness.archivers import Report as Archived
from harness.commands import Done, stepstream, told
from harness.load import Load, Probes, quantile
from harness.mixed_statements import ORGANISATION, mixed
from harness.planted import plant
from harness.streams import is_idle, wait_until
from harness.workers import Workers, stack_settings

from schemas.codec import decode_json
from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin
from stream.settings import Settings
from stream.topics import ALL

KILLS = 10
FIRST = 0.8
"""Share of the statements that comes before the recalibration."""
_PROBES_PER_SEC = 20.0


@dataclass(frozen=True, slots=True)
class Run:
    """What all steps share."""

    settings: Settings
    statements: list[tuple[str, bytes]]
    folder: Path

    def command(self, *words: str) -> Done:
        """What `stepstream` with these words ended with."""
        return stepstream(self.settings, *words)

    def told(self, *words: str) -> tuple[dict[str, Any], float]:
        """What a command that must succeed says as JSON, and the seconds that it took."""
        started = time.perf_counter()
        found = told(self.settings, *words)
        return found, time.perf_counter() - started

    def refused(self, *words: str) -> str:
        """Why a command that must be refused was."""
        done = self.command(*words)
        if done.returncode != 1:
            raise RuntimeError(f"{' '.join(words)}: code {done.returncode}, not 1\n{done.stderr}")
        return _last(done.stderr or done.stdout)


def main() -> int:
    """The command."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the worker's log is told then, too
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--pace", type=float, default=1200.0)
    parser.add_argument("--rate", type=float, default=400.0)
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
            home=f"{name}/home",
        )
        Admin(settings.kafka).ensure(ALL, settings.prefix, settings.partitions)
        run = Run(settings, statements, Path(name))
        run.told("load", str(ORGANISATION))
        with Workers(settings, Path(name)) as workers:
            workers.start()
            try:
                _job(run, options, workers)
            finally:
                print(workers.logs()[-3000:])
    return 0


def _job(run: Run, options: argparse.Namespace, workers: Workers) -> None:
    end = int(FIRST * len(run.statements))
    _flow(run, end, options.pace, workers)
    version = _recalibrated(run, options)
    _promoted(run, version, end, options.rate)
    wait_until(lambda: is_idle(run.settings), "all is applied", 300, workers.logs)
    if workers.revive():
        raise RuntimeError(f"workers ended: {workers.exits}\n{workers.logs()}")
    print(f"put aside for their baselines           {_put_aside(run) or 'no model'}")
    run.told("archive", "run", "--once", "--member", MEMBER)
    _proved(run, version)
    _replayed(run)


def _proved(run: Run, version: str) -> None:
    """On the events that have come since, which no version was fitted on."""
    _prove(run, version, "the version on what came after it")
    for fault in ("worse", "future"):
        planted = plant(run.settings, version, fault)
        _prove(run, planted, f"planted: {fault}")
        print(
            f"promoting it                            {run.refused('models', 'promote', planted)}"
        )


def _prove(run: Run, version: str, what: str) -> None:
    """Prove it and say what that came to."""
    done = run.command("prove", version, "--json")
    verdict = decode_json(done.stdout)["verdict"]
    print(f"{what:38s}  {'passed' if verdict['passed'] else 'refused':>10}")
    for reason in verdict["reasons"]:
        print(f"  {reason}")


def _put_aside(run: Run) -> str:
    models = run.told("models")[0]["models"]
    aside = {one["name"]: len((one["measured"] or {}).get("put_aside", ())) for one in models}
    return ", ".join(f"{name} in {count} partitions" for name, count in aside.items() if count)


def _last(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else ""


def _flow(run: Run, end: int, pace: float, workers: Workers) -> None:
    """Publish, kill, archive; all is applied and archived then."""
    options = ("--member", MEMBER, "--seconds", "2")
    log = run.folder / "archiver.log"
    archiver, rng = start(run.settings, *options, log=log), Random(7)
    kills = 0
    try:
        with Load(run.settings, pace, run.statements[:end]) as load:
            while load.sent < end or kills < KILLS:
                time.sleep(rng.uniform(0.5, 1.5) * end / pace / (KILLS + 2))
                if kills < KILLS:
                    archiver.kill()
                    archiver.wait()
                    kills += 1
                    archiver = start(run.settings, *options, log=log)
        wait_until(lambda: is_idle(run.settings), "the first part is applied", 600, workers.logs)
    finally:
        archiver.terminate()
        archiver.wait(120)
    run.told("archive", "run", "--once", "--member", MEMBER)
    report = Archived()
    compare(run.settings, report)
    print(f"archiver killed (-9)                    {kills:10d}")
    print(f"messages logged, archived               {report.messages:10,} {report.archived:,}")
    print(f"differences, findings                   {report.differences} {report.findings}")


def _recalibrated(run: Run, options: argparse.Namespace) -> str:
    wanted = ("--report", str(options.report)) if options.report else ()
    started = time.perf_counter()
    done = run.command("recalibrate", "--json", *wanted)
    if not done.stdout:
        raise RuntimeError(f"recalibrate: code {done.returncode}\n{done.stderr}")
    made = decode_json(done.stdout)
    print(f"recalibrate, s                          {time.perf_counter() - started:10.0f}")
    print(f"events it was fitted on                 {made['events']:10,}")
    print(f"passed                                  {made['verdict']['passed']!s:>10}")
    for reason in made["verdict"]["reasons"]:
        print(f"  {reason}")
    if done.returncode:
        raise RuntimeError("the version did not pass, so nothing can be promoted")
    return str(made["id"])


def _promoted(run: Run, version: str, first: int, rate: float) -> None:
    marks, rest = {}, run.statements[first:]
    with Load(run.settings, rate, rest) as load, Probes(run.settings, _PROBES_PER_SEC) as probes:
        time.sleep(5)
        marks["before"] = time.perf_counter()
        time.sleep(20)
        marks["promote"] = time.perf_counter()
        _, promoting = run.told("models", "promote", version)
        time.sleep(10)
        marks["rollback"] = time.perf_counter()
        _, rolling = run.told("models", "rollback")
        time.sleep(10)
        marks["after"] = time.perf_counter()
        time.sleep(20)
        marks["end"] = time.perf_counter()
        load.wait()
    print(f"promote, roll back, s, whole command    {promoting:10.1f} {rolling:.1f}")
    for (name, begin), (_, end) in pairwise(marks.items()):
        ages = probes.between(begin, end)
        p50, p99, most = (1e3 * quantile(ages, share) for share in (0.5, 0.99, 1.0))
        print(f"queue age {name:9s} ms, p50 p99 most    {p50:10.0f} {p99:.0f} {most:.0f}")


def _replayed(run: Run) -> None:
    made, seconds = run.told("replay", "--from", "archive")
    print(f"replay from the archive, events/s       {made['events'] / seconds:10,.0f}")
    verified, seconds = run.told("replay", "verify", "--from", "archive")
    different = len(verified["differences"])
    print(f"features compared, different            {verified['features']:10,} {different:,}")


if __name__ == "__main__":
    sys.exit(main())
