import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.forgetting import (
    KNOTS_SEC,
    MOST_SEC,
    STRETCHES,
    fallen,
    seconds_until,
    stretches,
)

slopes = st.lists(st.floats(-0.5, 2.0) | st.just(0.0), min_size=STRETCHES, max_size=STRETCHES).map(
    np.array
)
times = st.floats(0, 3e9)


@given(slopes, times, times)
def test_waiting_never_helps(b: np.ndarray, one: float, other: float) -> None:
    early, late = sorted((one, other))
    assert 0.0 <= fallen(early, b) <= fallen(late, b) + 1e-12


@given(slopes, st.floats(-1, 50))
def test_the_time_until_a_fall_is_the_inverse_of_the_fall(b: np.ndarray, fall: float) -> None:
    seconds = seconds_until(fall, b)
    assert 0.0 <= seconds <= MOST_SEC
    if fall <= 0.0:
        assert seconds == 0.0
    elif seconds < MOST_SEC:
        assert fallen(seconds, b) == pytest.approx(fall, rel=1e-9, abs=1e-9)
    else:
        assert fallen(MOST_SEC, b) <= fall + 1e-9


@given(times)
def test_stretches_add_up_to_log_time(seconds: float) -> None:
    out = np.empty(STRETCHES)
    stretches(seconds, out)
    assert out.sum() == pytest.approx(np.log1p(seconds))
    assert np.all(out >= 0.0)


def test_one_slope_is_a_straight_line_in_log_time() -> None:
    b = np.full(STRETCHES, 0.3)
    for seconds in (*KNOTS_SEC, 7.0, 1e8):
        assert fallen(seconds, b) == pytest.approx(0.3 * np.log1p(seconds))


def test_slopes_below_0_count_as_level() -> None:
    b = np.full(STRETCHES, -1.0)
    assert fallen(1e9, b) == 0.0
    assert seconds_until(0.1, b) == MOST_SEC


def test_before_the_last_practice_nothing_has_fallen() -> None:
    assert fallen(-5.0, np.ones(STRETCHES)) == 0.0
