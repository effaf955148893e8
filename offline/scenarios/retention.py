"""Retention: recall after all sorts of time, beside half-life regression and without time."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from offline.clocks import clock_of
from offline.outcomes.memory_world import Memories, rank_correlation
from offline.outcomes.retention import RetentionEvaluation, evaluate_retention
from offline.quality.scenario import Figures, Pointless, Scenario
from offline.quality.sets import AnswerSet, answer_sets
from offline.scores import scores
from online_models.retention import RetentionModel

_LIMITS = {"ece": 0.03}
_OF_MEMORY = {"log_loss_below_half_life": 0.0, "log_loss_below_timeless": 0.0}
_ON_MEMORY = "memphis_cloze"
"""Answers that were given to study memory: the model must be the better one there."""


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """A scenario a set that has a clock, and planted half-lives."""
    for one in answer_sets(data):
        limits = {**_LIMITS, **(_OF_MEMORY if one.name == _ON_MEMORY else {})}
        name = f"retention/{one.name}/prequential"
        measure = partial(_measured, one)
        yield Scenario(name, (RetentionModel.name,), measure, one.needs, limits)
    planted = partial(rank_correlation, Memories())
    limits = {"rank_correlation": 0.8}
    name = "retention/simulated/half_lives"
    yield Scenario(name, (RetentionModel.name,), planted, "", limits)


def _measured(one: AnswerSet) -> Figures:
    answers = one.answers()
    clock = clock_of(answers)
    if clock.name == "position":
        raise Pointless("its clock is no time")
    return figures_of(evaluate_retention(answers, clock, lambda _: None))


def figures_of(found: RetentionEvaluation) -> Figures:
    """Measures of answers to what was practised before; of repeated items where that is said."""
    skill, item = found.recalled, found.repeats_item
    own = found.scores_of(found.predicted, skill)
    figures = {
        **asdict(own),
        "error_by_elapsed": found.error_by_elapsed(),
        "log_loss_all": found.scores_of(found.predicted, skill | ~skill).log_loss,
        "log_loss_below_timeless": found.scores_of(found.timeless, skill).log_loss - own.log_loss,
    }
    if item.any():
        on_items = found.scores_of(found.predicted, item).log_loss
        theirs = [
            scores(p, found.outcome[item]).log_loss for p in (found.published, found.calibrated)
        ]
        figures["log_loss_below_half_life"] = min(theirs) - on_items
    return figures
