"""Success: both protocols, on every data set that is there and on simulated learners."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from offline.answers import Answers, read_answers, read_names
from offline.clocks import clock_of
from offline.cold_start import Stage, by_item, by_learner
from offline.evaluate import Judged, judged_held_out, judged_prequential
from offline.events import Events
from offline.protocols import check_known, held_out_rows
from offline.quality.scenario import Figures, Pointless, Scenario
from offline.replay import Layout
from offline.simulated import Population, simulated
from online_models.success import SuccessModel

LIMITS = {"ece": 0.02, "auc_above_item_mean": 0.0, "auc_cold_above_item_mean": 0.0}
"""What must hold on all data, prequentially."""

_SETS = "learners"
_ENDING = ".csv.gz"
_FEWEST = 200
"""Answers of either outcome that an AUC of few answers needs to say anything."""


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """The scenarios of the simulated learners, then those of the sets in `data`."""
    yield from _both("simulated", partial(simulated, Population()), None, "")
    for path in sorted((data / _SETS).glob(f"*{_ENDING}")) if data else ():
        name = path.name.removesuffix(_ENDING)
        test = path.with_name(f"{name}.testusers.txt")
        yield from _both(name, partial(_read, path), test, f"{_SETS}/{path.name}")


def _both(
    name: str, source: Callable[[], Answers], test: Path | None, needs: str
) -> Iterator[Scenario]:
    def add(protocol: str, measure: Callable[[], Figures], **limits: float) -> Scenario:
        return Scenario(f"success/{name}/{protocol}", (SuccessModel.name,), measure, needs, limits)

    yield add("prequential", lambda: _prequential(_informative(source())), **LIMITS)
    yield add("held_out", lambda: _held_out(_informative(source()), test), auc_above_item_mean=0.0)


@lru_cache(maxsize=1)
def _read(path: Path) -> Answers:
    return read_answers(path)


def _informative(answers: Answers) -> Answers:
    if len(np.unique(answers.correct)) == 1:
        raise Pointless("all its answers came out alike")
    return answers


def _prequential(answers: Answers) -> Figures:
    judged, cost = judged_prequential(Events(answers, clock_of(answers)), Layout(), _quietly)
    stages = by_learner(answers, judged) + by_item(answers, judged)
    return {
        **_figures(judged),
        "auc_cold_above_item_mean": min(map(_gain, filter(_is_telling, stages)), default=0.0),
        "parameters": float(cost.parameters),
        "state_bytes_per_learner": cost.state_bytes_per_learner,
    }


def _held_out(answers: Answers, file: Path | None) -> Figures:
    names = read_names(file) if file and file.exists() else None
    check_known(answers, names or ())
    rows = held_out_rows(answers, names)
    if rows is None:
        raise Pointless("it has too few users")
    events = Events(answers, clock_of(answers))
    return _figures(judged_held_out(events, rows, Layout(), _quietly))


def _figures(judged: Judged) -> dict[str, float]:
    measures = asdict(judged.scores)
    gain = (judged.scores.auc or 0.0) - (judged.of_baseline.auc or 0.0)
    return {**measures, "auc_above_item_mean": gain}


def _is_telling(stage: Stage) -> bool:
    return stage.rarer >= _FEWEST


def _gain(stage: Stage) -> float:
    return (stage.auc or 0.0) - (stage.auc_of_baseline or 0.0)


def _quietly(done: int) -> None:
    del done
