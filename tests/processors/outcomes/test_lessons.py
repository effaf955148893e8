from math import log

import pytest
from harness.one_life import Life

from online_models.engagement import HORIZON_SEC
from online_models.observation import Observation
from schemas.kinds import Kind


def of(model: str, observed: list[Observation]) -> list[Observation]:
    return [one for one in observed if one.model == model]


def test_retention_is_observed_where_something_was_practised() -> None:
    life = Life()
    assert of("retention", life.answers("a", 0.0, 1.0)) == []
    (first,) = of("retention", life.answers("b", 60.0, 0.0))
    assert first.observed == 0.0
    assert first.baseline == 0.5
    (second,) = of("retention", life.answers("c", 120.0, 1.0))
    assert second.baseline < 0.5


def test_gain_is_what_an_answer_is_beside_what_was_expected() -> None:
    life = Life()
    life.answers("a", 0.0, 1.0)
    life.does("lesson", 60.0, Kind.COMPLETED, skills=("SQL",))
    (gain,) = of("gain", life.answers("b", 120.0, 1.0))
    assert gain.predicted == 0.0
    assert gain.baseline == 0.0
    assert 0.0 < gain.observed < 1.0
    (later,) = of("gain", life.answers("c", 180.0, 1.0))
    assert later.baseline > 0.0


def test_duration_is_learned_from_what_is_whole() -> None:
    life = Life()
    assert life.does("a", 0.0, Kind.LAUNCHED, duration_sec=30.0) == []
    assert of("duration", life.does("a", 5.0, Kind.COMPLETED)) == []
    (one,) = of("duration", life.does("b", 9.0, Kind.COMPLETED, duration_sec=120.0))
    assert one.observed == pytest.approx(log(2.0))
    assert 0.0 < one.level < 1.0
    (two,) = of("duration", life.apply(life.event("c", 12.0, outcome=1.0, duration_sec=6.0)))
    assert two.observed == pytest.approx(log(0.1))


def test_engagement_is_observed_when_its_horizon_has_passed() -> None:
    life = Life()
    assert of("engagement", life.does("a", 0.0, Kind.LAUNCHED)) == []
    assert of("engagement", life.does("b", 60.0, Kind.LAUNCHED)) == []
    assert of("engagement", life.does("a", 120.0, Kind.COMPLETED)) == []
    observed = of("engagement", life.does("c", HORIZON_SEC + 300.0, Kind.LAUNCHED))
    assert [one.observed for one in observed] == [1.0, 0.0]
    assert [one.baseline for one in observed] == [0.5, 0.5]


def test_what_is_done_in_one_go_was_begun_and_finished() -> None:
    life = Life()
    life.does("a", 0.0, Kind.PASSED, outcome=1.0)
    (one,) = of("engagement", life.does("b", HORIZON_SEC + 1.0, Kind.LAUNCHED))
    assert one.observed == 1.0


def test_what_is_done_already_is_not_begun_again() -> None:
    life = Life()
    life.does("a", 0.0, Kind.COMPLETED)
    life.does("a", 2 * HORIZON_SEC, Kind.LAUNCHED)
    assert of("engagement", life.does("b", 4 * HORIZON_SEC, Kind.LAUNCHED)) == []


def test_an_answer_that_finishes_nothing_begins_nothing() -> None:
    life = Life()
    life.answers("question", 0.0, 1.0)
    assert of("engagement", life.does("b", HORIZON_SEC + 1.0, Kind.LAUNCHED)) == []


def test_what_is_left_for_longer_than_the_horizon_is_another_try() -> None:
    life = Life()
    life.does("a", 0.0, Kind.LAUNCHED)
    first = of("engagement", life.does("a", HORIZON_SEC + 1.0, Kind.LAUNCHED))
    assert [one.observed for one in first] == [0.0]
    life.does("a", HORIZON_SEC + 60.0, Kind.COMPLETED)
    second = of("engagement", life.does("b", 3 * HORIZON_SEC, Kind.LAUNCHED))
    assert [one.observed for one in second] == [1.0]


def test_frozen_models_are_taught_nothing() -> None:
    life = Life()
    life.answers("a", 0.0, 1.0)
    life.models.touched()
    life.models.frozen = True
    life.answers("b", 60.0, 1.0)
    life.does("c", 90.0, Kind.COMPLETED, duration_sec=60.0, skills=("SQL",))
    outcomes = {"retention", "gain", "duration", "engagement"}
    assert not outcomes & life.models.touched().keys()
