"""A planted miscalibration is mended, a calibrated model is left nearly alone."""

from math import log

import numpy as np
import pytest
from harness.events_that_were import InMemory, some_events

from offline.fit.calibration import AS_IT_IS, MODELS, Line, calibrated, fitted
from offline.fit.tally import Tally
from offline.passes.partitions import Partitions
from offline.passes.passing import steps
from offline.passes.working_file import WorkingFile
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.tables import Tables


def logit(p: float) -> float:
    return log(p / (1.0 - p))


def said(stretch: float, shift: float, events: int, seed: int = 1) -> Tally:
    """Predictions whose log odds would come true if they were stretched and shifted so."""
    rng, tally = np.random.default_rng(seed), Tally()
    for score in rng.normal(0.3, 1.2, events):
        p = 1.0 / (1.0 + np.exp(-(stretch * score + shift)))
        predicted = float(1.0 / (1.0 + np.exp(-score)))
        tally.add([Observation("success", predicted, 0.5, float(rng.random() < p))])
    return tally


@pytest.mark.parametrize(("stretch", "shift"), [(0.5, 0.0), (1.0, 0.7), (1.6, -0.4)])
def test_what_is_wrong_is_found(stretch: float, shift: float) -> None:
    line = fitted(said(stretch, shift, 20_000).of("success"))
    assert line.stretch == pytest.approx(stretch, abs=0.06)
    assert line.shift == pytest.approx(shift, abs=0.06)


def test_what_is_right_is_left_nearly_alone() -> None:
    for seed in range(5):
        line = fitted(said(1.0, 0.0, 3_000, seed).of("success"))
        assert line.stretch == pytest.approx(1.0, abs=0.12)
        assert line.shift == pytest.approx(0.0, abs=0.1)


def test_few_predictions_change_little() -> None:
    line = fitted(said(3.0, 1.0, 20).of("success"))
    assert abs(line.stretch - 1.0) < 0.1
    assert abs(line.shift) < 0.1
    assert fitted(Tally().of("success")) == AS_IT_IS


def _learned(events: int = 3_000) -> Partitions:
    source = InMemory(some_events(events, learners=60))
    partitions = Partitions(WorkingFile(), Replica(), 500)
    for _ in steps(source, source.cut(0.7), partitions):
        pass
    return partitions


def _later(partitions: Partitions, numbers: dict[str, Tables], frozen: bool = True) -> Tally:
    """Predictions of models that know `numbers`, of what came later, without learning."""
    source = InMemory(some_events(3_000, learners=60))
    partitions.adopt(numbers)
    partitions.models.frozen = frozen
    tally = Tally()
    for step in steps(source, source.ends(), partitions):
        tally.add(step.observations)
    return tally


def test_planted_on_a_model_it_is_mended_by_its_own_numbers() -> None:
    known = _learned().numbers()
    spoilt = {**known, "success": calibrated("success", known["success"], Line(2.5, -0.8))}
    before = _later(_learned(), known).of("success")
    after = _later(_learned(), spoilt).of("success")
    assert after.loss > 1.1 * before.loss
    line = fitted(after)
    mended = {**spoilt, "success": calibrated("success", spoilt["success"], line)}
    again = _later(_learned(), mended).of("success")
    assert again.loss < before.loss + 0.2 * (after.loss - before.loss)
    assert fitted(again).stretch == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_folding_only_touches_means(model: str) -> None:
    tables = _learned(1_500).numbers()[model]
    told = calibrated(model, tables, Line(1.5, 0.25))
    assert told.keys() == tables.keys()
    assert calibrated(model, tables, AS_IT_IS).keys() == tables.keys()
    for width, table in tables.items():
        same = calibrated(model, tables, AS_IT_IS)[width]
        assert np.array_equal(same.values, table.values)
        assert np.array_equal(told[width].names, table.names)
        changed = told[width].values != table.values
        assert changed.sum() <= changed.size / 2 + 1


def test_log_odds_of_recall_are_on_the_line() -> None:
    partitions = _learned()
    models, line = partitions.models, Line(1.4, -0.3)
    question = _question(partitions)
    before = models.retention.log_odds(question)
    numbers = partitions.numbers()
    partitions.adopt({**numbers, "retention": calibrated("retention", numbers["retention"], line)})
    after = models.retention.log_odds(question)
    assert after == pytest.approx(1.4 * before - 0.3, abs=1e-9)


def _question(partitions: Partitions):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from processors.outcomes.memories import question_of  # noqa: PLC0415
    from processors.trace import trace_of  # noqa: PLC0415

    event = next(one for one in some_events(100) if one.outcome is not None)
    return question_of(partitions.learners[event.learner], trace_of(event))
