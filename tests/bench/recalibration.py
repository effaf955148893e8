"""Time and memory of recalibration over archives that grow; is time linear, is memory bounded?

    PYTHONPATH=.:tests python -m bench.recalibration --sizes 100000 300000 1000000 --plot growth.png
    PYTHONPATH=.:tests python -m bench.recalibration --features --sizes 1000000 10000000
    PYTHONPATH=.:tests python -m bench.recalibration --whole --sizes 500000 1000000
    PYTHONPATH=.:tests python -m bench.recalibration --whole --learners 0.02 --sizes 50000000

Each size is generated into a temporary folder (not counted), then gone through by a process of its
own. By default once: read, decoded, learned by all models, states and receipts in the working file,
checkpoints. `--features` leaves the models out: what is left is what grows with learners and
events. `--whole` is the job as the command does it, on a share of the learners: proposals, two
passes, the live models once more, the proof with its report, the newest part.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from bench import whole_job
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
DAYS, FILES_A_DAY = 60, 4
WINDOW = 32_768
LIMIT_MIB = 2048
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS")


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


def measured(size: int, options: Sequence[str]) -> dict[str, Any]:
    """The figures of an archive of `size` events."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        learners = max(1, size // EVENTS_A_LEARNER)
        chunk = -(-size // (DAYS * FILES_A_DAY))
        plan = Generated(events=size, learners=learners, days=DAYS, chunk=chunk)
        generate(Place(str(folder / "archive")), plan)
        told = subprocess.run(
            [sys.executable, "-m", "bench.recalibration", "--one", made, *options],
            env=os.environ | dict.fromkeys(_ONE_THREAD, "1"),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
        return found


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Time and memory by the number of events, a picture."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure((8, 3.5), layout="constrained")
    time, memory = figure.subplots(1, 2)
    for axes, name, label in (
        (time, "processor_seconds", "processor seconds"),
        (memory, "peak_mib", "peak MiB"),
    ):
        for share in sorted({row["share"] for row in rows}, reverse=True):
            of = [row for row in rows if row["share"] == share]
            events = [row["events"] / 1e6 for row in of]
            axes.plot(events, [row[name] for row in of], marker="o", label=f"{share:.3g}")
        axes.set(xlabel="million events", ylabel=label, ylim=(0, None))
        axes.grid(visible=True)
    time.legend(title="share of learners")
    memory.axhline(LIMIT_MIB, color="gray", linestyle="--")
    memory.set(ylim=(0, max(1.1 * LIMIT_MIB, *(row["peak_mib"] for row in rows))))
    figure.savefig(path, dpi=100)


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 300_000])
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--features", action="store_true")
    kind.add_argument("--whole", action="store_true")
    parser.add_argument("--learners", type=float, default=1.0, help="share, with --whole")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--rows", type=Path, help="JSON lines: added to, and drawn with the rest")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(_one(asked)))
        return
    print(conditions())
    options = ["--features"] if asked.features else []
    if asked.whole:
        options = ["--whole", "--learners", str(asked.learners)]
    rows = _known(asked.rows)
    for size in asked.sizes:
        rows.append({"share": asked.learners, **measured(size, options)})
        told = "  ".join(f"{name} {value:,.4g}" for name, value in rows[-1].items())
        print(told, flush=True)
        if asked.rows:
            with asked.rows.open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    if asked.plot:
        draw(rows, asked.plot)


def _one(asked: argparse.Namespace) -> dict[str, float]:
    if asked.whole:
        return whole_job.measure(asked.one, asked.learners)
    return measure(asked.one, features=asked.features)


def _known(path: Path | None) -> list[dict[str, Any]]:
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
