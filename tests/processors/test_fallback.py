"""A queue by content rules alone: whatever the catalogue, what it offers may be offered."""

from hypothesis import given, settings
from hypothesis import strategies as st
from queue_world import DAY, LEARNER, NOW, World

from processors.fallback import fallback_queue
from processors.objective import Objective
from schemas.codec import encode_json
from schemas.queue import Queue, ReasonCode
from schemas.reference import Deadline

LAWS = settings(max_examples=50, deadline=None)
NAMES = [f"activity {n}" for n in range(8)]
ROLES = ["analyst", "clerk"]
moments = st.none() | st.floats(-60, 60).map(lambda days: NOW + days * DAY)
roles = st.lists(st.sampled_from(ROLES), max_size=1).map(tuple)
facts = st.fixed_dictionaries(
    {},
    optional={
        "after": st.lists(st.sampled_from([*NAMES, "unknown"]), max_size=2),
        "valid_from": moments,
        "valid_until": moments,
        "audience": roles,
        "deadlines": st.lists(st.builds(Deadline, roles=roles, due_at=moments), max_size=1).map(
            tuple
        ),
        "withdrawn": st.booleans(),
        "minutes": st.floats(0, 100),
    },
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = World()
    if draw(st.booleans()):
        goals = {"goals": ("s2",)} if draw(st.booleans()) else {}
        world.is_a(draw(st.sampled_from(ROLES)), {"s1": 0.8}, **goals)
    for name, (skills, optional) in draw(
        st.dictionaries(
            st.sampled_from(NAMES),
            st.tuples(
                st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=2, unique=True), facts
            ),
        )
    ).items():
        world.add(name, *skills, **optional)
    return world


def fallback(world: World, learner: str = LEARNER) -> Queue:
    return fallback_queue(learner, world.reference, world.objective, NOW, "because")


@LAWS
@given(worlds())
def test_validity_audience_and_prerequisites_hold(world: World) -> None:
    profile = world.reference.profile(LEARNER)
    role = profile.role if profile else ""
    for item in fallback(world).items:
        activity = world.reference.lookup(item.activity)
        assert activity is not None
        assert not activity.withdrawn
        assert not activity.prerequisites
        assert not activity.audience or role in activity.audience
        assert activity.valid_from is None or activity.valid_from <= NOW
        assert activity.valid_until is None or activity.valid_until > NOW


@LAWS
@given(worlds())
def test_it_is_marked_and_always_the_same(world: World) -> None:
    queue = fallback(world)
    assert (queue.fallback, queue.version, queue.policy) == (True, -1, "content-rules")
    assert queue.cause == {"change": "because"}
    assert all(item.propensity == 1.0 for item in queue.items)
    assert encode_json(fallback(world)) == encode_json(queue)


@LAWS
@given(worlds())
def test_it_knows_nothing_of_what_the_learner_did(world: World) -> None:
    before = fallback(world)
    for name in NAMES[:4]:
        world.does(name)
    assert fallback(world) == before


def test_duties_come_first_then_what_the_role_requires() -> None:
    world = World(objective=Objective(exploration=0.3))
    world.is_a("analyst", {"s": 0.8})
    world.add("plain", "other")
    world.add("required", "s")
    world.add("duty", deadlines=(Deadline(due_at=NOW + 3 * DAY),))
    queue = fallback(world)
    assert [item.activity for item in queue.items] == ["duty", "required", "plain"]
    assert queue.items[0].reasons[0].code is ReasonCode.COMPLIANCE_DUE
    assert queue.items[1].reasons[0].code is ReasonCode.SKILL_GAP
