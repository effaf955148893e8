"""Success: both protocols, and what it costs to learn in many partitions."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path

from offline.cold_start import Stage, by_item, by_learner
from offline.evaluate import Judged, judged_held_out, judged_prequential
from offline.protocols import Cost
from offline.quality.scenario import Figures, Scenario
from offline.quality.sets import AnswerSet, answer_sets
from offline.replay import Layout
from offline.scores import scores
from online_models.success import SuccessModel

PARTITIONS = Layout(partitions=12, merge_every=10_000)
"""As the stream does where nobody says otherwise."""
PARTITIONED_ROWS = 300_000
"""Merging takes time."""

_BEATS = {"auc_above_item_mean": 0.0}
_PREQUENTIAL = {**_BEATS, "ece": 0.02, "auc_cold_above_item_mean": 0.0}
_PARTITIONED = {**_BEATS, "ece": 0.02}
_LOSS = {"auc_above_one_partition": -0.003}
"""Of public sets: a few thousand simulated answers are too few to go round twelve partitions."""
_IN_BURSTS = "oulad_assessments_ge80"
"""Loses more than that, and is compared with itself only: an item comes in rows of hundreds of
answers and is gone after some thousand, so that counting events is no measure for when to merge."""

_FEWEST = 200
"""Answers of either outcome that an AUC of few answers needs to say anything."""


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """Three scenarios a set."""
    for one in answer_sets(data):
        yield _scenario(one, "prequential", _prequential, _PREQUENTIAL)
        loses_little = one.needs and one.name != _IN_BURSTS
        limits = {**_PARTITIONED, **_LOSS} if loses_little else _PARTITIONED
        yield _scenario(one, "partitions_12", _partitioned, limits)
        yield _scenario(one, "held_out", _held_out, _BEATS)


def _scenario(
    one: AnswerSet, protocol: str, measure: Callable[[AnswerSet], Figures], limits: Figures
) -> Scenario:
    name = f"success/{one.name}/{protocol}"
    return Scenario(name, (SuccessModel.name,), partial(measure, one), one.needs, limits)


def _prequential(one: AnswerSet) -> Figures:
    judged, cost = _alone(one)
    answers = one.answers()
    stages = by_learner(answers, judged) + by_item(answers, judged)
    return {
        **_figures(judged),
        "auc_cold_above_item_mean": min(map(_gain, filter(_is_telling, stages)), default=0.0),
        "parameters": float(cost.parameters),
        "state_bytes_per_learner": cost.state_bytes_per_learner,
    }


def _partitioned(one: AnswerSet) -> Figures:
    judged, _ = judged_prequential(one.events(PARTITIONED_ROWS), PARTITIONS, _quietly)
    alone, _ = _alone(one)
    same = alone.trial.predicted[:PARTITIONED_ROWS], alone.outcome[:PARTITIONED_ROWS]
    gain = (judged.scores.auc or 0.0) - (scores(*same).auc or 0.0)
    return {**_figures(judged), "auc_above_one_partition": gain}


def _held_out(one: AnswerSet) -> Figures:
    return _figures(judged_held_out(one.events(), one.held_out(), Layout(), _quietly))


@lru_cache(maxsize=1)
def _alone(one: AnswerSet) -> tuple[Judged, Cost]:
    """In one partition."""
    return judged_prequential(one.events(), Layout(), _quietly)


def _figures(judged: Judged) -> dict[str, float]:
    gain = (judged.scores.auc or 0.0) - (judged.of_baseline.auc or 0.0)
    return {**asdict(judged.scores), "auc_above_item_mean": gain}


def _is_telling(stage: Stage) -> bool:
    return stage.rarer >= _FEWEST


def _gain(stage: Stage) -> float:
    return (stage.auc or 0.0) - (stage.auc_of_baseline or 0.0)


def _quietly(done: int) -> None:
    del done
