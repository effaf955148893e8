from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.proof.bootstrap import Judging, Slice, draw
from offline.proof.measures import MEASURES, Measure, calibration_line, log_odds, underconfidence
from offline.proof.rows import Row, Rows, RowTable
from offline.ranking import ranking
from offline.scores import auc_interval, scores

_BY_NAME = {one.name: one for measures in MEASURES.values() for one in measures}


def _answers(count: int, seed: int, learners: int = 40) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    learner = rng.integers(learners, size=count)
    able = rng.normal(0.0, 1.0, learners)[learner]
    z = able + rng.normal(0.0, 1.0, count)
    outcome = (rng.random(count) < 1.0 / (1.0 + np.exp(-z))).astype(float)
    return learner, 1.0 / (1.0 + np.exp(-z)), outcome


def _value(name: str, predicted: np.ndarray, outcome: np.ndarray) -> float:
    sums = _BY_NAME[name].prepare(predicted, outcome)
    return float(sums.value(sums.rows.sum(axis=0)))


@given(st.integers(0, 1000))
def test_sums_give_what_the_measures_of_evaluation_give(seed: int) -> None:
    _, predicted, outcome = _answers(200, seed)
    known = scores(predicted, outcome)
    assert _value("log_loss", predicted, outcome) == pytest.approx(known.log_loss)
    assert _value("rmse", predicted, outcome) == pytest.approx(known.rmse)
    assert _value("ece", predicted, outcome) == pytest.approx(known.ece)
    assert _value("auc", predicted, outcome) == pytest.approx(known.auc)


@given(st.integers(0, 1000))
def test_ranks_give_what_the_measures_of_lists_give(seed: int) -> None:
    lists = np.random.default_rng(seed).normal(size=(50, 12))
    ranks = 1.0 + (lists[:, 1:] > lists[:, :1]).sum(axis=1)
    known = ranking(lists)
    assert _value("hr@5", ranks, ranks) == pytest.approx(known.hr_at_5)
    assert _value("ndcg@10", ranks, ranks) == pytest.approx(known.ndcg_at_10)
    assert _value("mrr", ranks, ranks) == pytest.approx(known.mrr)


def _table(learner: np.ndarray, live: np.ndarray, candidate: np.ndarray, y: np.ndarray) -> RowTable:
    rows = Rows()
    for who, a, b, outcome in zip(learner, live, candidate, y, strict=True):
        rows.add(Row(int(who) + 1, "success", "", "", 0.0, outcome, a, b, 0.5))
    return rows.table()


def _judged(measure: Measure, table: RowTable, resamples: int = 1000) -> Judging:
    judging = Judging(Slice("success", "all", "", table), measure)
    draw([judging], 1, resamples)
    return judging


def test_the_interval_of_the_auc_is_that_of_an_exact_bootstrap() -> None:
    learner, predicted, outcome = _answers(4000, 3, learners=80)
    table = _table(learner, predicted, predicted, outcome)
    found = _judged(_BY_NAME["auc"], table).of_candidate()
    exact = auc_interval(predicted, outcome, learner, resamples=400)
    assert exact is not None
    assert found.low == pytest.approx(exact[0], abs=0.004)
    assert found.high == pytest.approx(exact[1], abs=0.004)


def test_the_interval_of_the_slope_is_that_of_fitting_every_resample() -> None:
    learner, predicted, outcome = _answers(4000, 4, learners=80)
    found = _judged(_BY_NAME["slope"], _table(learner, predicted, predicted, outcome))
    rng = np.random.default_rng(5)
    places = [np.flatnonzero(learner == one) for one in range(80)]
    slopes = []
    for _ in range(300):
        rows = np.concatenate([places[one] for one in rng.integers(80, size=80)])
        slopes.append(calibration_line(predicted[rows], outcome[rows])[1])
    low, high = np.quantile(slopes, [0.025, 0.975])
    assert found.of_candidate().low == pytest.approx(low, abs=0.03)
    assert found.of_candidate().high == pytest.approx(high, abs=0.03)


def test_intervals_of_log_loss_cover_the_truth() -> None:
    inside = 0
    for seed in range(60):
        learner, truth, outcome = _answers(600, seed)
        worse = 1.0 / (1.0 + np.exp(-1.4 * log_odds(truth)))
        expected = -(truth * np.log(worse) + (1 - truth) * np.log1p(-worse))
        honest = -(truth * np.log(truth) + (1 - truth) * np.log1p(-truth))
        found = _judged(_BY_NAME["log_loss"], _table(learner, worse, truth, outcome), 200)
        low, high = found.difference().interval
        inside += low <= float(np.mean(expected - honest)) <= high
    assert inside >= 51  # of 60, about 57 are expected


@given(st.floats(0.3, 3.0), st.integers(0, 50))
def test_the_slope_of_calibration_is_found_again(stretch: float, seed: int) -> None:
    _, truth, outcome = _answers(4000, seed)
    predicted = 1.0 / (1.0 + np.exp(-log_odds(truth) / stretch))
    assert calibration_line(predicted, outcome)[1] == pytest.approx(stretch, rel=0.15)


def test_honest_predictions_lose_what_they_expect_to() -> None:
    _, truth, outcome = _answers(40_000, 1)
    sums = underconfidence(truth, outcome)
    assert float(sums.value(sums.rows.sum(axis=0))) == pytest.approx(0.0, abs=0.006)


def test_who_has_seen_the_answers_is_better_than_he_believes() -> None:
    _, truth, outcome = _answers(4000, 1)
    leaned = 1.0 / (1.0 + np.exp(-(log_odds(truth) + 1.2 * (outcome - truth))))
    sums = underconfidence(leaned, outcome)
    assert float(sums.value(sums.rows.sum(axis=0))) > 0.05


@pytest.mark.parametrize("shape", [np.zeros, np.ones])
def test_an_auc_of_one_class_is_undefined(shape: Callable[[int], np.ndarray]) -> None:
    assert np.isnan(_value("auc", np.linspace(0.1, 0.9, 20), shape(20)))
