from math import log, nan, sqrt
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from river.metrics import ROCAUC

from online_models.prequential import WINDOWS, Prequential, Quality

shares = st.floats(0, 1)
Rows = list[tuple[float, float, float]]
events = st.lists(st.tuples(shares, shares, st.sampled_from([0.0, 0.3, 1.0])), max_size=60)


def simulated(count: int) -> Rows:
    """(prediction, baseline, outcome): honest predictions."""
    rng = Random(4)
    predictions = [rng.random() for _ in range(count)]
    return [(p, 0.4 + p / 5, float(rng.random() < p)) for p in predictions]


def fed(rows: Rows, bins: int = 100) -> Prequential:
    measured = Prequential(bins)
    for row in rows:
        measured.update(*row)
    return measured


def weights(rows: Rows, window: str) -> list[float]:
    keep = 1 - 1 / WINDOWS[window]
    return [keep ** (len(rows) - 1 - n) for n in range(len(rows))]


def mean(values: list[float], weight: list[float]) -> float:
    return sum(v * w for v, w in zip(values, weight, strict=True)) / sum(weight)


def cross_entropy(p: float, y: float) -> float:
    p = max(1e-6, min(1 - 1e-6, p))
    return -y * log(p) - (1 - y) * log(1 - p)


def brute_auc(rows: Rows, weight: list[float], bins: int) -> float:
    """Over all pairs; predictions of one bin are ties."""
    binned = [
        (min(bins - 1, int(p * bins)), y, w) for (p, _, y), w in zip(rows, weight, strict=True)
    ]
    hits = [(b, w) for b, y, w in binned if y >= 0.5]
    fails = [(b, w) for b, y, w in binned if y < 0.5]
    wins = sum(u * v * ((b > c) + 0.5 * (b == c)) for b, u in hits for c, v in fails)
    return wins / (sum(w for _, w in hits) * sum(w for _, w in fails))


def brute_ece(rows: Rows, weight: list[float]) -> float:
    excess = [0.0] * 10
    for (p, _, y), w in zip(rows, weight, strict=True):
        excess[min(9, int(p * 10))] += w * (p - y)
    return sum(map(abs, excess)) / sum(weight)


@pytest.mark.parametrize("window", WINDOWS)
def test_measures_are_those_of_brute_force(window: str) -> None:
    rows = simulated(1500)
    weight, found = weights(rows, window), fed(rows).read(window)
    assert found.events == pytest.approx(sum(weight))
    assert found.auc == pytest.approx(brute_auc(rows, weight, 100))
    assert found.log_loss == pytest.approx(mean([cross_entropy(p, y) for p, _, y in rows], weight))
    assert found.baseline_log_loss == pytest.approx(
        mean([cross_entropy(b, y) for _, b, y in rows], weight)
    )
    assert found.ece == pytest.approx(brute_ece(rows, weight))
    assert found.rmse == pytest.approx(sqrt(mean([(p - y) ** 2 for p, _, y in rows], weight)))
    assert found.baseline_rmse == pytest.approx(
        sqrt(mean([(b - y) ** 2 for _, b, y in rows], weight))
    )
    assert found.mae is found.coverage is None


@pytest.mark.parametrize("window", WINDOWS)
def test_measures_of_values_are_those_of_brute_force(window: str) -> None:
    rng, measured, rows = Random(2), Prequential(bins=0), []
    for _ in range(800):
        predicted, level = rng.gauss(1, 1), rng.random()
        row = (predicted, 1.0, predicted + rng.gauss(0, 0.5))
        measured.update(*row, level)
        rows.append((*row, level))
    weight, found = weights(rows, window), measured.read(window)  # type: ignore[arg-type]
    errors = [p - y for p, _, y, _ in rows]
    assert found.rmse == pytest.approx(sqrt(mean([e * e for e in errors], weight)))
    assert found.mae == pytest.approx(mean([abs(e) for e in errors], weight))
    assert found.baseline_rmse == pytest.approx(
        sqrt(mean([(b - y) ** 2 for _, b, y, _ in rows], weight))
    )
    inside = [float(0.1 <= level <= 0.9) for *_, level in rows]
    assert found.coverage == pytest.approx(mean(inside, weight))
    assert found.auc is found.log_loss is found.ece is None


def test_levels_that_are_not_known_do_not_count_as_missed() -> None:
    measured = Prequential(bins=0)
    for level in (nan, 0.5, 0.95, nan):
        measured.update(0.0, 0.0, 1.0, level)
    assert measured.read().coverage == 0.5
    assert fed([(0.0, 0.0, 1.0)], bins=0).read().coverage is None


def test_by_hand() -> None:
    rows = [(0.8, 0.5, 1.0), (0.4, 0.5, 0.0), (0.3, 0.5, 1.0), (0.3, 0.5, 0.0)]
    quality = fed(rows).read()
    assert quality.events == 4
    assert quality.auc == pytest.approx((2 + 0 + 0.5) / 4)
    assert quality.log_loss == pytest.approx(-(log(0.8) + log(0.6) + log(0.3) + log(0.7)) / 4)
    assert quality.baseline_log_loss == pytest.approx(log(2))
    assert quality.ece == pytest.approx((0.2 + 0.4 + 0.4) / 4)


def test_binned_auc_is_close_to_the_exact_one() -> None:
    rows, exact = simulated(3000), ROCAUC(n_thresholds=1000)
    for prediction, _, outcome in rows:
        exact.update(outcome > 0, prediction)
    assert fed(rows).read().auc == pytest.approx(exact.get(), abs=1e-3)


def test_a_window_forgets_and_the_total_does_not() -> None:
    bad, good = [(0.9, 0.5, 0.0)] * 1000, [(0.9, 0.5, 1.0)] * 5000
    measured = fed(bad + good)
    assert measured.read("500").log_loss == pytest.approx(-log(0.9), rel=1e-3)
    assert measured.read("500").events == pytest.approx(500, rel=1e-3)
    total = (1000 * -log(0.1) + 5000 * -log(0.9)) / 6000
    assert measured.read("total").log_loss == pytest.approx(total)


def test_honest_probabilities_are_calibrated_and_boasting_is_not() -> None:
    rows = simulated(5000)
    assert fed(rows).read().ece < 0.02  # type: ignore[operator]
    assert fed([(min(1.0, p + 0.2), b, y) for p, b, y in rows]).read().ece > 0.15  # type: ignore[operator]


@given(rows=events)
def test_what_an_update_returns_adds_up_to_the_difference_of_the_losses(rows: Rows) -> None:
    measured = Prequential()
    excess = [measured.update(*row) for row in rows]
    if rows:
        found = measured.read()
        assert found.log_loss is not None
        assert found.baseline_log_loss is not None
        assert fmean(excess) == pytest.approx(found.log_loss - found.baseline_log_loss, abs=1e-9)


@given(rows=events, others=events)
def test_sums_of_two_partitions_are_those_of_both(rows: Rows, others: Rows) -> None:
    joined = (fed(rows).sums() + fed(others).sums()).read()
    assert joined == fed(rows + others).read() or joined.log_loss == pytest.approx(
        fed(rows + others).read().log_loss
    )


@given(rows=events)
def test_measures_stay_in_their_range(rows: Rows) -> None:
    for window in WINDOWS:
        quality = fed(rows).read(window)
        for name in ("auc", "ece", "rmse", "baseline_rmse"):
            value = getattr(quality, name)
            assert value is None or 0.0 <= value <= 1.0 + 1e-12
        assert quality.log_loss is None or 0.0 <= quality.log_loss <= 14


@given(rows=events, later=events)
def test_adopted_it_goes_on_the_same_bit_for_bit(rows: Rows, later: Rows) -> None:
    measured, copy = fed(rows), Prequential()
    copy.adopt(measured.totals(), measured.cells())
    for row in later:
        assert copy.update(*row) == measured.update(*row)
    assert copy.totals() == measured.totals()
    assert copy.cells() == measured.cells()


def test_only_what_an_event_touched_is_told() -> None:
    measured = fed(simulated(200))
    assert measured.changed_cells() == measured.cells()
    measured.update(0.555, 0.5, 1.0)
    assert measured.changed_cells().keys() == {55}
    assert measured.changed_cells() == {}


def test_nothing_is_known_before_the_first_event() -> None:
    assert Prequential().read() == Quality(0.0)


def test_auc_needs_both_outcomes() -> None:
    assert fed([(0.3, 0.5, 1.0), (0.6, 0.5, 1.0)]).read().auc is None
