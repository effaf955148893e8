"""Planted faults: what the monitor makes of them, event by event and after a crash."""

from collections.abc import Iterable
from math import inf, nan

import pytest
from harness.faults import observations
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.contract import Numbers, accumulate
from online_models.guard import PutAside, Reason, Serving
from online_models.monitor import PROBABILITIES, UNITS, VALUES, Change, QualityMonitor
from online_models.observation import Observation

AT, COUNT = 6000, 10_000


def watched(stream: Iterable[Observation]) -> tuple[QualityMonitor, list[tuple[int, Change]]]:
    """A monitor that has seen the stream, and its changes by number of the event."""
    monitor, changes = QualityMonitor(), []
    for n, one in enumerate(stream, 1):
        monitor.observe(one, 1e9 + n)
        changes += [(n, change) for change in monitor.changes()]
    return monitor, changes


@pytest.mark.parametrize("fault", ["none", "harder"])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_no_fault_of_the_model_is_no_alarm(fault: str, seed: int) -> None:
    monitor, changes = watched(observations(fault, AT, COUNT, seed))
    assert changes == []
    assert monitor.put_aside == ()


@pytest.mark.parametrize("fault", ["flipped", "mixed up"])
@pytest.mark.parametrize("seed", range(3))
def test_a_fault_puts_the_model_aside_before_long(fault: str, seed: int) -> None:
    monitor, changes = watched(observations(fault, AT, AT + 1000, seed))
    ((n, (model, standing)),) = changes
    assert (model, monitor.put_aside) == ("success", ("success",))
    assert AT < n <= AT + 600
    assert isinstance(standing, PutAside)
    assert standing.reason in {Reason.DRIFT, Reason.WORSE}
    assert (standing.since.events, standing.since.at) == (n, 1e9 + n)
    assert standing.finding.difference > 0.0
    assert monitor.watch("success").signs.drifts >= 1.0


def test_a_model_that_recovers_comes_back() -> None:
    monitor, changes = watched(observations("noisy", AT, COUNT, 3))
    kinds = [type(change.standing) for _, change in changes]
    assert kinds == [PutAside, Serving]
    (aside, _), (back, _) = changes
    assert back - aside >= 1000
    assert monitor.put_aside == ()


def test_a_prediction_that_is_no_number_puts_the_model_aside_at_once() -> None:
    monitor, changes = watched(observations("broken", AT, AT + 500, 1))
    ((n, (_, standing)),) = changes
    assert n == AT + 1
    assert isinstance(standing, PutAside)
    assert standing.reason is Reason.INVALID
    signs = monitor.watch("success").signs
    assert (signs.invalid, signs.invalid_events) == (500, AT)
    assert monitor.watch("success").measured.events == AT


@pytest.mark.parametrize("predicted", [nan, inf, -inf, -0.01, 1.01])
def test_what_is_no_probability_is_invalid(predicted: float) -> None:
    monitor, changes = watched([Observation("engagement", predicted, 0.5, 1.0)])
    assert len(changes) == 1
    assert monitor.put_aside == ("engagement",)


def test_a_model_healed_of_numbers_that_are_none_may_come_back() -> None:
    sound = list(observations("none", 0, 5000, 1))
    broken = sound[3000]._replace(predicted=nan)
    monitor, changes = watched([*sound[:3000], broken, *sound[3000:]])
    assert [n for n, _ in changes] == [3001, pytest.approx(4009, abs=8)]
    assert monitor.put_aside == ()


def test_a_spoiled_parameter_puts_its_model_aside() -> None:
    monitor = QualityMonitor()
    monitor.spoil("success")
    monitor.spoil("items")
    assert monitor.put_aside == ("success",)
    assert [change.model for change in monitor.changes()] == ["success"]
    assert monitor.changes() == []
    copy = QualityMonitor()
    copy.restore(monitor.state())
    assert copy.put_aside == ("success",)


def test_a_value_far_from_any_sense_is_invalid() -> None:
    monitor, _ = watched([Observation("duration", 1e7, 2.0, 2.0)])
    assert monitor.put_aside == ("duration",)


@pytest.mark.parametrize("model", VALUES)
def test_models_of_values_are_judged_by_their_squared_error(model: str) -> None:
    worse = [Observation(model, 0.4 + n % 7 / 10, 0.1, n % 3 / 10) for n in range(2000)]
    monitor, ((n, (_, standing)),) = watched(worse)
    assert monitor.put_aside == (model,)
    assert 256 <= n <= 400
    assert isinstance(standing, PutAside)
    assert standing.reason is Reason.WORSE
    better = [one._replace(predicted=0.1, baseline=one.predicted) for one in worse]
    assert watched(better)[0].put_aside == ()


def test_a_model_that_is_hardly_worse_than_its_baseline_serves() -> None:
    stream = [Observation("engagement", 0.997, 0.999, 1.0) for _ in range(3000)]
    assert watched(stream)[0].put_aside == ()
    values = [Observation("duration", 1.001, 1.0, n % 2 * 2.0 - 0.1) for n in range(3000)]
    assert watched(values)[0].put_aside == ()


def test_models_do_not_answer_for_each_other() -> None:
    good = observations("none", 0, 1000, 1)
    bad = (one._replace(model="engagement") for one in observations("broken", 0, 1000, 1))
    monitor, _ = watched(one for pair in zip(good, bad, strict=True) for one in pair)
    assert monitor.put_aside == ("engagement",)


def test_every_watched_model_has_a_unit() -> None:
    assert UNITS.keys() == {*PROBABILITIES, *VALUES} == set(QualityMonitor().models)


STREAM = list(observations("flipped", 2500, 3200, 5))


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_after_crashes_anywhere_it_is_the_same_bit_for_bit(cuts: list[int]) -> None:
    whole, _ = watched(STREAM)
    held: Numbers = {}
    monitor = QualityMonitor()
    for n, one in enumerate(STREAM, 1):
        monitor.observe(one, 1e9 + n)
        if n in cuts:
            accumulate(held, monitor.touched())
            monitor = QualityMonitor()
            monitor.restore(held)
    accumulate(held, monitor.touched())
    assert held == whole.state() == monitor.state()
    assert monitor.put_aside == whole.put_aside == ("success",)


def test_one_event_touches_few_and_short_rows() -> None:
    monitor, _ = watched(STREAM)
    monitor.touched()
    monitor.observe(STREAM[0], 1e9)
    changes = monitor.touched()
    assert len(changes) <= 3
    assert sum(len(name) + 8 * len(row) for name, row in changes.items()) < 600


def test_memory_is_bounded_whatever_comes() -> None:
    monitor = QualityMonitor()
    for model in monitor.models:
        for n in range(3000):
            monitor.observe(Observation(model, n % 997 / 997, 0.5, n % 2), 1e9)
    size = sum(len(name) + 8 * len(row) for name, row in monitor.state().items())
    assert size < 40_000
