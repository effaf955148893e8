"""Laws of queues: whatever the catalogue, the history and the time."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from queue_world import DAY, LEARNER, NOW, Fixed, Told, Ways, World

from processors.features.records.put_aside import named
from processors.learner_view import LearnerView
from processors.objective import Objective
from processors.queueing import Occasion, build_queue, rebuild, why_not
from processors.reference import Entry
from processors.rules import RemovalCode, removal_at_reading, removal_of
from processors.state import decode, encode
from schemas.codec import encode_json, hash64
from schemas.kinds import Kind
from schemas.queue import Queue, ReasonCode
from schemas.reference import Deadline

LAWS = settings(max_examples=60, deadline=None)

NAMES = [f"activity {n}" for n in range(10)]
SKILLS = [f"skill {n}" for n in range(4)]
ROLES = ["analyst", "clerk"]
ACTIVE = [Kind.LAUNCHED, Kind.VIEWED, Kind.ANSWERED, Kind.COMPLETED, Kind.PASSED, Kind.FAILED]
SAID = [*ACTIVE, Kind.DISMISSED, Kind.NOT_RELEVANT]

moments = st.none() | st.floats(-60, 60).map(lambda days: NOW + days * DAY)
roles = st.lists(st.sampled_from(ROLES), max_size=1).map(tuple)
deadlines = st.builds(
    Deadline, roles=roles, due_at=moments, days_after_hire=st.none() | st.floats(0, 100)
)
facts = st.fixed_dictionaries(
    {},
    optional={
        # cycles and prerequisites that nobody knows are included
        "after": st.lists(st.sampled_from([*NAMES, "unknown"]), max_size=2),
        "difficulty": st.floats(0, 1),
        "content": st.sampled_from(["video", "quiz"]),
        "course": st.just("course"),
        "minutes": st.floats(0, 1000),
        "done_by": st.sampled_from(["viewed", "completed", "passed"]),
        "valid_from": moments,
        "valid_until": moments,
        "audience": roles,
        "deadlines": st.lists(deadlines, max_size=1).map(tuple),
        "withdrawn": st.booleans(),
        "origin": st.sampled_from(["catalogue", "observed"]),
    },
)
catalogues: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(st.lists(st.sampled_from(SKILLS), max_size=2, unique=True), facts),
)
steps = st.tuples(
    st.sampled_from([*NAMES, "elsewhere"]),
    st.sampled_from(SAID),
    st.none() | st.floats(0, 1),
    st.floats(0, 200),
)
objectives = st.builds(
    Objective,
    length=st.integers(1, 6),
    per_stream=st.integers(1, 4),
    exploration=st.sampled_from([0.0, 0.15, 0.5]),
    max_per_content=st.integers(1, 5),
    max_per_course=st.integers(1, 5),
    max_reviews=st.integers(1, 3),
    seed=st.integers(0, 3),
    repeatable=st.sampled_from([(), ("quiz",)]),
)
shares = st.floats(0, 1)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    ways = draw(st.dictionaries(st.sampled_from(NAMES), st.just({NAMES[0]: 0.5, NAMES[5]: 0.2})))
    told = Told(
        success=Fixed(draw(shares), {hash64(NAMES[0]): draw(shares)}),
        engagement=Fixed(draw(shares)),
        relevance=Ways(ways),
    )
    world = World(predictors=told, objective=draw(objectives))
    if draw(st.booleans()):
        wishes = {"goals": ("skill 3",), "minutes_per_week": draw(st.none() | st.floats(0, 100))}
        targets = draw(st.dictionaries(st.sampled_from(SKILLS), shares))
        world.is_a("analyst", targets, hired_on=draw(moments), **wishes)
    for name, (skills, optional) in draw(catalogues).items():
        world.add(name, *skills, **optional)
    for name, kind, outcome, days in draw(st.lists(steps, max_size=25)):
        world.does(name, kind, outcome, at=NOW - days * DAY)
    return world


def viewed(world: World) -> LearnerView:
    return LearnerView(LEARNER, world.state, world.basis, NOW)


def offered_entries(world: World, queue: Queue) -> list[Entry]:
    found = [world.reference.entry(item.activity) for item in queue.items]
    return [entry for entry in found if entry is not None]


@LAWS
@given(worlds())
def test_nothing_is_offered_that_may_not_be(world: World) -> None:
    view = viewed(world)
    for entry in offered_entries(world, world.queue()):
        activity = entry.activity
        assert not activity.withdrawn
        assert activity.valid_from is None or activity.valid_from <= NOW
        assert activity.valid_until is None or activity.valid_until > NOW
        assert not activity.audience or view.role in activity.audience
        assert all(world.state.is_done(hash64(name)) for name in activity.prerequisites)
        assert removal_at_reading(entry, view) is None


@LAWS
@given(worlds())
def test_what_is_put_aside_is_offered_only_as_a_duty(world: World) -> None:
    view = viewed(world)
    aside = {key for until in view.aside.values() for key in until}
    for entry in offered_entries(world, world.queue()):
        assert named(entry.key) not in aside or entry.key in view.duties


@LAWS
@given(worlds())
def test_what_is_finished_comes_back_only_for_a_skill_that_faded(world: World) -> None:
    view = viewed(world)
    for entry in offered_entries(world, world.queue()):
        if world.state.is_done(entry.key):
            practice = entry.activity.content in world.objective.repeatable
            assert any(
                skill in view.faded or (practice and view.need[skill] > 0.0)
                for skill in entry.skills
            )


@LAWS
@given(worlds())
def test_a_faded_skill_was_proficient_and_is_not_mastered(world: World) -> None:
    view = viewed(world)
    for skill in view.faded:
        assert view.recall(skill, NOW) <= world.objective.review_below + 1e-9
        held = world.state.skill(skill)
        assert held is not None
        good, bad = held.successes_90d, held.failures_90d
        assert (1.0 + good) / (3.0 + good + bad) >= world.objective.proficient - 1e-9


@LAWS
@given(worlds())
def test_a_queue_is_in_form(world: World) -> None:
    queue = world.queue()
    ids = [item.activity for item in queue.items]
    assert len(set(ids)) == len(ids) <= world.objective.length
    assert [item.rank for item in queue.items] == list(range(1, len(ids) + 1))
    for item in queue.items:
        assert 0.0 < item.propensity <= 1.0
        expected = item.expected
        chances = (expected.success, expected.engagement, expected.gain, expected.retention)
        assert all(0.0 <= chance <= 1.0 for chance in chances)
        assert item.not_before >= NOW
        assert item.minutes > 0.0
        assert 1 <= len(item.reasons) <= 3
        assert all(reason.text for reason in item.reasons)
    starts = [item.not_before for item in queue.items if not is_duty(item.reasons[0].code)]
    assert starts == sorted(starts)
    encode_json(queue)


def is_duty(code: ReasonCode) -> bool:
    return code is ReasonCode.COMPLIANCE_DUE


@LAWS
@given(worlds())
def test_a_queue_keeps_its_caps(world: World) -> None:
    queue = world.queue()
    free = [item for item in queue.items if not is_duty(item.reasons[0].code)]
    entries = offered_entries(world, replace(queue, items=tuple(free)))
    contents = [entry.activity.content for entry in entries if entry.activity.content]
    courses = [entry.activity.course for entry in entries if entry.activity.course]
    assert max(map(contents.count, contents), default=0) <= world.objective.max_per_content
    assert max(map(courses.count, courses), default=0) <= world.objective.max_per_course


@LAWS
@given(worlds())
def test_the_same_gives_the_same_bytes(world: World) -> None:
    once = encode_json(world.queue())
    assert encode_json(world.queue()) == once
    world.state = decode(encode(world.state))
    assert encode_json(world.queue()) == once


@LAWS
@given(worlds())
def test_there_is_always_a_way_on(world: World) -> None:
    view = viewed(world)
    passing = [
        entry
        for entry in world.reference.entries()
        if (removal := removal_of(entry, view)) is None or removal.code is RemovalCode.NO_PROGRESS
    ]
    assert bool(passing) == bool(world.queue().items)


@LAWS
@given(worlds())
def test_a_completed_activity_leaves(world: World) -> None:
    queue = world.queue()
    for item in queue.items:
        activity = world.reference.lookup(item.activity)
        assert activity is not None
        before = encode(world.state)
        world.does(item.activity, Kind.PASSED, 1.0, at=NOW)
        view = viewed(world)
        entry = world.reference.entry(item.activity)
        assert entry is not None
        practice = activity.content in world.objective.repeatable
        if not practice and not (set(entry.skills) & view.faded):
            assert item.activity not in world.offered()
        world.state = decode(before)


@LAWS
@given(worlds())
def test_every_activity_is_in_the_queue_or_has_a_reason_not_to_be(world: World) -> None:
    offered = set(world.offered())
    for entry in world.reference.entries():
        name = entry.activity.id
        removal = why_not(name, LEARNER, world.state, world.basis, world.occasion())
        assert (removal is None) == (name in offered)
        if removal is not None:
            encode_json(removal.evidence)


@LAWS
@given(worlds())
def test_a_clock_alone_changes_nothing_before_the_queue_is_stale(world: World) -> None:
    """What is legal stays legal, and what is due stays due, until the queue says it is stale."""
    rebuilt = world.rebuilt()
    until = NOW + 30 * DAY if rebuilt.stale_at is None else rebuilt.stale_at
    assert until > NOW
    later = LearnerView(LEARNER, world.state, world.basis, NOW + 0.99 * (until - NOW))
    now = viewed(world)
    assert later.faded == now.faded
    assert later.duties == now.duties
    assert later.aside == now.aside
    for entry in offered_entries(world, rebuilt.queue):
        assert removal_at_reading(entry, later) is None


@LAWS
@given(worlds(), st.integers(0, 10**9))
def test_learners_do_not_influence_each_other(world: World, version: int) -> None:
    occasion = Occasion(NOW, version, {})
    alone = build_queue(LEARNER, world.state, world.basis, occasion)
    rebuild("another", world.state, world.basis, occasion)
    assert build_queue(LEARNER, world.state, world.basis, occasion) == alone
