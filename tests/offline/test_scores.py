import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.scores import auc, auc_interval, scores

pairs = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1), st.booleans()),
    min_size=1,
    max_size=40,
)


@given(pairs)
def test_auc_is_the_share_of_pairs_in_order(found: list[tuple[float, bool]]) -> None:
    hits = [p for p, success in found if success]
    fails = [p for p, success in found if not success]
    measured = auc(*map(np.array, zip(*found, strict=True)))
    if not hits or not fails:
        assert measured is None
        return
    won = sum((h > f) + 0.5 * (h == f) for h in hits for f in fails)
    assert measured == pytest.approx(won / (len(hits) * len(fails)))


def test_measures_of_a_small_example() -> None:
    found = scores(np.array([0.8, 0.6, 0.3, 0.95]), np.array([1.0, 0.0, 0.0, 1.0]))
    assert found.auc == 1.0
    logs = [math.log(0.8), math.log(0.4), math.log(0.7), math.log(0.95)]
    assert found.log_loss == pytest.approx(-sum(logs) / 4)
    assert found.rmse == pytest.approx(math.sqrt((0.04 + 0.36 + 0.09 + 0.0025) / 4))
    assert found.accuracy == 0.75
    assert found.ece == pytest.approx((0.2 + 0.6 + 0.3 + 0.05) / 4)


def test_a_bin_is_calibrated_where_its_mean_is() -> None:
    predicted = np.array([0.71, 0.75, 0.79, 0.75])
    assert scores(predicted, np.array([1.0, 1.0, 1.0, 0.0])).ece == pytest.approx(0.0)


def test_certainties_are_finite() -> None:
    found = scores(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert math.isfinite(found.log_loss)
    assert found.ece == 1.0


def test_the_interval_holds_the_auc_and_narrows_with_learners() -> None:
    rng = np.random.default_rng(5)
    widths = []
    for learners in (20, 400):
        learner = np.repeat(np.arange(learners), 10)
        predicted = rng.random(len(learner))
        outcome = (rng.random(len(learner)) < predicted).astype(float)
        low, high = auc_interval(predicted, outcome, learner) or (1.0, 0.0)
        assert low < (auc(predicted, outcome > 0) or 0.0) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_no_interval_where_a_sample_may_have_one_class() -> None:
    outcome = np.array([1.0, 0.0])
    assert auc_interval(np.array([0.2, 0.4]), outcome, np.array([7, 9])) is None
