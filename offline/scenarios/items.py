"""How hard an item is: its expected outcome, before each answer, beside the mean of all items."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from offline.answers import Answers, Numbers
from offline.quality.scenario import Figures, Scenario
from offline.quality.sets import AnswerSet, answer_sets
from offline.scores import scores
from online_models.items import ItemModel


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """A scenario a set."""
    for one in answer_sets(data):
        yield Scenario(
            f"items/{one.name}/prequential",
            (ItemModel.name,),
            partial(_prequential, one),
            one.needs,
            {"log_loss_below_mean": 0.0},
        )


def _prequential(one: AnswerSet) -> Figures:
    answers = one.answers()
    found = asdict(scores(_expected(answers), answers.correct))
    of_all = scores(_means_so_far(answers.correct), answers.correct)
    return {**found, "log_loss_below_mean": of_all.log_loss - found["log_loss"]}


def _expected(answers: Answers) -> Numbers:
    """Of each row: what the model expects of its item before it learns the row."""
    model, expected = ItemModel(), np.empty(len(answers))
    for row, (item, correct) in enumerate(
        zip(answers.item.tolist(), answers.correct.tolist(), strict=True)
    ):
        expected[row] = 1.0 - model.difficulty(item)
        model.learn(item, correct, None)
    return expected


def _means_so_far(outcome: Numbers) -> Numbers:
    before = np.cumsum(outcome) - outcome
    return (before + 1.0) / (np.arange(len(outcome)) + 2.0)
