"""What is seen of learning: each count from a case that can be followed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queue_world import DAY, LEARNER, NOW
from traces import T0, state_of, trace

from online_models.replica import Replica
from processors.application import Application
from processors.features.proficiency import levels
from processors.objective import Objective
from processors.pipeline import Batch, World, personalize, refresh
from processors.pipeline import Staleness as Stale
from processors.reference import Reference
from processors.state import LearnerState, apply
from processors.trace import Trace
from processors.witness import Seen, Witness, _reaches
from schemas.checkpoint import Memory
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.reference import Activity, Deadline, LearnerProfile, RoleRequirement

ROLE = "nurse"


def reference() -> Reference:
    known = Reference()
    known.put(Activity(id="a", skills=("X",)))
    known.put(Activity(id="b", skills=("X",), prerequisites=("a",)))
    known.put(Activity(id="c", skills=("X",)))
    known.put(Activity(id="d", skills=("Y",)))
    known.put(
        Activity(id="fire", deadlines=(Deadline(roles=(ROLE,), due_at=NOW + DAY),), skills=("Z",))
    )
    known.put(LearnerProfile(learner=LEARNER, role=ROLE, cohort="spring"))
    known.put(RoleRequirement(role=ROLE, skills={"X": 0.55}))
    return known


def event(n: int, activity: str, kind: Kind, outcome: float | None, at: float) -> LearningEvent:
    known = reference().lookup(activity)
    return LearningEvent(
        id=f"event-{n}",
        learner=LEARNER,
        kind=kind,
        verb="v",
        activity=activity,
        occurred_at=at,
        received_at=at,
        outcome=outcome,
        skills=known.skills if known else (),
        role=ROLE,
        cohort="spring",
    )


def seen(*done: tuple[str, Kind, float | None], at: float = NOW, grouping: str = "role") -> Seen:
    """What is seen of the learner's events, a minute apart."""
    witness = Witness(reference(), Objective(), grouping)
    work = Application(Memory({}, {}), Replica(), lesson=witness.lesson)
    for n, one in enumerate(done):
        work.apply(n, event(n, *one, at + 60.0 * n))
    return witness.seen


def test_a_first_try_after_the_prerequisite_is_a_transfer() -> None:
    found = seen(("a", Kind.COMPLETED, None), ("b", Kind.ANSWERED, 1.0), ("b", Kind.ANSWERED, 0.0))
    assert found.transfers == {(ROLE, True): 1}


def test_a_first_try_without_the_prerequisite_is_none() -> None:
    assert not seen(("c", Kind.COMPLETED, None), ("b", Kind.ANSWERED, 1.0)).transfers


def test_without_prerequisites_another_finished_activity_of_the_skill_prepares() -> None:
    assert seen(("a", Kind.COMPLETED, None), ("c", Kind.ANSWERED, 0.0)).transfers == {
        (ROLE, False): 1
    }
    assert not seen(("a", Kind.COMPLETED, None), ("d", Kind.ANSWERED, 1.0)).transfers
    assert not seen(("a", Kind.ANSWERED, 1.0), ("c", Kind.ANSWERED, 1.0)).transfers


def test_activities_are_finished_once() -> None:
    found = seen(("a", Kind.COMPLETED, None), ("a", Kind.COMPLETED, None), ("c", Kind.VIEWED, None))
    assert found.finished == {ROLE: 1}


@pytest.mark.parametrize(("at", "in_time"), [(NOW, True), (NOW + 2 * DAY, False)])
def test_a_duty_is_fulfilled_in_time_or_late(at: float, in_time: bool) -> None:
    found = seen(("fire", Kind.COMPLETED, None), ("a", Kind.COMPLETED, None), at=at)
    assert found.duties == {(ROLE, in_time): 1}


def test_predictions_and_outcomes_are_summed() -> None:
    found = seen(("a", Kind.ANSWERED, 1.0), ("c", Kind.ANSWERED, 0.0), ("d", Kind.VIEWED, None))
    scored = found.scored[ROLE]
    assert (scored.count, scored.observed) == (2, 1.0)
    assert 0.0 < scored.predicted < 2.0


def test_turns_are_to_something_else() -> None:
    found = seen(("a", Kind.LAUNCHED, None), ("a", Kind.ANSWERED, 1.0), ("c", Kind.LAUNCHED, None))
    assert [turn.activity for turn in found.turns] == ["a", "c"]


def test_groups_are_cohorts_where_that_is_wished() -> None:
    assert seen(("a", Kind.COMPLETED, None), grouping="cohort").finished == {"spring": 1}


def test_mastery_is_reached_when_the_target_is_passed_and_only_then() -> None:
    """X is wanted at 0.55; of 1 : 2, one success makes 2 / 4, two make 3 / 5."""
    answers = [("a", Kind.ANSWERED, 1.0)]
    assert not seen(*answers).mastered
    assert seen(*answers * 2).mastered == {ROLE: 1}
    assert seen(*answers * 9).mastered == {ROLE: 1}


@given(
    past=st.lists(st.tuples(st.floats(-400.0, 0.0), st.sampled_from((0.0, 0.4, 1.0))), max_size=8),
    late_days=st.floats(-300.0, 30.0),
    share=st.sampled_from((0.0, 0.5, 1.0)),
    target=st.floats(0.2, 0.9),
)
def test_reaching_is_what_the_state_says_before_and_after(
    past: list[tuple[float, float]], late_days: float, share: float, target: float
) -> None:
    traces = [trace(id=n, at=T0 + d * DAY, outcome=o) for n, (d, o) in enumerate(past)]
    new = trace(id=99, at=T0 + late_days * DAY, outcome=share)
    state = state_of(traces)
    expected = level(state, new) < target <= level(applied(traces, new), new)
    told = _reaches(state, new.skills[0], new, target)
    edge = min(abs(level(state, new) - target), abs(level(applied(traces, new), new) - target))
    assert told == expected or edge < 1e-4  # moments are whole seconds in one of them


def level(state: LearnerState, at: Trace) -> float:
    return levels(state, at.at).get(at.skills[0], 1 / 3)


def applied(traces: list[Trace], new: Trace) -> LearnerState:
    state = state_of(traces)
    apply(state, new)
    return state


def test_what_is_seen_changes_nothing_and_says_what_was_offered() -> None:
    known, models = reference(), Replica()
    batch = Batch(0, -1, [(0, event(0, "a", Kind.COMPLETED, None, NOW))], 0)
    outcome = personalize(
        batch, Memory({}, {}), models, World(known, Objective(), 100), NOW + 2 * DAY
    )
    offer = outcome.seen.offers[LEARNER]
    assert offer.group == ROLE
    assert set(offer.activities) >= {"b", "fire"}
    assert (offer.duties, offer.overdue) == (1, 1)
    again = refresh(
        outcome.write,
        Stale([LEARNER], "clock"),
        Memory(outcome.write.states, {}),
        models,
        World(known, Objective(), 100, "cohort"),
        NOW,
    )
    assert again.offers[LEARNER].group == "spring"
    assert again.offers[LEARNER].overdue == 0
