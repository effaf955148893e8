from math import log, log1p

import pytest
from harness.one_life import T0, Life

from processors.outcomes.steps import steps_of
from processors.outcomes.tempo import Tempo, tempo

HOUR = 3_600.0


def tempo_of(life: Life, after: float) -> Tempo:
    """As it is seen so many seconds after `T0`."""
    return tempo(steps_of(life.state.history_rows), T0 + after)


def test_nobody_knows_the_tempo_of_who_did_nothing() -> None:
    assert tempo_of(Life(), 0.0) == (0.0, 0.0, 0.0, 0.0)


def test_a_single_event_says_how_long_ago_it_was() -> None:
    life = Life()
    life.answers("a", 0.0, 1.0)
    tempo = tempo_of(life, 100.0)
    assert tempo == pytest.approx((0.0, 0.0, 0.1 * log1p(100.0), log1p(1.0) / 3.0))


def test_the_tempo_is_the_mean_of_log_minutes_without_breaks() -> None:
    life = Life()
    for after in (0.0, 30.0, 150.0, 150.0 + 2 * HOUR, 210.0 + 2 * HOUR):
        life.answers("a", after, 1.0)
    tempo = tempo_of(life, 220.0 + 2 * HOUR)
    logs = [log(0.5), log(2.0), log(1.0)]
    assert tempo.mean == pytest.approx(sum(logs) / 5.0)
    assert tempo.known == pytest.approx(3.0 / 5.0)
    assert tempo.session == pytest.approx(log1p(2.0) / 3.0)


def test_a_sitting_ends_with_half_an_hour() -> None:
    life = Life()
    life.answers("a", 0.0, 1.0)
    assert tempo_of(life, HOUR).session == 0.0
