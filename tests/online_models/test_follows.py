from random import Random

import pytest

from online_models.follows import HALF_LIFE, FollowsModel

BIG = 2**64 - 1


def test_probabilities_are_shares_of_what_followed() -> None:
    model = FollowsModel()
    for after in (2, 2, 3, 2):
        model.learn(1, after)
    chances = dict(model.next_of(1))
    assert list(chances) == [2, 3]
    assert chances[2] == pytest.approx(3 / 5, rel=0.01)
    assert chances[3] == pytest.approx(1 / 5, rel=0.01)
    assert model.next_of(2) == []


def test_doing_the_same_again_is_no_transition() -> None:
    model = FollowsModel()
    model.learn(1, 1)
    assert model.state() == {}


def test_what_followed_long_ago_counts_half_after_a_half_life() -> None:
    model = FollowsModel()
    model.learn(1, 2)
    early = model.state()["1>2"]
    for _ in range(HALF_LIFE):
        model.learn(1, 3)
    old, new = (model.state()[link] for link in ("1>2", "1>3"))
    total = model.state()["1"][1]
    chances = dict(model.next_of(1))
    assert early == old == (1.0, 1.0)
    assert chances[2] == pytest.approx(0.5 / (total + 1.0))
    assert chances[3] == pytest.approx(new[0] / (total + 1.0))
    assert total == pytest.approx(new[0] + 0.5)


def test_a_fashion_that_changed_is_found() -> None:
    model = FollowsModel()
    for after in [2] * 3000 + [3] * 1000:
        model.learn(1, after)
    assert model.next_of(1)[0][0] == 3


def test_64_bit_ids_survive_exactly() -> None:
    model, copy = FollowsModel(), FollowsModel()
    model.learn(BIG, BIG - 1)
    copy.restore(model.state())
    assert [after for after, _ in copy.next_of(BIG)] == [BIG - 1]
    assert model.state().keys() == {f"{BIG:x}", f"{BIG:x}>{BIG - 1:x}"}


def test_the_least_counted_successor_makes_room_for_the_newest() -> None:
    model = FollowsModel(max_successors=2)
    for after in (2, 2, 2, 3, 3):
        model.learn(1, after)
    model.touched()
    model.learn(1, 4)
    assert [after for after, _ in model.next_of(1)] == [2, 4], "though 3 was counted more often"
    assert model.touched()["1>3"] == ()


def test_of_equally_counted_successors_the_smaller_id_goes() -> None:
    model = FollowsModel(max_successors=2)
    model.restore({"1": (2, 2, 1), "1>9": (1, 2), "1>5": (1, 2)})
    model.learn(1, 7)
    assert {after for after, _ in model.next_of(1)} == {7, 9}


def test_the_source_left_longest_ago_goes_with_its_links() -> None:
    model = FollowsModel(max_sources=2)
    for before in (1, 2, 1, 3):
        model.learn(before, 10)
    assert model.next_of(2) == []
    assert model.state().keys() == {"1", "1>a", "3", "3>a"}
    assert model.touched()["2"] == model.touched().get("2>a", ()) == ()


def test_finds_the_path_that_most_take() -> None:
    rng, model = Random(11), FollowsModel()
    for _ in range(4000):
        before = rng.randrange(20)
        after = (before + 1) % 20 if rng.random() < 0.6 else rng.randrange(20)
        model.learn(before, after)
    for before in range(20):
        after, chance = model.next_of(before)[0]
        assert after == (before + 1) % 20
        assert chance == pytest.approx(0.62, abs=0.1)


@pytest.mark.parametrize(
    "numbers",
    [
        {"1>2": (1.0, 1.0)},
        {"1": (1.0, 1.0)},
        {"1": (1.0, 1.0, 1.0), "1>2": (1.0, 1.0, 1.0)},
        {"1": (1.0, -1.0, 1.0)},
        {"G": (1.0, 1.0, 1.0)},
        {"0x1": (1.0, 1.0, 1.0)},
        {"1": (1.0, 1.0, 1.0), "1>": (1.0, 1.0)},
        {"1": (1.0, 1.0, 1.0), "1>2>3": (1.0, 1.0)},
    ],
    ids=str,
)
def test_what_is_no_chain_is_refused(numbers: dict[str, tuple[float, ...]]) -> None:
    model = FollowsModel()
    model.learn(5, 6)
    before = model.state()
    with pytest.raises(ValueError, match="model 'follows'"):
        model.restore(numbers)
    assert model.state() == before
