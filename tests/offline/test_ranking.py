import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.ranking import ranking


def test_measures_of_known_ranks() -> None:
    scores = np.array([[9.0, 1, 2, 3], [2.0, 9, 8, 1], [1.0, 9, 8, 7]])
    found = ranking(scores)
    assert found.hr_at_1 == pytest.approx(1 / 3)
    assert found.hr_at_5 == found.hr_at_10 == 1.0
    assert found.mrr == pytest.approx((1 + 1 / 3 + 1 / 4) / 3)
    expected = (1 + 1 / np.log2(4) + 1 / np.log2(5)) / 3
    assert found.ndcg_at_10 == pytest.approx(expected)


def test_ties_never_help() -> None:
    constant = ranking(np.zeros((5, 100)))
    assert (constant.hr_at_1, constant.hr_at_10) == (0.0, 0.0)
    assert constant.mrr == pytest.approx(1 / 50.5)
    tied = ranking(np.array([[1.0, 1.0, 0.0]]))
    assert tied.hr_at_1 == 0.0
    assert tied.mrr == pytest.approx(1 / 1.5)


@given(st.lists(st.lists(st.floats(-5, 5), min_size=12, max_size=12), min_size=1, max_size=5))
def test_measures_are_ordered_shares(rows: list[list[float]]) -> None:
    found = ranking(np.array(rows))
    assert 0.0 <= found.hr_at_1 <= found.hr_at_5 <= found.hr_at_10 <= 1.0
    assert found.hr_at_1 <= found.ndcg_at_10 <= found.hr_at_10
    assert found.hr_at_1 <= found.mrr <= 1.0
