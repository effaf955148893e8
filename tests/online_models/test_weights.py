import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.tables import ModelBase, tables_of
from online_models.weights import Weights, worth

START = np.tile([0.0, 0.8], (256, 1))
keys = st.integers(1, 2**64 - 1)
pairs = st.tuples(st.floats(-9, 9), st.floats(1e-6, 1))


@settings(deadline=None)
@given(held=st.dictionaries(keys, pairs, max_size=60))
def test_a_table_finds_what_was_put_in(held: dict[int, tuple[float, float]]) -> None:
    numbers = {f"{key:x}": pair for key, pair in held.items()}
    weights = Weights(START, 1000)
    weights.restore_tables(tables_of(numbers), ModelBase(tables_of(numbers)))
    assert len(weights) == len(held)
    assert weights.state() == numbers
    assert all(weights.fits(*one) for one in numbers.items())
    assert weights.touched() == {}


def test_what_never_moved_is_worth_nothing() -> None:
    nats = worth(np.array([256, 512], np.uint64), np.array([[0.0, 0.8], [1.0, 0.4]]), START)
    assert nats[0] == 0.0
    assert nats[1] == pytest.approx(0.5 * (0.5 + 1 / 0.8 - 1 - np.log(0.5)))
