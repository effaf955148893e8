"""The whole of `stepstream recalibrate` but for Redis and Kafka, watched stage by stage.

Live is what a stream of twelve partitions has learned by itself: no version was promoted before.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.archived import Source
from offline.fit.plan import Plan
from offline.fit.recalibration import Origin, Recalibration, Wish
from offline.fit.twin import Stream
from offline.places import Place
from offline.proof import DEFAULT
from offline.proposals import mine, sentences
from offline.report import About
from stream.recalibrating import Prover
from stream.settings import Settings

PARTITIONS = 12
_AT = 1.8e9


class Stage(NamedTuple):
    """A part of the job."""

    name: str
    seconds: float
    processor_seconds: float
    peak_mib: float
    """Largest resident memory during it."""


class Stages:
    """Told of progress as the job tells it; measures what lies between two names."""

    def __init__(self) -> None:
        self.all: list[Stage] = []
        self._name = "begin"
        self._reset()

    def __call__(self, what: str, done: int, total: int) -> None:
        """See `offline.fit.fitting.Watch`."""
        del done, total
        if what != self._name:
            self.end()
            self._name = what

    def _reset(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")
        self._started = perf_counter(), process_time()

    def end(self) -> None:
        """The stage is over."""
        started, busy = self._started
        spent = perf_counter() - started, process_time() - busy
        self.all.append(Stage(self._name, *spent, _peak_mib()))
        self._reset()


def _peak_mib() -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return peak / 1024


def measure(folder: Path, learners: float) -> dict[str, float]:
    """Recalibrate on the archive in `folder`; figures of this very process, and of its stages."""
    source = ArchiveSource(Archive(Place(str(folder / "archive"))), learners=learners)
    watch = Stages()
    started, busy = perf_counter(), process_time()
    about = About(version="bench", created_at=_AT, proposals=_mined(source, watch))
    work = Recalibration(folder / "work", _wish(learners), _origin_of(source), watch)
    done = work.run(source, None, Prover(about, DEFAULT, learners))
    spent = perf_counter() - started, process_time() - busy
    watch.end()
    files = sum(path.stat().st_size for path in (folder / "work").glob("*.sqlite*"))
    work.done()
    for stage in watch.all:
        print(
            f"    {stage.name:28s}{stage.seconds:9.1f} s{stage.processor_seconds:9.1f} s processor"
            f"{stage.peak_mib:8,.0f} MiB",
            file=sys.stderr,
            flush=True,
        )
    return {
        "events": sum(source.ends().values()) + len(source.ends()),
        "learned": done.fitted.events,
        "seconds": spent[0],
        "processor_seconds": spent[1],
        "peak_mib": max(stage.peak_mib for stage in watch.all),
        "files_mib": files / 1024**2,
        "passed": float(done.proved is not None and done.proved.verdict.passed),
    }


def _wish(learners: float) -> Wish:
    settings = Settings()
    window = settings.statement_window
    stream = Stream(PARTITIONS, settings.merge_every, window)
    return Wish(plan=Plan(statement_window=window), stream=stream, learners=learners)


def _origin_of(source: Source) -> Callable[[], Origin]:
    return lambda: Origin(1, source.ends(), {}, "", _AT)


def _mined(source: Source, watch: Stages) -> tuple[str, ...]:
    watch("mining proposals", 0, 0)
    return tuple(sentences(mine(source, source.ends())))
