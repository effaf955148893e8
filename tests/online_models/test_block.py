from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.block import Block, packed, unpacked
from online_models.tables import EMPTY, ModelBase, tables_of

NAMES = ("a", "b", "c")
START = np.array([[0.0, 1.0, 0.0], [0.1, 0.2, 0.3]])
NOBODY = np.array([b"block"])


def learned(seed: int, events: int, base: dict | None = None) -> Block:
    """A block that has met `events` inputs: least squares with noise 1, a step each."""
    rng, block = Random(seed), Block("block", NAMES, START)
    block.restore_tables({}, ModelBase(tables_of(base or {})))
    for _ in range(events):
        x = np.array([rng.gauss(0, 1) for _ in NAMES])
        reach = block.covariance @ x
        gain = reach / (1 + reach @ x)
        block.mean += gain * (x @ (1.0, -1.0, 0.5) - block.mean @ x)
        block.covariance -= np.outer(gain, reach)
        block.count += 1.0
    return block


def row(block: Block) -> np.ndarray:
    return np.array([*block.state().values()])


def test_its_numbers_are_count_means_and_triangle() -> None:
    block = learned(1, 5)
    (values,) = block.state().values()
    assert len(values) == block.width == 1 + 3 + 6
    count, mean, covariance = unpacked(np.array(values), 3)
    assert count == 5
    assert mean.tolist() == block.mean.tolist()
    assert covariance == pytest.approx(block.covariance, abs=1e-15)
    copy = Block("block", NAMES, START)
    copy.restore_tables(block.tables(), EMPTY)
    assert copy.state() == block.state()
    assert copy.touched() == {}


def test_only_what_was_learned_is_told() -> None:
    block = learned(1, 3)
    assert block.touched() == block.state()
    assert block.touched() == {}
    assert learned(2, 0, block.state()).state() == {}
    assert learned(2, 1, block.state()).state() != {}


def test_a_merge_of_one_replica_is_that_replica() -> None:
    block = learned(1, 40)
    merged = block.rule.merge(block.rule.start(NOBODY), [(np.array([0]), row(block))])
    assert merged == pytest.approx(row(block), abs=1e-9)


def test_replicas_of_the_same_truth_agree_and_know_more_together() -> None:
    replicas = [learned(seed, 200) for seed in range(4)]
    moves = [(np.array([0]), row(one)) for one in replicas]
    rule = replicas[0].rule
    merged = rule.merge(rule.start(NOBODY), moves)
    count, mean, covariance = unpacked(merged[0], 3)
    assert count == 800
    assert mean == pytest.approx((1.0, -1.0, 0.5), abs=0.15)
    assert np.trace(covariance) < min(np.trace(one.covariance) for one in replicas) / 3
    assert rule.merge(rule.start(NOBODY), moves[::-1]) == pytest.approx(merged, abs=1e-12)


def test_rebasing_keeps_what_was_learned_since() -> None:
    taken = learned(1, 30)
    now = learned(1, 50)
    rule = now.rule
    merged = rule.merge(rule.start(NOBODY), [(np.array([0]), row(taken))])
    assert rule.rebase(merged, row(taken), row(now)) == pytest.approx(row(now), abs=1e-6)
    assert rule.rebase(merged, row(taken), row(taken)) == pytest.approx(merged, abs=1e-6)
    assert rule.rebase(merged[:0], merged[:0], merged[:0]).shape == (0, now.width)


def test_a_covariance_spoilt_by_rounding_is_made_positive() -> None:
    rule, start = learned(1, 0).rule, learned(1, 0).rule.start(NOBODY)
    wide = start.copy()
    wide[0, 4:] *= 50.0
    rebased = rule.rebase(start, start, wide)
    _, _, covariance = unpacked(rebased[0], 3)
    assert np.all(np.linalg.eigvalsh(covariance) > 0.0)
    assert np.all(np.isfinite(rebased))


def test_tempered_it_keeps_its_means_and_doubts_more() -> None:
    block = learned(1, 40)
    rule, values = block.rule, row(block)
    count, mean, covariance = unpacked(values[0], 3)
    for share in (1.0, 0.5, 0.0):
        told_count, told_mean, told = unpacked(rule.temper(NOBODY, values, share)[0], 3)
        assert told_count == share * count
        assert told_mean.tolist() == mean.tolist()
        precision = np.diag(1.0 / START[1])
        expected = precision + share * (np.linalg.inv(covariance) - precision)
        assert told == pytest.approx(np.linalg.inv(expected), abs=1e-9)


DRIFT = 1e-5
TRUTH = np.linspace(-1.0, 1.0, 8)
WANDERING = Block("block", tuple("abcdefgh"), np.array([np.zeros(8), np.ones(8)]), DRIFT)


class _Replica:
    """A block of weights that drift, whose inputs resemble each other."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.row = WANDERING.rule.untouched

    def learn(self, events: int) -> None:
        count, mean, covariance = unpacked(self.row, 8)
        for _ in range(events):
            x = self._rng.normal(size=8) * 0.3 + self._rng.normal()
            reach = covariance @ x
            gain = reach / (1.0 + x @ reach)
            mean += gain * (x @ (TRUTH - mean) + self._rng.normal())
            covariance += DRIFT * np.eye(8) - np.outer(gain, reach)
        self.row = packed(count + events, mean, covariance)


def test_a_merge_of_one_replica_that_drifts_is_that_replica() -> None:
    rule, replica = WANDERING.rule, _Replica(1)
    for events in (10, 3000):
        before = replica.row[None]
        replica.learn(events)
        merged = rule.merge(before, [(np.array([0]), replica.row[None])])
        assert merged[0] == pytest.approx(replica.row, abs=1e-9)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=30, deadline=None)
def test_rebasing_on_what_was_taken_changes_nothing(seed: int, first: int, second: int) -> None:
    rule, replica = WANDERING.rule, _Replica(seed)
    replica.learn(first)
    taken = replica.row[None]
    replica.learn(second)
    now = replica.row[None]
    assert rule.rebase(taken, taken, now)[0] == pytest.approx(now[0], abs=1e-9)
    other = _Replica(seed + 1)
    other.learn(50)
    assert rule.rebase(other.row[None], now, now)[0] == pytest.approx(other.row, abs=1e-9)


def test_what_was_only_forgotten_is_forgotten_once_by_each() -> None:
    rule, replica = WANDERING.rule, _Replica(1)
    replica.learn(500)
    count, mean, covariance = unpacked(replica.row, 8)
    wider = packed(count + 100, mean, covariance + 100 * DRIFT * np.eye(8))
    merged = rule.merge(replica.row[None], [(np.array([0]), wider[None])] * 12)
    after_count, after_mean, after = unpacked(merged[0], 8)
    assert after_count == count + 1200
    assert after_mean == pytest.approx(mean, abs=1e-9)
    assert after == pytest.approx(covariance + 1200 * DRIFT * np.eye(8), abs=1e-9)


@pytest.mark.parametrize("delay", [0, 50, 300])
def test_replicas_that_drift_and_adopt_late_stay_at_the_truth(delay: int) -> None:
    """Twelve, until what they learn and what they forget is in balance, and beyond."""
    rule, replicas = WANDERING.rule, [_Replica(seed) for seed in range(12)]
    base = rule.start(NOBODY)
    for _ in range(20):
        for replica in replicas:
            replica.learn(300)
        taken = [replica.row[None] for replica in replicas]
        base = rule.merge(base, [(np.array([0]), one) for one in taken])
        for replica, one in zip(replicas, taken, strict=True):
            replica.learn(delay)
            replica.row = rule.rebase(base, one, replica.row[None])[0]
    _, mean, covariance = unpacked(base[0], 8)
    assert np.all(np.linalg.eigvalsh(covariance) > 0.0)
    assert mean == pytest.approx(TRUTH, abs=0.25)


def test_far_away_means_move_as_they_have_moved() -> None:
    rule, replica = WANDERING.rule, _Replica(1)
    replica.learn(500)
    taken = replica.row[None]
    replica.learn(200)
    _, mean, covariance = unpacked(replica.row, 8)
    start = unpacked(taken[0], 8)
    for far in (100.0, -100.0):
        fit = packed(9_000.0, start[1] + far * np.sqrt(np.diag(start[2])), start[2])
        found = unpacked(rule.rebase(fit[None], taken, replica.row[None])[0], 8)
        assert found[0] == 9_200
        assert found[1] == pytest.approx(unpacked(fit, 8)[1] + mean - start[1], abs=1e-9)
        assert found[2] == pytest.approx(covariance, abs=1e-9)


def test_there_and_back_is_where_it_was() -> None:
    """A fit takes the place of what is live, something is learned, the fit is taken back."""
    rule, replica = WANDERING.rule, _Replica(1)
    replica.learn(500)
    live = replica.row
    fit = packed(9_000.0, unpacked(live, 8)[1] + 5.0, unpacked(live, 8)[2])
    there = rule.rebase(fit[None], live[None], live[None])
    back = rule.rebase(live[None], fit[None], there)
    assert back[0] == pytest.approx(live, abs=1e-9)
