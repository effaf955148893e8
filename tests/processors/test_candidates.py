from collections.abc import Iterator

import pytest
from queue_world import DAY, LEARNER, NOW, Told, Ways, World

from processors.candidates.compliance import compliance
from processors.candidates.continues import continues
from processors.candidates.explore import anything, explore
from processors.candidates.frontier import frontier
from processors.candidates.gather import SOURCES, gather
from processors.candidates.reviews import reviews
from processors.candidates.similar import similar
from processors.candidates.stream import Candidate, Source, Stream
from processors.learner_view import LearnerView
from processors.objective import Objective
from processors.rules import RemovalCode
from schemas.codec import hash64
from schemas.kinds import Kind
from schemas.reference import Deadline


def view(world: World, now: float = NOW) -> LearnerView:
    return LearnerView(LEARNER, world.state, world.basis, now)


def streams(source: Source, world: World, now: float = NOW) -> Iterator[list[str]]:
    for stream in source(view(world, now)):
        yield [entry.activity.id for entry in stream.entries]


def noted(stream: Stream) -> list[Candidate]:
    candidates = [Candidate(entry) for entry in stream.entries]
    for candidate in candidates:
        assert stream.note is not None
        stream.note(candidate)
    return candidates


def test_the_frontier_begins_with_what_was_just_opened() -> None:
    world = World()
    world.add("a")
    world.add("b", after=["a"])
    world.add("c", after=["b"])
    assert list(streams(frontier, world)) == [[]]
    world.does("a")
    assert list(streams(frontier, world)) == [["b"]]
    world.does("b")
    assert list(streams(frontier, world)) == [["c", "b"]]


def test_the_frontier_has_a_stream_for_each_skill_needed_most_needed_first() -> None:
    world = World()
    world.add("a", "SQL")
    world.add("b", "Statistics")
    world.is_a("analyst", {"SQL": 0.5, "Statistics": 0.9, "Known": 0.1})
    assert list(streams(frontier, world)) == [[], ["b"], ["a"]]


def test_reviews_offer_the_shortest_finished_activity_of_a_faded_skill() -> None:
    world = World()
    world.add("long", "SQL", minutes=90.0)
    world.add("short", "SQL", minutes=10.0)
    world.add("undone", "SQL", minutes=5.0)
    world.does("long", Kind.PASSED, 1.0)
    world.does("short", Kind.PASSED, 1.0)
    assert list(streams(reviews, world)) == []
    assert list(streams(reviews, world, NOW + 60 * DAY)) == [["short", "long"]]


def test_what_was_begun_last_is_continued_first() -> None:
    world = World()
    for name in ("a", "b", "c"):
        world.add(name)
    world.does("a", Kind.PROGRESSED, progress=0.4)
    world.does("b", Kind.LAUNCHED)
    world.does("c", Kind.COMPLETED)
    begun, _ = continues(view(world))
    assert [(one.entry.activity.id, one.continues) for one in noted(begun)] == [
        ("b", 0.5),
        ("a", 0.7),
    ]


def test_what_was_begun_before_the_history_is_found_unless_it_is_too_old() -> None:
    world = World()
    world.add("a")
    world.add("b")
    world.does("a", Kind.LAUNCHED, at=NOW - 40 * DAY)
    for n in range(20):
        world.does("b", Kind.COMPLETED, at=NOW - 20 * DAY + n)
    assert next(streams(continues, world)) == ["a"]
    assert next(streams(continues, world, NOW + 25 * DAY)) == []


def test_the_rest_of_the_course_is_continued() -> None:
    world = World()
    for name in ("a", "b"):
        world.add(name, course="c-1")
    world.add("z", course="c-2")
    world.does("a")
    _, course = continues(view(world))
    assert [one.entry.activity.id for one in noted(course)] == ["a", "b"]
    assert {one.continues for one in noted(course)} == {0.2}


def test_others_ways_go_from_the_last_activity() -> None:
    world = World(predictors=Told(relevance=Ways({"a": {"b": 0.2, "c": 0.5, "gone": 0.1}})))
    for name in ("a", "b", "c"):
        world.add(name)
    assert list(streams(similar, world)) == [[]]
    world.does("a")
    assert list(streams(similar, world)) == [["c", "b"]]


def test_how_likely_an_activity_is_counts_above_chance_and_not_for_what_is_begun() -> None:
    ways = Ways({"a": {"b": 0.2, "c": 0.5, "a": 0.3}}, known=10)
    world = World(predictors=Told(relevance=ways))
    for name in ("a", "b", "c", "d"):
        world.add(name)
    world.does("a", Kind.LAUNCHED)
    found = gather(view(world)).candidates
    similar_of = {one.entry.activity.id: one.similar for one in found.values()}
    assert similar_of == pytest.approx({"a": 0.0, "b": 0.1, "c": 0.4, "d": 0.0})


def test_near_duties_come_by_due_time() -> None:
    world = World()
    world.add("later", deadlines=(Deadline(due_at=NOW + 9 * DAY),))
    world.add("sooner", deadlines=(Deadline(due_at=NOW + 3 * DAY),))
    world.add("far", deadlines=(Deadline(due_at=NOW + 99 * DAY),))
    assert list(streams(compliance, world)) == [["sooner", "later"]]
    (stream,) = compliance(view(world))
    assert [one.due_at for one in noted(stream)] == [NOW + 3 * DAY, NOW + 9 * DAY]
    assert list(streams(compliance, world, NOW - 99 * DAY)) == []


def test_exploration_goes_round_from_a_place_of_the_learners_own() -> None:
    world = World()
    for n in range(9):
        world.add(f"{n}")
    names = [f"{n}" for n in range(9)]
    starts = set()
    for learner in range(200):
        found = LearnerView(f"learner-{learner}", world.state, world.basis, NOW)
        (stream,) = explore(found)
        seen = [entry.activity.id for entry in stream.entries]
        assert sorted(seen) == names
        starts.add(seen[0])
    assert starts == set(names)
    same = list(streams(explore, world))
    assert list(streams(explore, world, NOW + 1)) == same


def test_everything_can_be_looked_at() -> None:
    world = World()
    world.add("a", after=["b"])
    world.add("b", withdrawn=True)
    assert list(streams(anything, world)) == [["a", "b"]]


def test_a_stream_gives_its_first_legal_ones() -> None:
    world = World(objective=Objective(per_stream=2, length=5))
    for n in range(9):
        world.add(f"{n}", "SQL", difficulty=n / 10, withdrawn=n == 1, after=["x"] if n == 2 else [])
    world.is_a("analyst", {"SQL": 0.9})
    gathered = gather(view(world))
    legal = {candidate.entry.activity.id for candidate in gathered.candidates.values()}
    assert {"0", "3"} <= legal
    assert gathered.removed.get(hash64("2")) is RemovalCode.PREREQUISITES
    assert len(legal) <= 4, "two of the frontier, two of exploration"


def test_a_candidate_hears_all_its_sources() -> None:
    world = World(predictors=Told(relevance=Ways({"a": {"b": 0.4}})))
    world.add("a", course="c")
    world.add("b", course="c", deadlines=(Deadline(due_at=NOW),))
    world.does("a")
    found = gather(view(world)).candidates[hash64("b")]
    assert (found.continues, found.similar, found.due_at) == (0.2, pytest.approx(0.4), NOW)
    assert found.is_new


def test_what_is_begun_is_not_lessened_by_its_course() -> None:
    world = World()
    world.add("a", course="c")
    world.does("a", Kind.LAUNCHED)
    assert gather(view(world)).candidates[hash64("a")].continues == 0.5


def test_duties_are_asked_first() -> None:
    assert SOURCES[0] is compliance


def test_a_late_open_activity_is_found_though_no_source_names_it() -> None:
    world = World()
    world.add("a")
    world.add("b", after=["a"])
    world.does("a", at=NOW - 50 * DAY)
    for n in range(20):
        world.does("elsewhere", Kind.VIEWED, at=NOW - 40 * DAY + n)
    assert set(gather(view(world)).candidates) == {hash64("b")}
