"""What the relevance model counts, forgets, merges and says."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.contract import Numbers, accumulate
from online_models.ensemble import next_base
from online_models.merging import merged
from online_models.moment import Because, Description, Ground, Moment
from online_models.relevance import RelevanceModel
from online_models.relevance.experts import CHAIN_BACK, HALF_LIFE_SEC, VIA, scale_of
from online_models.tables import NO_BASE, ModelBase, tables_of

AT = 1.6e9
Turn = tuple[tuple[int, ...], int]
turns = st.lists(
    st.tuples(st.lists(st.integers(1, 9), max_size=5, unique=True).map(tuple), st.integers(1, 9)),
    max_size=20,
)
KEYS = st.one_of(st.integers(1, 40), st.integers(2**60 - 20, 2**60 + 20), st.integers(1, 2**64 - 1))


def taught(
    steps: list[Turn], at: float = AT, model: RelevanceModel | None = None
) -> RelevanceModel:
    model = model or RelevanceModel()
    for recent, item in steps:
        model.learn(Moment.of(recent, at, (77,)), item, Description((item % 3,), (item,)))
    return model


def test_links_count_what_came_soon_after() -> None:
    model = taught([((), 1), ((1,), 2), ((2, 1), 3), ((3, 2, 1), 4), ((4, 3, 2, 1), 5)])
    numbers, one = model.state(), scale_of(AT)
    assert numbers["l/1>2"] == (one, 0.0)
    assert numbers["l/2>1"] == (0.0, one)
    assert numbers["l/1>4"] == (one, 0.0)
    assert "l/1>5" not in numbers, "four items away is not soon"
    assert numbers["i/5"] == (one,)
    assert numbers["c/4d"] == numbers["*"] == (5 * one,)
    assert numbers["m/4d>5"] == (one, 0.0)


def test_going_on_with_the_same_is_no_turn() -> None:
    assert taught([((1,), 1)]).state() == {}


def test_old_visits_fade() -> None:
    model = taught([((), 1)] * 4)
    taught([((), 2)] * 3, AT + HALF_LIFE_SEC, model)
    popular = model.opinions(Moment.of((), AT + HALF_LIFE_SEC), (1, 2))["popular"]
    assert np.exp(popular) == pytest.approx([(2 + 1) / (5 + 2) * 2, (3 + 1) / (5 + 2) * 2])


@given(
    st.lists(
        st.tuples(
            st.lists(KEYS, max_size=5, unique=True), KEYS, st.lists(KEYS, max_size=2, unique=True)
        ),
        max_size=20,
    )
)
@settings(max_examples=50, deadline=None)
def test_tables_are_the_state_as_arrays(steps: list[tuple[list[int], int, list[int]]]) -> None:
    model = RelevanceModel()
    for recent, item, cohorts in steps:
        model.learn(Moment.of(recent, AT, cohorts), item, Description((item % 3,), (1,)))
        made, expected = model.tables(), tables_of(model.state())
        assert made.keys() == expected.keys()
        for width, table in made.items():
            assert table.names.dtype == expected[width].names.dtype
            assert table.names.tolist() == expected[width].names.tolist()
            assert np.array_equal(table.values, expected[width].values)


@given(steps=turns, order=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_counts_do_not_depend_on_the_order(steps: list[Turn], order: object) -> None:
    other = list(steps)
    order.shuffle(other)  # type: ignore[attr-defined]
    known = [((), item) for item in range(1, 10)]
    one, two = taught(known + steps).state(), taught(known + other).state()
    counts = {name for name in one if name[0] in "*iclm"}
    assert counts == {name for name in two if name[0] in "*iclm"}
    for name in counts:
        assert one[name] == pytest.approx(two[name], rel=1e-12)


def test_a_full_row_forgets_its_weakest_link_and_an_old_item_everything() -> None:
    model, held = RelevanceModel(max_items=6, max_links=2), {}
    for item in (2, 2, 3, 3, 4):
        model.learn(Moment.of((1,), AT) if item != 1 else Moment.of((), AT), item, Description())
    model.learn(Moment.of((), AT), 1, Description())
    for item in (2, 2, 3, 3, 4):
        model.learn(Moment.of((1,), AT), item, Description())
        accumulate(held, model.touched())
    links = [name for name in model.state() if name.startswith("l/1>")]
    assert len(links) == 2
    assert "l/1>4" in links, "the newest stays"
    for item in range(10, 20):
        model.learn(Moment.of((), AT), item, Description((1,)))
        accumulate(held, model.touched())
    assert held == model.state()
    assert model.known <= 7
    assert "i/13" in model.state()


def test_what_left_thousands_of_turns_ago_is_told_as_well() -> None:
    model, held = RelevanceModel(max_items=12, max_links=2), Numbers()
    draws = Random(3)
    for _ in range(2):
        for _ in range(1500):
            *recent, item = draws.sample(range(1, 20), 4)
            model.learn(Moment.of(recent, AT, (7,)), item, Description())
        accumulate(held, model.touched())
        assert held == model.state()


def replicas(parts: list[list[Turn]], base: ModelBase) -> list[Numbers]:
    numbers = []
    for part in parts:
        model = RelevanceModel()
        model.restore({}, base)
        numbers.append(taught(part, model=model).state())
    return numbers


@given(parts=st.lists(turns, min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_merged_replicas_know_what_one_would(parts: list[list[Turn]]) -> None:
    """Counts add up, wherever they were made; asking the merged model is harmless."""
    known = [((), item) for item in range(1, 10)]
    base = ModelBase(tables_of(taught(known).state()))
    own = [tables_of(numbers) for numbers in replicas(parts, base)]
    after = ModelBase(merged(RelevanceModel.merging, base.tables, own))
    whole = taught(known + [turn for part in parts for turn in part]).state()
    for name, values in whole.items():
        if name[0] in "*iclm":
            assert after.numbers[name] == pytest.approx(values, rel=1e-12), name
        elif name[0] == "d":
            assert after.numbers[name] == values
    model = RelevanceModel()
    model.restore({}, after)
    assert model.state() == {}
    scores = model.scores(Moment.of((1, 2), AT, (77,)), range(12))
    assert np.isfinite(scores).all()


def test_a_replica_on_a_base_learns_over_it_and_never_writes_it() -> None:
    first = taught([((), 1), ((1,), 2), ((1,), 3), ((2, 1), 3)])
    base = ModelBase(tables_of(first.state()))
    on_base, alone = RelevanceModel(), RelevanceModel()
    on_base.restore({}, base)
    alone.restore(first.state())
    moment = Moment.of((2, 1), AT, (77,))
    later = [((2, 1), 4), ((3, 1), 2), ((), 9)]
    for model in (on_base, alone):
        assert np.array_equal(model.scores(moment, range(9)), first.scores(moment, range(9)))
        taught(later, model=model)
    assert np.array_equal(on_base.scores(moment, range(9)), alone.scores(moment, range(9)))
    assert on_base.state().items() <= alone.state().items()
    assert "l/1>3" not in on_base.state(), "only what has changed is its own"
    other = RelevanceModel()
    other.restore({}, base)
    assert np.array_equal(other.scores(moment, range(9)), first.scores(moment, range(9)))
    again = RelevanceModel()
    again.restore(on_base.state(), base)
    assert np.array_equal(again.scores(moment, range(9)), on_base.scores(moment, range(9)))
    taught(later, model=again)
    taught(later, model=on_base)
    assert again.state() == on_base.state()


def test_the_next_base_takes_all_widths_in() -> None:
    own = tables_of(taught([((), 1), ((1,), 2), ((2, 1), 3), ((1,), 3)]).state())
    base = next_base(NO_BASE, 1, [RelevanceModel], [{"relevance": own}])
    known = {name.decode() for table in own.values() for name in table.names}
    left_out = known - base.of("relevance").numbers.keys()
    assert all(name.startswith("w/") for name in left_out), "weights as they were at first"
    assert {len(row) for row in base.of("relevance").numbers.values()} == set(own)


@pytest.mark.parametrize("known", [1, 63, 64, 65, 200])
def test_replicas_grow_on_bases_of_any_size(known: int) -> None:
    base = ModelBase(tables_of(taught([((n,), n + 1) for n in range(known)]).state()))
    model = RelevanceModel()
    model.restore({}, base)
    taught([((n,), n + 1) for n in range(known - 1, known + 150)], model=model)
    assert model.known == known + 150
    assert model.propose(Moment.of((known + 100,), AT), 1) == [known + 101]


def test_chances_are_shared_with_what_was_not_asked_for() -> None:
    model = taught([((n,), n + 1) for n in range(1, 30)] * 3)
    moment = Moment.of((5,), AT)
    few, all_ = model.chances(moment, (6, 20)), model.chances(moment, range(1, 31))
    assert few[0] > few[1]
    assert sum(few) < 0.9
    assert sum(all_) == pytest.approx(1.0)
    assert model.propose(moment, 1) == [6]
    assert RelevanceModel().chances(moment, (1, 2)) == pytest.approx([0.5, 0.5])


def test_what_speaks_for_an_item_is_counted() -> None:
    model = taught([((), 1)] * 4 + [((1,), 2)] * 3 + [((), 3)])
    for moment, item, expected in (
        (Moment.of((1,), AT, (77,)), 2, Because(Ground.AFTER, 1, 3.0, 4.0)),
        (Moment.of((), AT, (77,)), 2, Because(Ground.COHORT, 77, 3.0, 8.0)),
        (Moment.of((), AT), 3, Because(Ground.ALL, 0, 1.0, 8.0)),
        (Moment.of((1,), AT + HALF_LIFE_SEC), 2, Because(Ground.AFTER, 1, 1.5, 2.0)),
    ):
        found = model.because(moment, item)
        assert found is not None
        assert found[:2] == expected[:2]
        assert found[2:] == pytest.approx(expected[2:])
    assert model.because(Moment.of((1,), AT), 99) is None


def test_weights_follow_who_judges_well() -> None:
    """Everybody goes round in a circle: what follows is right, what is popular is not."""
    model = RelevanceModel()
    for n in range(3000):
        place = n % 60
        model.learn(Moment.of((place + 1, place), AT + n), place + 2, Description())
    weights = model.weights("warm")
    assert weights["follows"] > 0.3
    assert weights["follows"] > weights["popular"]


def test_a_chain_leads_through_what_is_particular() -> None:
    """Item 50 is seen around 1 most of all, but everybody goes there."""
    few = range(100, 100 + VIA)
    steps: list[Turn] = [((), 1)] + [((), 50)] * 2000 + [((1,), 50)] * 10 + [((50,), 8)] * 10
    steps += [turn for item in few for turn in (((1,), item), ((item,), 9))]
    model = taught(steps)
    said = model.opinions(Moment.of((1,), AT), (8, 9))
    unseen = np.log(CHAIN_BACK) + said["factors"]
    assert said["chain"][0] == pytest.approx(unseen[0]), "only 50 leads there"
    assert said["chain"][1] > unseen[1] + 2.0


def test_a_turn_is_told_as_a_duel_of_two_items() -> None:
    """Who always visits 2 after 1 is expected to; popularity alone does not know."""
    model, duels = RelevanceModel(), []
    for n in range(300):
        for recent, item in (((), 1), ((1,), 2), ((2, 1), 3 + n % 5)):
            duel = model.learn(Moment.of(recent, AT + n), item)
            duels += [duel] if duel is not None and item == 2 and n > 100 else []
    assert {duel.outcome for duel in duels} == {0.0, 1.0}, "either may be the visited one"
    right = [duel.predicted if duel.outcome else 1.0 - duel.predicted for duel in duels]
    popular = [duel.baseline if duel.outcome else 1.0 - duel.baseline for duel in duels]
    assert np.log(right).mean() > np.log(popular).mean()
    assert RelevanceModel().learn(Moment.of((), AT), 1) is None, "there is nothing to compare with"
