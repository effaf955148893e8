"""What each thing that recalibration keeps in memory takes when it is full, one after the other.

    PYTHONPATH=.:tests python -m bench.bounds

Growth of the resident memory, MiB: states of learners with 50 answers each, on as many questions
and 20 skills, decoded; receipts of twelve partitions, two windows each; turns that wait for an
outcome; the numbers of one merged replica whose largest model has as many as a merge lets live.
"""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from harness.archives import event

from offline.fit.labels import MOST_TURNS, MOST_WAITING, Labels, Turn
from offline.passes.partitions import MOST_STATES
from offline.passes.window import Window
from online_models.replica import Replica
from online_models.success import SuccessModel
from online_models.tables import Base, ModelBase, Table
from processors.receipts import Receipt, encode_receipt
from processors.state import LearnerState, apply, decode, encode, fresh
from processors.trace import trace_of
from schemas.codec import hash64
from stream.settings import Settings

PARTITIONS = 12
EVENTS_A_LEARNER, SKILLS = 50, 20
_START, _HOUR = 1.79e9, 3_600.0


def states() -> list[LearnerState]:
    """As many as are kept decoded."""
    state = fresh()
    for number in range(EVENTS_A_LEARNER):
        made = event(number, at=_START + _HOUR * number)
        other = replace(made, activity=f"item {number}", skills=(f"skill {number % SKILLS}",))
        apply(state, trace_of(other))
    blob = encode(state)
    return [decode(blob) for _ in range(MOST_STATES)]


def receipts() -> list[Window]:
    """Of all partitions, as long as a statement may be known again."""
    width = Settings().statement_window
    trace, digest = trace_of(event(1)), bytes(8)
    found = []
    for partition in range(PARTITIONS):
        window = Window(partition, width)
        for offset in range(2 * width):
            window.reach(offset)
            receipt = encode_receipt(Receipt(f"{offset:032x}", digest, trace))
            window.add({hash64(f"{partition}/{offset}"): receipt})
        found.append(window)
    return found


def waiting() -> Labels:
    """Skills of learners that wait for an outcome, with as many turns as are kept."""
    labels = Labels()
    for learner in range(MOST_WAITING):
        for turn in range(MOST_TURNS):
            at = _START + _HOUR * turn
            labels.turn(hash64(f"{learner}"), (1,), Turn(hash64(f"{turn}"), at, 0.5 + 0.01 * turn))
    return labels


def numbers() -> Replica:
    """A replica on a base whose table of success is full."""
    names = np.array([b"%016x" % number for number in range(SuccessModel.merging.max_parameters)])
    width = min(SuccessModel.merging.rules)
    table = Table(names, np.full((len(names), width), 0.5))
    replica = Replica()
    replica.restore({}, Base(1, {SuccessModel.name: ModelBase({width: table})}))
    return replica


def _resident_mib() -> float:
    gc.collect()
    status = Path("/proc/self/status").read_text().splitlines()
    (kib,) = (int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return kib / 1024


FULL: dict[str, Callable[[], object]] = {
    "states": states,
    "receipts": receipts,
    "turns that wait": waiting,
    "numbers of success": numbers,
}


def main() -> None:
    """Print a line each."""
    kept = []
    print(f"{'before':20}{_resident_mib():6.0f} MiB")
    for name, fill in FULL.items():
        before = _resident_mib()
        kept.append(fill())
        print(f"{name:20}{_resident_mib() - before:6.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
