from typing import Any

import pytest
from queue_world import DAY, LEARNER, NOW, Told, Ways, World, codes

from online_models.moment import Because, Ground
from processors.candidates.stream import Candidate
from processors.explain import MAX_REASONS, reasons
from processors.exploration import Slot
from processors.learner_view import LearnerView
from processors.objective import Objective
from processors.rank import Scored, Terms
from schemas.kinds import Kind
from schemas.queue import Reason, ReasonCode
from schemas.reference import Deadline


def told(world: World, terms: Terms, *, explored: bool = False, **said: Any) -> list[Reason]:
    """Reasons for activity "a"."""
    view = LearnerView(LEARNER, world.state, world.basis, NOW)
    entry = world.reference.entry("a")
    assert entry is not None
    one = Scored(Candidate(entry, **said), entry, terms, 1.0, 1.0, 0.5, 1.0)
    return list(reasons(Slot(one, 0.1, explored), view))


@pytest.fixture
def world() -> World:
    world = World(objective=Objective())
    world.add("a", "SQL", course="Databases")
    world.add("b", "Python", after=["a"], title="Python at work")
    world.is_a("analyst", {"SQL": 0.8, "Python": 0.6})
    return world


def test_the_strongest_comes_first_and_small_ones_stay_unsaid(world: World) -> None:
    found = told(world, Terms(0.2, 0.0, 0.5, 0.0, 0.01, 0.0))
    assert [reason.code for reason in found] == [ReasonCode.UNLOCKS, ReasonCode.SKILL_GAP]
    assert len(told(world, Terms(0.5, 0.0, 0.5, 0.0, 0.5, 0.5))) == MAX_REASONS


def test_a_largest_gap_and_another(world: World) -> None:
    (largest,) = told(world, Terms(0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert largest.text == "Closes your largest gap: SQL (0.33 of 0.80 required)"
    world.is_a("analyst", {"SQL": 0.5, "Python": 0.9})
    (other,) = told(world, Terms(0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert other.text == "Closes a gap: SQL (0.33 of 0.50 required)"


def test_several_skills_are_joined(world: World) -> None:
    world.add("a", "SQL", "Python")
    (required,) = told(world, Terms(0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert required.code is ReasonCode.ROLE_REQUIRES
    assert required.text == "Joins SQL (0.33 of 0.80 required) and Python (0.33 of 0.60 required)"
    assert required.evidence["role"] == "analyst"
    assert [each["skill"] for each in required.evidence["skills"]] == ["SQL", "Python"]
    world.is_a("analyst", {"SQL": 0.8}, goals=("Python",))
    (wished,) = told(world, Terms(0.5, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert wished.code is ReasonCode.SKILL_GAP
    assert "Python (0.33 of 0.80 aimed at)" in wished.text


def test_what_it_opens_is_named(world: World) -> None:
    (one,) = told(world, Terms(0.0, 0.0, 0.5, 0.0, 0.0, 0.0))
    assert (one.text, one.evidence) == ("Opens Python at work", {"activity": "b", "count": 1})
    for name in ("c", "d", "e"):
        world.add(name, after=["a"])
    (several,) = told(world, Terms(0.0, 0.0, 0.5, 0.0, 0.0, 0.0))
    assert several.text == "Opens Python at work and 3 more"
    assert several.evidence == {"activity": "b", "count": 4}


def test_the_lowest_assessment_is_named(world: World) -> None:
    world.add("quiz", "SQL", done_by="passed")
    world.does("quiz", Kind.ANSWERED, 0.405)
    (one,) = told(world, Terms(0.0, 0.5, 0.0, 0.0, 0.0, 0.0))
    assert one.code is ReasonCode.LOW_ASSESSMENT
    assert one.text == "You last scored 40% in SQL"
    assert one.evidence["outcome"] == 0.405
    assert one.evidence["below"] == 0.7


def test_what_was_begun_says_how_far(world: World) -> None:
    begun = Terms(0.0, 0.0, 0.0, 0.0, 0.5, 0.0)
    assert told(world, begun)[0].text == "Continues the course you are in"
    assert told(world, begun)[0].evidence == {"course": "Databases"}
    world.does("a", Kind.LAUNCHED)
    assert told(world, begun)[0].text == "You have begun it"
    world.does("a", Kind.PROGRESSED, progress=0.4)
    assert told(world, begun)[0].text == "You have done 40% of it"
    assert told(world, begun)[0].evidence == {"progress": 0.4}


def test_others_are_counted(world: World) -> None:
    by_others = Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.2)
    world.predictors.relevance = Ways({"b": {"a": 0.25}})
    world.does("b", Kind.LAUNCHED)
    (one,) = told(world, by_others, similar=0.3333)
    assert (one.code, one.text) == (
        ReasonCode.SIMILAR_LEARNERS,
        "After Python at work, 25% soon went on to it",
    )
    assert one.evidence == {"probability": 0.333, "after": "b", "times": 2.5, "of": 10.0}


@pytest.mark.parametrize(
    ("because", "text"),
    [
        (Because(Ground.COHORT, 7, 3.0, 12.0), "25% of what was done in your group is this"),
        (Because(Ground.ALL, 0, 1.0, 50.0), "2% of all that was done is this"),
        (Because(Ground.AFTER, 7, 3.0, 2.0), "After what you did, 100% soon went on to it"),
    ],
)
def test_what_was_counted_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, because: Because, text: str
) -> None:
    monkeypatch.setattr(Ways, "because", lambda *_: because)
    (one,) = told(world, Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.2), similar=0.3)
    assert (one.code, one.text) == (ReasonCode.SIMILAR_LEARNERS, text)
    assert (one.evidence["times"], one.evidence["of"]) == (because.times, because.of)


def test_what_nobody_did_is_new(world: World) -> None:
    (one,) = told(world, Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.2), similar=0.3)
    assert one.code is ReasonCode.EXPLORES
    assert one.text == "New, and like what you did of late"


def test_a_duty_says_its_day(world: World) -> None:
    duty, gap = told(world, Terms(0.5, 0.0, 0.0, 0.0, 0.0, 0.0), due_at=NOW + DAY)
    assert (duty.code, duty.text) == (ReasonCode.COMPLIANCE_DUE, "Due by 2025-06-16")
    assert duty.evidence == {"due_at": NOW + DAY}
    assert gap.code is ReasonCode.SKILL_GAP
    overdue = told(world, Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), due_at=NOW - DAY)
    assert [reason.text for reason in overdue] == ["Overdue since 2025-06-14"]


def test_a_draw_says_so(world: World) -> None:
    new, gap = told(world, Terms(0.5, 0.0, 0.0, 0.0, 0.0, 0.0), explored=True)
    assert (new.code, new.text) == (ReasonCode.EXPLORES, "Something new for you")
    assert new.evidence == {"share": 0.15}
    assert gap.code is ReasonCode.SKILL_GAP
    world.does("a", Kind.LAUNCHED)
    again, _ = told(world, Terms(0.5, 0.0, 0.0, 0.0, 0.0, 0.0), explored=True)
    assert again.text == "Worth another look"


def test_where_nothing_speaks_for_it_it_is_something_new(world: World) -> None:
    (one,) = told(world, Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert one.code is ReasonCode.EXPLORES


def test_every_code_can_be_told() -> None:
    """The reason codes that one small world gives are all that there are."""
    seen: set[str] = set()
    world = World(predictors=Told(relevance=Ways({"begun": {"others": 0.9}})))
    world.add("old", "Past")
    world.add("begun")
    world.add("others")
    world.add("quiz", "Weak", done_by="passed")
    world.add("joint", "SQL", "Python")
    world.add("single", "SQL", after=["quiz0"])
    world.add("quiz0", "Rust")
    world.add("duty", deadlines=(Deadline(due_at=NOW),))
    world.is_a("analyst", {"SQL": 0.9, "Python": 0.9, "Weak": 0.9, "Rust": 0.5})
    for _ in range(3):
        world.does("old", Kind.PASSED, 1.0, at=NOW - 400 * DAY)
    world.does("quiz", Kind.ANSWERED, 0.2)
    world.does("begun", Kind.LAUNCHED)
    world.objective = Objective(length=20, shortlist=20, exploration=0.0)
    queue = world.queue()
    for item in queue.items:
        seen.update(codes(queue, item.activity))
    world.objective = Objective(length=1, exploration=0.5)
    for version in range(20):
        queue = world.queue(version=version)
        seen.update(code for item in queue.items for code in codes(queue, item.activity))
    free = World(objective=Objective(length=1, exploration=0.5))
    free.add("a", "SQL")
    free.add("b", "SQL")
    seen.update(
        code for v in range(20) for code in codes(free.queue(version=v), free.offered(version=v)[0])
    )
    assert seen == {code.value for code in ReasonCode}
