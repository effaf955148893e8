"""Time and memory of a pass over archives that grow; is time linear, is memory bounded?

    PYTHONPATH=.:tests python -m bench.recalibration --sizes 100000 300000 1000000 --plot growth.png
    PYTHONPATH=.:tests python -m bench.recalibration --features --sizes 1000000 10000000

Each size is generated into a temporary folder (not counted), then gone through by a process of its
own: read, decoded, learned by all models, states and receipts in the working file, checkpoints.
`--features` leaves the models out: what is left is what grows with learners and events.
"""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from bench.conditions import conditions
from harness.generated_archive import Plan as Generated
from harness.generated_archive import generate

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.passes.partitions import Partitions
from offline.passes.passing import steps
from offline.passes.working_file import WorkingFile
from offline.places import Place
from online_models.replica import Replica
from processors.learning import Taught, learn
from processors.state import LearnerState
from processors.trace import Trace
from schemas.event import LearningEvent

EVENTS_A_LEARNER = 50
WINDOW = 32_768


def _nothing(models: Replica, state: LearnerState, event: LearningEvent, trace: Trace) -> Taught:
    del models, state, event, trace
    return Taught([], None)


def measure(folder: Path, *, features: bool) -> dict[str, float]:
    """Go once through the archive in `folder`; figures of this very process."""
    source = ArchiveSource(Archive(Place(str(folder / "archive"))))
    file = WorkingFile(folder / "work.sqlite")
    partitions = Partitions(file, Replica(), WINDOW, _nothing if features else learn)
    started, busy = perf_counter(), process_time()
    for _ in steps(source, source.ends(), partitions):
        pass
    spent, busy = perf_counter() - started, process_time() - busy
    return {
        "events": partitions.done,
        "seconds": spent,
        "processor_seconds": busy,
        "events_a_second": partitions.done / spent,
        "events_a_processor_second": partitions.done / busy,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file_mib": (folder / "work.sqlite").stat().st_size / 1024**2,
        "learners": max(1, partitions.done // EVENTS_A_LEARNER),
    }


def measured(size: int, *, features: bool) -> dict[str, Any]:
    """The figures of an archive of `size` events."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        learners = max(1, size // EVENTS_A_LEARNER)
        generate(Place(str(folder / "archive")), Generated(events=size, learners=learners))
        told = subprocess.run(
            [
                sys.executable,
                *("-m", "bench.recalibration", "--one", made),
                *(["--features"] if features else []),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
        return found


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Time and memory by the number of events, a picture."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure((8, 3.5), layout="constrained")
    events = [row["events"] / 1e6 for row in rows]
    time, memory = figure.subplots(1, 2)
    for axes, name, label in (
        (time, "processor_seconds", "processor seconds"),
        (memory, "peak_mib", "peak MiB"),
    ):
        axes.plot(events, [row[name] for row in rows], marker="o")
        axes.set(xlabel="million events", ylabel=label, ylim=(0, None))
        axes.grid(visible=True)
    figure.savefig(path, dpi=120)


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 300_000])
    parser.add_argument("--features", action="store_true")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--one", type=Path)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one, features=asked.features)))
        return
    print(conditions())
    rows = []
    for size in asked.sizes:
        rows.append(measured(size, features=asked.features))
        told = "  ".join(f"{name} {value:,.0f}" for name, value in rows[-1].items())
        print(told, flush=True)
    if asked.plot:
        draw(rows, asked.plot)


if __name__ == "__main__":
    main()
