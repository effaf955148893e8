"""What the relevance model is told: recent activities, groups, words, and turns."""

from typing import Any

from queue_world import LEARNER, NOW, World

from online_models.moment import MAX_RECENT, Description, Moment
from processors.learning import learn_next
from processors.relevance import about, moment_of, recent_activities
from processors.state import LearnerState, apply, fresh
from processors.trace import trace_of
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.reference import Activity


class Told:
    """A model that remembers what it is told."""

    def __init__(self) -> None:
        self.lessons: list[tuple[Moment, int, Description]] = []

    def learn(self, moment: Moment, item: int, description: Description) -> None:
        self.lessons.append((moment, item, description))


def happens(state: LearnerState, activity: str, at: float, **facts: Any) -> LearningEvent:
    event = LearningEvent(
        **{
            "id": f"{activity}-{at}",
            "learner": LEARNER,
            "kind": Kind.VIEWED,
            "verb": "v",
            "activity": activity,
            "occurred_at": at,
            "received_at": NOW,
            **facts,
        }
    )
    apply(state, trace_of(event))
    return event


def test_recent_activities_are_the_newest_first_each_once() -> None:
    state = fresh()
    for at, name in enumerate("abcab"):
        happens(state, name, NOW - 100 + at)
    assert recent_activities(state).tolist() == [*map(hash64, "bac")]


def test_what_has_left_the_history_comes_after_by_time() -> None:
    state = fresh()
    for n in range(60):
        happens(state, f"a{n}", NOW - 10_000 + n)
    for at in range(20):
        happens(state, "z", NOW - 100 + at)
    newest = ["z", *(f"a{n}" for n in range(59, 0, -1))]
    found = recent_activities(state)
    assert len(found) == MAX_RECENT
    assert found.tolist() == [*map(hash64, newest[:MAX_RECENT])]


def test_the_order_of_arrival_does_not_matter() -> None:
    state = fresh()
    for at in (3, 1, 2, 5, 4):
        happens(state, f"a{at}", NOW - 100 + at)
    assert recent_activities(state).tolist() == [hash64(f"a{at}") for at in (5, 4, 3, 2, 1)]


def test_a_learner_belongs_to_a_role_and_a_cohort_that_are_not_mixed_up() -> None:
    state = fresh()
    assert moment_of(state, NOW, "", "").cohorts == ()
    both = moment_of(state, NOW, "nurse", "2020").cohorts
    assert len(set(both)) == 2
    assert moment_of(state, NOW, "2020", "nurse").cohorts != both
    assert moment_of(state, NOW, "nurse", "").cohorts == both[:1]


def test_descriptions_share_words_and_kinds_but_not_fillers() -> None:
    one = about(Activity(id="1", title="Data in SQL", content="lab"), (7,))
    other = about(
        Activity(id="2", title="sql: an intro", description="On DATA.", content="lab"), ()
    )
    assert one.skills == (7,)
    assert len(one.words) == 3, "data, sql, kind lab"
    assert set(one.words) < set(other.words)
    assert len(other.words) == 4, "intro"


def test_turns_are_learned_with_what_the_event_says() -> None:
    model, state = Told(), fresh()
    for at, name in enumerate(["a", "b", "b", "c"]):
        facts = {"title": f"Title {name}", "role": "nurse", "content": "video", "skills": ("s",)}
        before = fresh() if at == 0 else state
        event = LearningEvent(
            id=f"{at}",
            learner=LEARNER,
            kind=Kind.VIEWED,
            verb="v",
            activity=name,
            occurred_at=NOW - 10 + at,
            received_at=NOW,
            **facts,
        )
        learn_next(model, before, event, trace_of(event))
        apply(state, trace_of(event))
    assert [item for _, item, _ in model.lessons] == [*map(hash64, "abc")]
    moment, _, description = model.lessons[-1]
    assert moment.recent.tolist() == [hash64("b"), hash64("a")]
    assert moment.cohorts == moment_of(fresh(), NOW, "nurse", "").cohorts
    assert description == about(Activity(id="c", title="Title c", content="video"), (hash64("s"),))


def test_what_is_no_doing_teaches_nothing() -> None:
    model, state = Told(), fresh()
    event = happens(state, "a", NOW, kind=Kind.ENROLLED)
    learn_next(model, fresh(), event, trace_of(event))
    assert model.lessons == []


def test_the_view_asks_for_the_learner_of_the_profile() -> None:
    world = World()
    world.add("a", "SQL")
    world.is_a("analyst", {"SQL": 0.8}, cohort="2020")
    world.does("a")
    from processors.learner_view import LearnerView  # noqa: PLC0415  beside the world that it views

    moment = LearnerView(LEARNER, world.state, world.basis, NOW).moment
    assert moment.recent.tolist() == [hash64("a")]
    assert moment[1:] == (NOW, moment_of(fresh(), 0, "analyst", "2020").cohorts)
