"""What archiving, compacting, listing, reading and asking cost, as the archive grows.

    PYTHONPATH=.:tests python -m bench.archive --events 1,5,10 --plots FOLDER

Archives of so many million generated events (and a queue of ten items for every hundredth) are made
in a temporary folder; each step runs in a process of its own, whose largest resident memory and CPU
time are taken: others on the machine disturb that time least. `archive` puts 200,000 messages
through the archiver's own code, without Kafka.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.conditions import conditions
from harness.generated_archive import Plan, generate
from harness.workers import ROOT
from matplotlib.figure import Figure

from offline.archive.appending import Appender, Span
from offline.archive.compaction import compact
from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource, rows
from offline.archive.schemas import EVENT, QUEUE
from offline.places import Place
from offline.warehouse.duck import Memory, Warehouse
from schemas.codec import decode_json, encode_json
from stream.settings import Settings

MILLION = 1_000_000
ARCHIVED = 200_000
DECODED = 2 * MILLION
"""So many events are decoded at most."""
QUEUE_EVERY = 100
DAYS = 60
FILES_A_DAY = 4
LIMIT = Settings().warehouse_memory
_GIB_KIB = 1024 * 1024


class Cost(NamedTuple):
    """What a step took."""

    step: str
    events: int
    """What it went through."""
    seconds: float
    cpu_sec: float
    memory_kib: int
    """Largest resident memory of its process."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", default="1,5,10", help="millions, with commas between")
    parser.add_argument("--plots", type=Path, help="folder for archive.png")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        events = int(options.events)
        print(encode_json(list(_measured(options.step, Path(options.folder), events))).decode())
        return
    print(conditions())
    costs: dict[int, list[Cost]] = {}
    for millions in map(float, options.events.split(",")):
        events = round(millions * MILLION)
        with tempfile.TemporaryDirectory() as folder:
            costs[events] = _all_steps(Path(folder), events)
    if options.plots:
        _draw(costs, options.plots)


def _all_steps(folder: Path, events: int) -> list[Cost]:
    print(f"\n{events:,} events")
    costs = []
    for step in STEPS:
        costs.append(_in_a_process(step, folder, events))
        cost = costs[-1]
        print(
            f"  {cost.step:24s}{cost.seconds:8.1f} s{cost.cpu_sec:8.1f} s CPU"
            f"{cost.events / cost.cpu_sec:14,.0f} events a CPU second"
            f"{cost.memory_kib / 1024:9,.0f} MiB",
            flush=True,
        )
        if step == "compact":
            print(f"  {_bytes(folder) / events:.1f} bytes an event in Parquet", flush=True)
    return costs


def _in_a_process(step: str, folder: Path, events: int) -> Cost:
    command = [sys.executable, "-m", "bench.archive", "--step", step]
    command += ["--folder", str(folder), "--events", str(events)]
    done = subprocess.run(command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, check=True)
    return Cost(*decode_json(done.stdout))


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": ".:tests"}


def _bytes(folder: Path) -> int:
    return sum(
        path.stat().st_size for path in (folder / "archive" / EVENT.topic).rglob("*.parquet")
    )


def _measured(step: str, folder: Path, events: int) -> Cost:
    archive = Archive(Place(str(folder / "archive")))
    work = STEPS[step](archive, events)
    started, cpu = time.perf_counter(), time.process_time()
    done = work()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    status = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return Cost(step, done, seconds, cpu, peak)


def _generate(archive: Archive, events: int) -> int:
    chunk = -(-events // (DAYS * FILES_A_DAY))
    plan = Plan(events, days=DAYS, chunk=chunk, queue_every=QUEUE_EVERY)
    generate(archive.place, plan)
    return events


def _compact(archive: Archive, events: int) -> int:
    for topic in (EVENT.topic, QUEUE.topic):
        compact(archive, topic, whole=True)
    return events


def _list(archive: Archive, events: int) -> int:
    listing = archive.listing(EVENT.topic)
    assert sum(live.footer.rows for live in listing.each()) == events
    assert not listing.findings
    return events


def _read(archive: Archive, events: int) -> int:
    source = ArchiveSource(archive)
    count = sum(1 for _ in source.read_raw({}, source.ends()))
    assert count == events
    return count


def _read_decoded(archive: Archive, _events: int) -> int:
    source = ArchiveSource(archive)
    return sum(1 for _ in islice(source.read({}, source.ends()), DECODED))


def _archive(archive: Archive, _events: int) -> Callable[[], int]:
    listing = archive.listing(EVENT.topic)
    found = [
        (partition, row)
        for partition in listing.files
        for row in islice(rows(archive, EVENT.topic, partition), ARCHIVED // len(listing.files))
    ]

    def work() -> int:
        again = Archive(Place(f"{archive.place.url}-again"))
        appenders = {p: Appender(again, EVENT.topic, p, Span(0)) for p in listing.files}
        for partition, row in found:
            appenders[partition].add(row)
        for appender in appenders.values():
            appender.flush()
        return len(found)

    return work


ASKED = {
    "events": "SELECT kind, COUNT(*), COUNT(DISTINCT learner) FROM events GROUP BY kind",
    "statements": "SELECT happened_on, COUNT(*), AVG(outcome) FROM statements GROUP BY happened_on",
    "attempts": "SELECT attempt, COUNT(*), AVG(outcome), AVG(seconds_since) "
    "FROM attempts GROUP BY attempt",
    "learner_days": "SELECT happened_on, COUNT(*), AVG(minutes_spent), AVG(seconds_away) "
    "FROM learner_days GROUP BY happened_on",
    "activities": "SELECT COUNT(*), AVG(mean_outcome), AVG(learners) FROM activities",
    "recommendations": "SELECT item_rank, COUNT(*), AVG(propensity) "
    "FROM recommendations GROUP BY item_rank",
    "followed": "SELECT item_rank, COUNT(*), AVG(was_next / propensity), AVG(was_followed), "
    "AVG(followed_after_sec), AVG(best_outcome) FROM followed GROUP BY item_rank",
}
"""A question to each view that goes through all of it."""


def _asked(view: str) -> Callable[[Archive, int], int]:

    def ask(archive: Archive, events: int) -> int:
        with (
            tempfile.TemporaryDirectory() as spill,
            Warehouse(archive, Memory(LIMIT, Path(spill)), threads=1) as warehouse,
        ):
            assert list(warehouse.ask(ASKED[view]).rows)
        return events

    return ask


def _later(step: Callable[[Archive, int], int]) -> Callable[[Archive, int], Callable[[], int]]:
    return lambda archive, events: lambda: step(archive, events)


STEPS: dict[str, Callable[[Archive, int], Callable[[], int]]] = {
    "generate": _later(_generate),
    "compact": _later(_compact),
    "list": _later(_list),
    "read in order, bytes": _later(_read),
    "read in order, events": _later(_read_decoded),
    "archive": _archive,
    **{f"view {view}": _later(_asked(view)) for view in ASKED},
}


def _draw(costs: dict[int, list[Cost]], folder: Path) -> None:
    lines: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for events, found in sorted(costs.items()):
        for cost in found:
            if cost.step not in {"archive", "read in order, events"}:
                point = (events / MILLION, cost.cpu_sec, cost.memory_kib / _GIB_KIB)
                lines[cost.step].append(point)
    figure = Figure((11.0, 5.0), layout="constrained")
    seconds, memory = figure.subplots(1, 2)
    for step, points in lines.items():
        millions, took, held = zip(*points, strict=True)
        seconds.plot(millions, took, "o-", label=step)
        memory.plot(millions, held, "o-")
    memory.axhline(2.0, color="gray", linestyle="--")
    memory.set(xlabel="million events", ylabel="largest resident memory, GiB", ylim=(0, 2.2))
    seconds.set(xlabel="million events", ylabel="CPU seconds, one core")
    seconds.legend(fontsize="small")
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "archive.png")


if __name__ == "__main__":
    main()
