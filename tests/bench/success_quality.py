"""How well success is predicted on public data, one pass, beside the mean of each item.

    STEPSTREAM_DATA=<folder> python -m tests.bench.success_quality [--rows N] [set ...]

Prequential: each answer is predicted, scored, and only then learned, in the order of the file, the
way of every event: LearningEvent -> trace -> features of the learner's state -> model. One setting
for all sets. A clock that is a position is read as one answer a minute.
"""

import argparse
import csv
import gzip
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from online_models.contract import Features
from online_models.items import ItemModel
from online_models.prequential import Prequential, Quality
from online_models.success import SuccessModel
from processors.learning import features_of
from processors.state import LearnerState, apply, fresh
from processors.trace import Trace, trace_of
from schemas.event import LearningEvent
from schemas.kinds import Kind

SECONDS_A_TICK = {
    "assist09_gervet": 60.0,
    "assist2015_dkvmn": 60.0,
    "algebra05_t20": 1.0,
    "memphis_cloze": 1.0,
    "oulad_assessments_ge80": 86_400.0,
}
START = 1_400_000_000.0
"""POSIX seconds of the first event of clocks that do not start in 1970."""
ANSWERED = "http://adlnet.gov/expapi/verbs/answered"


class Report(NamedTuple):
    """What one set came to."""

    model: Quality
    item_mean: Quality
    keys: int
    features: float
    """Mean number of features that are not 0."""
    model_us: float
    """Predict and learn."""
    total_us: float


def events(folder: Path, name: str, rows: int) -> Iterator[LearningEvent]:
    """The first `rows` answers of a set."""
    with gzip.open(folder / "learners" / f"{name}.csv.gz", "rt") as file:
        for n, row in enumerate(islice(csv.DictReader(file), rows)):
            yield event_of(name, n, row)


def event_of(name: str, n: int, row: dict[str, str]) -> LearningEvent:
    """One row as the event that an LMS would have caused."""
    ticks = float(row["timestamp_or_order"]) * SECONDS_A_TICK[name]
    at = ticks if ticks > START / 2 else START + ticks
    return LearningEvent(
        id=f"{name}/{n}",
        learner=row["user_id"],
        kind=Kind.ANSWERED,
        verb=ANSWERED,
        activity=f"https://lms.example/{name}/items/{row['item_id']}",
        occurred_at=at,
        received_at=at,
        outcome=float(row["correct"]),
        skills=tuple(f"{name}/{skill}" for skill in row["skill_ids"].split(";") if skill),
        content="question",
    )


def measure(
    answers: Iterator[LearningEvent],
    model: SuccessModel,
    inputs: Callable[[LearnerState, LearningEvent, Trace], Features] = features_of,
) -> Report:
    """Predict, score and learn every answer."""
    states: dict[str, LearnerState] = {}
    items, mine, theirs = ItemModel(), Prequential(), Prequential()
    started, spent, width, count = perf_counter(), 0.0, 0, 0
    for event in answers:
        state = states.setdefault(event.learner, fresh())
        trace = trace_of(event)
        outcome = trace.outcome or 0.0
        x = inputs(state, event, trace)
        before = perf_counter()
        predicted = model.predict_one(x)
        model.learn_one(x, outcome)
        spent += perf_counter() - before
        mine.update(predicted, outcome)
        theirs.update(1.0 - items.difficulty(trace.activity), outcome)
        items.learn(trace.activity, outcome, None)
        apply(state, trace)
        width += len(x)
        count += 1
    total = perf_counter() - started
    per_event = 1e6 / max(count, 1)
    return Report(
        mine.total(),
        theirs.total(),
        len(model.state()),
        width / max(count, 1),
        spent * per_event,
        total * per_event,
    )


def main() -> None:
    """Print a line a set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", default=list(SECONDS_A_TICK))
    parser.add_argument("--rows", type=int, default=60_000, help="first answers of each set")
    chosen = parser.parse_args()
    folder = os.environ.get("STEPSTREAM_DATA")
    if not folder:
        sys.exit("set STEPSTREAM_DATA to the folder that holds learners/*.csv.gz")
    sys.stdout.write(
        f"{'set':24s} {'answers':>8s} | {'AUC':>6s} {'item':>6s} | {'loss':>6s} {'item':>6s} |"
        f" {'ECE':>6s} | {'keys':>6s} {'feat.':>5s} | us: model, all\n"
    )
    for name in chosen.sets:
        done = measure(events(Path(folder), name, chosen.rows), SuccessModel())
        sys.stdout.write(
            f"{name:24s} {done.model.events:8d} | {done.model.auc:.4f} {done.item_mean.auc:.4f} |"
            f" {done.model.log_loss:.4f} {done.item_mean.log_loss:.4f} | {done.model.ece:.4f} |"
            f" {done.keys:6d} {done.features:5.1f} | {done.model_us:.0f}, {done.total_us:.0f}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
