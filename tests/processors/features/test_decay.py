"""Moments and fading."""

import pytest
from traces import DAY, T0, YEAR_1, YEAR_9999

from processors.features.decay import LATEST_SEC, clock_sec, fade, left, shift


@pytest.mark.parametrize(
    ("at", "expected"),
    [(0.0, 0), (-0.1, 0), (5.99, 5), (T0 + 0.5, int(T0)), (YEAR_1, 0), (YEAR_9999, LATEST_SEC)],
)
def test_moments_are_whole_seconds_of_32_bits(at: float, expected: int) -> None:
    assert clock_sec(at) == expected


def test_a_later_event_moves_the_moment_and_an_earlier_one_does_not() -> None:
    assert shift(100, 250.25) == (250, 150, -0.25)
    assert shift(100, 40.5) == (100, 0, 59.5)
    assert shift(100, YEAR_1) == (100, 0, 100 - YEAR_1)
    assert shift(100, YEAR_9999) == (LATEST_SEC, LATEST_SEC - 100, 0.0)
    assert shift(LATEST_SEC, YEAR_9999) == (LATEST_SEC, 0, 0.0)


def test_half_is_left_after_a_half_life_and_nothing_after_an_age() -> None:
    assert fade(DAY, DAY) == 0.5
    assert fade(-YEAR_1, DAY) == 0.0
    assert left(0, 2 * DAY, DAY) == 0.25
    assert left(100, 50.0, DAY) == 1.0
