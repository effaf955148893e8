"""Planted effects are found again; `make quality` does the same with more learners."""

from offline.outcomes.duration import judge
from offline.outcomes.engagement import planted_ease
from offline.outcomes.gain import planted_gains
from offline.outcomes.memory_world import Memories, rank_correlation
from offline.outcomes.worlds import Finishing, Teaching, Working


def test_the_same_seed_makes_the_same_learners() -> None:
    for make in (Finishing, Working, Teaching):
        one, same, other = make(seed=3).events(), make(seed=3).events(), make(seed=4).events()
        assert one == same
        assert one != other
        assert [e.at for e in one] == sorted(e.at for e in one)


def test_half_lives_are_found_in_their_order() -> None:
    found = rank_correlation(Memories(half_lives_days=(0.3, 5.0, 100.0), learners=60))
    assert found["rank_correlation"] == 1.0


def test_lessons_that_teach_are_found() -> None:
    found = planted_gains(Teaching(learners=250))
    assert found["log_loss_below_mean_gain"] > 0.0
    assert found["rank_correlation"] > 0.9
    assert found["gain_error"] < 0.08


def test_what_is_finished_is_known_better_than_by_the_share_of_all() -> None:
    found = planted_ease(Finishing(activities=10, learners=150, begun=8))
    assert found["rank_correlation"] > 0.8
    assert found["log_loss_below_share"] > 0.0


def test_durations_are_covered_and_beat_the_geometric_mean() -> None:
    count, model, usual = judge(Working(activities=10, learners=60, done=10).events())
    assert count == 600
    assert model.nll < usual.nll
    assert model.crps < usual.crps
    assert abs(model.cover_90 - 0.9) < 0.05
