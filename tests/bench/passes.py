"""What several passes over the same events are worth: losses on what came later, model by model.

    STEPSTREAM_DATA=... PYTHONPATH=.:tests python -m bench.passes assist09_gervet [--rows N]

    ... python -m bench.passes assist09_gervet --held-out [--learners SHARE]

The first 80 % of the events are learned in one pass or several, each time as one of `SETTINGS`
says; the rest is predicted and learned as the stream would. Losses are means of what is later: nats
of probabilities, squared errors of values; `items` and `means` are judged as the baselines that
they serve as. With `--held-out`: AUC, log-loss and ECE of success of users from whom nothing was
learned, as `stepstream evaluate success` holds them out; of the others, a share may teach.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from math import log
from pathlib import Path
from statistics import fmean
from time import process_time

import numpy as np
from harness.events_that_were import InMemory

from offline.answers import read_answers, read_names
from offline.archived import Offsets
from offline.chosen import chosen
from offline.clocks import clock_of
from offline.events import Events
from offline.fit.fitting import Fit
from offline.fit.plan import Plan, fading_share
from offline.outcomes.duration import with_gaps
from offline.outcomes.engagement import statements_of
from offline.outcomes.worlds import Finishing, Teaching, Working
from offline.passes import passing
from offline.passes.partitions import Partitions, Shares
from offline.passes.passing import Fading, steps
from offline.passes.working_file import WorkingFile
from offline.protocols import held_out_rows
from offline.scores import scores
from online_models.block import BlockRule
from online_models.meaning import MODELS
from online_models.merge_rules import DenseGaussian, Mean, Newest
from online_models.merging import Merging, tempered
from online_models.monitor import PROBABILITIES
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.tables import Tables
from schemas.event import LearningEvent

Keep = Callable[[Merging], Mapping[int, float]]


def _blocks(share: float) -> Keep:
    return lambda merging: {
        w: share for w, rule in merging.rules.items() if isinstance(rule, BlockRule)
    }


def _all(share: float) -> Keep:
    return lambda merging: dict.fromkeys(merging.rules, share)


def _dense(merging: Merging) -> dict[int, float]:
    kinds = BlockRule, DenseGaussian, Mean, Newest
    return {w: 1.0 for w, rule in merging.rules.items() if isinstance(rule, kinds)}


def _fading(done: float, then: float) -> Shares:
    share = fading_share(done, then)
    return {model.name: share for model in MODELS}


SETTINGS: dict[str, tuple[int, Keep, Fading]] = {
    "one pass": (1, _all(1.0), lambda *_: {}),
    "one pass, recency by fading": (1, _all(1.0), _fading),
    "two, blocks warm, the rest anew": (2, _blocks(1.0), lambda *_: {}),
    "two, blocks at .2, the rest anew": (2, _blocks(0.2), lambda *_: {}),
    "two, blocks at 0, the rest anew": (2, _blocks(0.0), lambda *_: {}),
    "two, blocks, blend, factors warm": (2, _dense, lambda *_: {}),
    "three, blocks warm, the rest anew": (3, _blocks(1.0), lambda *_: {}),
    "two, everything at 0": (2, _all(0.0), lambda *_: {}),
    "two, everything at .2": (2, _all(0.2), lambda *_: {}),
    "two, everything at 1 (naive)": (2, _all(1.0), lambda *_: {}),
}


PLANS = {
    "plan": Plan(statement_window=1),
    "plan, not calibrated": Plan(statement_window=1, calibrate=False),
    "plan, no recency": Plan(statement_window=1, recency=False),
}


def losses(source: InMemory, setting: str) -> dict[str, float]:
    """Mean loss by model on the last fifth."""
    cut, plan = source.cut(0.8), PLANS.get(setting)
    partitions = _passed(source, cut, setting) if plan is None else _planned(source, cut, plan)
    found: dict[str, list[float]] = defaultdict(list)
    for step in steps(source, source.ends(), partitions):
        for one in step.observations:
            found[one.model].append(_loss(one, one.predicted))
            found[_BASELINES[one.model]].append(_loss(one, one.baseline))
    return {name: fmean(values) for name, values in sorted(found.items())}


def _passed(source: InMemory, cut: Offsets, setting: str) -> Partitions:
    passes, keep, fading = SETTINGS[setting]
    partitions = Partitions(WorkingFile(), Replica(), 1)
    for number in range(passes):
        if number:
            partitions.restart(_kept(partitions.numbers(), keep))
        for _ in steps(source, cut, partitions, fading):
            pass
    return partitions


def _planned(source: InMemory, cut: Offsets, plan: Plan) -> Partitions:
    file = WorkingFile()
    fit = Fit(source, cut, file, plan)
    print(fit.run().metrics["calibration"])
    partitions = Partitions(file, Replica(), 1)
    partitions.adopt(partitions.numbers())
    return partitions


_BASELINES = {
    "success": "items",
    "duration": "items: log minutes",
    "engagement": "means: engagement",
    "retention": "means: retention",
    "gain": "means: gain",
    "relevance": "popularity",
}


def _loss(one: Observation, predicted: float) -> float:
    if one.model not in PROBABILITIES:
        return (predicted - one.observed) ** 2
    p = min(max(predicted, 1e-6), 1.0 - 1e-6)
    return -(one.observed * log(p) + (1.0 - one.observed) * log(1.0 - p))


def _kept(numbers: Mapping[str, Tables], keep: Keep) -> dict[str, Tables]:
    rules = {model.name: model.merging for model in MODELS}
    return {
        name: tempered(rules[name], tables, keep(rules[name])) for name, tables in numbers.items()
    }


def held_out(name: str, data: Path, setting: str, learners: float) -> str:
    """Measures of success on users from whom the shared parameters learned nothing.

    Args:
        name: of the data set.
        data: where they are.
        setting: one of `SETTINGS` or `PLANS`.
        learners: share of the others from whom they learned.
    """
    path = data / "learners" / f"{name}.csv.gz"
    answers, users = read_answers(path), path.with_name(f"{name}.testusers.txt")
    test = held_out_rows(answers, read_names(users) if users.exists() else None)
    assert test is not None
    told = Events(answers, clock_of(answers, "auto"))
    keys = np.array([user.encode() for user in answers.users])
    some = chosen(keys.view(np.uint8).reshape(len(keys), -1), learners)
    others = InMemory(map(told, np.flatnonzero(~test & some[answers.user]).tolist()), 1)
    plan = PLANS.get(setting)
    partitions = (
        _passed(others, others.ends(), setting)
        if plan is None
        else _planned(others, others.ends(), plan)
    )
    partitions.models.frozen = True
    rows = np.flatnonzero(test)
    apart = InMemory(map(told, rows.tolist()), 1)
    found = [partitions.apply(row._replace(partition=1))[-1].predicted for row in apart.rows]
    measured = scores(np.array(found), answers.correct[rows])
    return f"AUC {measured.auc:.4f}  log-loss {measured.log_loss:.4f}  ECE {measured.ece:.4f}"


def events_of(name: str, data: Path, rows: int | None) -> Iterable[LearningEvent]:
    """Of a data set, or of one of the made-up worlds."""
    worlds = {"Finishing": Finishing, "Teaching": Teaching, "Working": Working}
    if name in worlds:
        return worlds[name]().events()
    if name == "ralph_funmooc":
        return statements_of(data / "xapi" / "valid" / "ralph_funmooc.jsonl.gz")
    answers = read_answers(data / "learners" / f"{name}.csv.gz", rows)
    clock = clock_of(answers, "auto")
    told = Events(answers, clock)
    if "second" in clock.meaning:
        return with_gaps(told, len(answers))
    return map(told, range(len(answers)))


def main(name: str, data: Path, rows: int | None, only: str, apart: float) -> None:
    """Print a line a setting."""
    source = InMemory([] if apart else events_of(name, data, rows), 1)
    for setting in (*SETTINGS, *PLANS):
        if only and not any(one in setting for one in only.split(";")):
            continue
        started = process_time()
        if apart:
            told = held_out(name, data, setting, apart)
        else:
            found = losses(source, setting)
            told = "  ".join(f"{model} {value:.4f}" for model, value in found.items())
        print(
            f"{name} {len(source.rows)}  {setting:34}  {told}  {process_time() - started:.0f}s",
            flush=True,
        )


if __name__ == "__main__":
    import os

    passing.FEWEST = 1_000  # twenty checkpoints on small sets, too
    asked = sys.argv[1:]
    rows = int(asked[asked.index("--rows") + 1]) if "--rows" in asked else None
    only = asked[asked.index("--only") + 1] if "--only" in asked else ""
    share = float(asked[asked.index("--learners") + 1]) if "--learners" in asked else 1.0
    apart = share if "--held-out" in asked else 0.0
    main(asked[0], Path(os.environ["STEPSTREAM_DATA"]), rows, only, apart)
