from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from offline.clocks import clock_of
from offline.outcomes.retention import LABELS, RetentionEvaluation, evaluate_retention
from offline.plots import BY_ELAPSED, draw_retention
from offline.scenarios.retention import figures_of
from offline.simulated import Population, simulated


@pytest.fixture(scope="module")
def found() -> RetentionEvaluation:
    answers = simulated(Population(learners=30, answers=2_000))
    heard: list[int] = []
    evaluation = evaluate_retention(answers, clock_of(answers), heard.append)
    assert sum(heard) == 2 * len(answers)
    return evaluation


def test_every_answer_is_predicted_in_all_ways(found: RetentionEvaluation) -> None:
    for predicted in (found.predicted, found.timeless):
        assert predicted.shape == found.outcome.shape
        assert np.all((predicted > 0.0) & (predicted < 1.0))
    assert len(found.published) == len(found.calibrated) == found.repeats_item.sum()
    assert not np.any(found.repeats_item & ~found.recalled)


def test_groups_by_elapsed_time_are_all_answers_that_recall_something(
    found: RetentionEvaluation,
) -> None:
    stages = [*found.stages()]
    assert sum(stage.events for stage in stages) == found.recalled.sum()
    assert [stage.label for stage in stages] == [
        one for one in LABELS if one in {s.label for s in stages}
    ]
    assert 0.0 <= found.error_by_elapsed() < 0.1


def test_figures_say_what_is_better_than_what(found: RetentionEvaluation) -> None:
    figures = figures_of(found)
    assert figures["log_loss_below_half_life"] > 0.0
    told = found.to_json()
    assert told["practised_skill"]["log_loss"] == figures["log_loss"]
    assert set(told["repeated_item"]) == {
        "retention",
        "half_life_published",
        "half_life_calibrated",
        "success_without_time",
    }


def test_measures_of_no_answers_are_null() -> None:
    answers = simulated(Population(learners=5, answers=200))
    once = replace(answers, items=[*map(str, range(200))], item=np.arange(200))
    found = evaluate_retention(once, clock_of(once), lambda _: None)
    assert not found.repeats_item.any()
    assert set(found.to_json()["repeated_item"].values()) == {None}
    assert "log_loss_below_half_life" not in figures_of(found)


def test_recall_by_elapsed_time_is_drawn(found: RetentionEvaluation, tmp_path: Path) -> None:
    (picture,) = draw_retention(found, tmp_path / "plots")
    assert picture.name == BY_ELAPSED
    assert picture.read_bytes().startswith(b"\x89PNG")
