from random import Random

from hypothesis import given
from hypothesis import strategies as st
from river.drift import PageHinkley

from online_models.river_drift import Rise

values = st.lists(st.floats(-5, 5), max_size=60)


def test_it_is_rivers_detector() -> None:
    rng, rise, rivers = Random(3), Rise(0.5, 12.0), PageHinkley(1, 0.5, 12.0, mode="up")
    for n in range(2000):
        value = rng.gauss(n // 500, 1)
        rivers.update(value)
        assert rise.rises(value) == rivers.drift_detected


def test_a_fall_is_no_rise() -> None:
    rng, rise = Random(3), Rise(0.5, 12.0)
    assert not any(rise.rises(rng.gauss(-n // 500, 1)) for n in range(2000))


@given(before=values, after=values)
def test_adopted_it_goes_on_the_same(before: list[float], after: list[float]) -> None:
    one, other = Rise(0.1, 3.0), Rise(0.1, 3.0)
    for value in before:
        one.rises(value)
    other.adopt(*one.numbers())
    for value in after:
        assert one.rises(value) == other.rises(value)
        assert one.is_calm == other.is_calm
    assert one.numbers() == other.numbers()


def test_it_is_calm_until_values_rise_and_again_after_the_alarm() -> None:
    rise = Rise(0.5, 3.0)
    assert all(not rise.rises(0.0) and rise.is_calm for _ in range(20))
    assert not rise.rises(2.0)
    assert not rise.is_calm
    assert rise.rises(5.0)
    assert rise.is_calm
    assert rise.numbers() == (0.0,) * Rise.WIDTH
