"""The map for a learner and of a catalogue, small and too large."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from processors.curriculum.choice import Traveller
from processors.curriculum.plan import Plan, State, plan_of
from processors.reference import Reference
from schemas.codec import hash64
from schemas.reference import Activity

NOW = 1_000.0


def reference_of(*activities: Activity) -> Reference:
    reference = Reference()
    for activity in activities:
        reference.put(activity)
    return reference


def chain(length: int) -> Reference:
    return reference_of(
        *(
            Activity(id=f"a{n:03}", prerequisites=(f"a{n - 1:03}",) if n else ())
            for n in range(length)
        )
    )


def done(*ids: str) -> defaultdict[int, bool]:
    return defaultdict(bool, {hash64(one): True for one in ids})


def states(plan: Plan) -> dict[str, State]:
    return {node.activity: node.state for node in plan.nodes}


def test_states_follow_what_is_done_and_what_is_queued() -> None:
    traveller = Traveller(NOW, done=done("a000"), queue=["a001"])
    assert states(plan_of(chain(4), traveller)) == {
        "a000": State.DONE,
        "a001": State.NEXT,
        "a002": State.LOCKED,
        "a003": State.LOCKED,
    }


def test_what_is_done_before_opens_what_builds_on_it() -> None:
    plan = plan_of(chain(3), Traveller(NOW, done=done("a000", "a001")))
    assert states(plan)["a002"] is State.OPEN


def test_without_a_learner_nothing_has_a_state() -> None:
    plan = plan_of(chain(3))
    assert set(states(plan).values()) == {State.NONE}
    assert plan.edges == (("a000", "a001"), ("a001", "a002"))


def test_other_roles_other_times_and_withdrawn_ones_are_not_shown() -> None:
    reference = reference_of(
        Activity(id="mine", audience=("chemist",)),
        Activity(id="theirs", audience=("pilot",)),
        Activity(id="over", valid_until=NOW),
        Activity(id="over but done", valid_until=NOW),
        Activity(id="gone", withdrawn=True),
        Activity(id="seen", origin="observed"),
        Activity(id="met", origin="observed"),
    )
    traveller = Traveller(
        NOW, role="chemist", done=done("over but done", "gone"), recent=[hash64("met")]
    )
    plan = plan_of(reference, traveller)
    assert states(plan).keys() == {"mine", "over but done", "met"}
    assert plan.total == 3
    assert states(plan_of(reference)).keys() == {"mine", "theirs", "over", "over but done"}


def test_of_a_large_catalogue_the_neighbourhood_of_the_learner_is_shown() -> None:
    plan = plan_of(chain(400), Traveller(NOW, done=done(), queue=["a200"]), limit=21)
    assert states(plan).keys() == {f"a{n}" for n in range(190, 211)}
    assert plan.total == 400


def test_then_what_serves_the_goals() -> None:
    alone = [Activity(id=f"b{n:03}") for n in range(50)]
    goal = Activity(id="z", skills=("SQL",))
    traveller = Traveller(NOW, done=done(), skills=[hash64("SQL")])
    plan = plan_of(reference_of(*alone, goal), traveller, limit=3)
    assert states(plan).keys() == {"z", "b000", "b001"}


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefghi"), max_size=3))
    ),
    st.integers(1, 10),
    st.one_of(st.none(), st.lists(st.sampled_from("abcdefghi"), max_size=3)),
)
def test_any_catalogue_can_be_drawn_within_its_bound(
    records: list[tuple[str, list[str]]], limit: int, queue: list[str] | None
) -> None:
    reference = reference_of(*(Activity(id=one, prerequisites=tuple(b)) for one, b in records))
    traveller = None if queue is None else Traveller(NOW, done=done(), queue=queue)
    plan = plan_of(reference, traveller, limit)
    shown = [node.activity for node in plan.nodes]
    assert len(shown) == len(set(shown)) == min(limit, plan.total)
    assert all(a in shown and b in shown for a, b in plan.edges)
    assert len({(node.layer, node.order) for node in plan.nodes}) == len(shown)
