from math import log, nan
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from river.metrics import RollingROCAUC

from online_models.prequential import Prequential, Quality

events = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), max_size=60)


def simulated(count: int) -> list[tuple[float, float]]:
    rng = Random(4)
    predictions = [rng.random() for _ in range(count)]
    return [(p, float(rng.random() < p)) for p in predictions]


def fed(pairs: list[tuple[float, float]], window: int = 2000) -> Prequential:
    prequential = Prequential(window)
    for prediction, outcome in pairs:
        prequential.update(prediction, outcome)
    return prequential


def exact_auc(pairs: list[tuple[float, float]]) -> float:
    hits = [p for p, y in pairs if y]
    fails = [p for p, y in pairs if not y]
    wins = sum((hit > fail) + 0.5 * (hit == fail) for hit in hits for fail in fails)
    return wins / (len(hits) * len(fails))


def test_by_hand() -> None:
    quality = fed([(0.8, 1.0), (0.4, 0.0), (0.3, 1.0), (0.3, 0.0)]).total()
    assert quality.events == 4
    assert quality.auc == pytest.approx((2 + 0 + 0.5) / 4)
    assert quality.log_loss == pytest.approx(-(log(0.8) + log(0.6) + log(0.3) + log(0.7)) / 4)
    assert quality.ece == pytest.approx((0.2 + 0.4 + 0.4) / 4)
    assert quality.rmse == pytest.approx(((0.04 + 0.16 + 0.49 + 0.09) / 4) ** 0.5)
    assert quality.accuracy == 0.75


def test_auc_is_the_exact_one_but_for_ties_within_a_bin() -> None:
    pairs = simulated(1500)
    assert fed(pairs).total().auc == pytest.approx(exact_auc(pairs), abs=5e-4)


def test_rolling_auc_agrees_with_rivers() -> None:
    pairs, river = simulated(1500), RollingROCAUC(window_size=300)
    for prediction, outcome in pairs:
        river.update(outcome > 0, prediction)
    assert fed(pairs, window=300).rolling().auc == pytest.approx(river.get(), abs=2e-3)


def test_honest_probabilities_are_calibrated_and_boasting_is_not() -> None:
    pairs = simulated(5000)
    assert fed(pairs).total().ece < 0.02
    assert fed([(min(1.0, p + 0.2), y) for p, y in pairs]).total().ece > 0.15


@given(pairs=events, window=st.integers(1, 20))
def test_rolling_is_the_total_of_the_newest(pairs: list, window: int) -> None:
    rolling, alone = fed(pairs, window).rolling(), fed(pairs[-window:]).total()
    for name in Quality.__dataclass_fields__:
        assert getattr(rolling, name) == pytest.approx(getattr(alone, name), abs=1e-7)


@given(pairs=events)
def test_measures_stay_in_their_range(pairs: list) -> None:
    quality = fed(pairs).total()
    assert quality.events == len(pairs)
    for name in ("auc", "ece", "rmse", "accuracy"):
        value = getattr(quality, name)
        assert value is None or 0.0 <= value <= 1.0
    assert quality.log_loss is None or 0.0 <= quality.log_loss <= 14


def test_nothing_is_known_before_the_first_event() -> None:
    assert Prequential().total() == Quality(0, None, None, None, None, None)


def test_auc_needs_both_outcomes() -> None:
    assert fed([(0.3, 1.0), (0.6, 1.0)]).total().auc is None


@pytest.mark.parametrize("pair", [(nan, 1.0), (0.5, nan), (1.5, 1.0), (-0.1, 0.0), (0.5, 2.0)])
def test_what_is_no_share_is_not_counted(pair: tuple[float, float]) -> None:
    assert fed([pair]).total().events == 0


def test_partial_outcomes_count_in_part() -> None:
    quality = fed([(0.6, 0.6)] * 10).total()
    assert quality.ece == pytest.approx(0.0, abs=1e-12)
    assert quality.log_loss == pytest.approx(-0.6 * log(0.6) - 0.4 * log(0.4))
