"""An activity that everybody completes but nobody learns from loses to one that lifts."""

from collections.abc import Iterator
from random import Random

import pytest
from harness.events_that_were import InMemory

from offline.fit.fitting import Fit
from offline.fit.labels import HORIZON_SEC, MOST_TURNS, Labels, Lift, Turn, labelled
from offline.fit.plan import Plan
from offline.passes.working_file import WorkingFile
from online_models.moment import Moment
from online_models.relevance import RelevanceModel
from online_models.tables import ModelBase
from processors.trace import Trace, trace_of
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.kinds import Kind

DAY_SEC = 86_400.0
LIFTS, IDLES, SKILL = "https://example.org/lifts", "https://example.org/idles", "skill"


def event(n: int, kind: Kind, activity: str, at: float, **facts: object) -> LearningEvent:
    return LearningEvent(
        id=f"event-{n}-{at}",
        kind=kind,
        verb="v",
        activity=activity,
        occurred_at=at,
        received_at=at,
        skills=(SKILL,),
        content="quiz" if kind is Kind.ANSWERED else "video",
        **{"learner": f"learner-{n}", **facts},  # type: ignore[arg-type]
    )


def a_world(learners: int = 600, seed: int = 1) -> list[LearningEvent]:
    """Each is asked, does one of two activities to the end, and is asked something else.

    Half are right before. After `LIFTS` nine in ten are, after `IDLES` as many as before; those
    who did `IDLES` complete it all, of the others one in three.
    """
    rng = Random(seed)
    return sorted(_lives(rng, learners), key=lambda one: one.occurred_at)


def _lives(rng: Random, learners: int) -> Iterator[LearningEvent]:
    for n in range(learners):
        at = 1_700_000_000.0 + n * 3_600.0
        lifts = n % 2 == 0
        for k in range(3):
            item, right = f"https://example.org/before/{k}", float(rng.random() < 0.5)
            yield event(n, Kind.ANSWERED, item, at + 60.0 * k, outcome=right)
        activity = LIFTS if lifts else IDLES
        yield event(n, Kind.LAUNCHED, activity, at + DAY_SEC)
        if not lifts or rng.random() < 1 / 3:
            yield event(n, Kind.COMPLETED, activity, at + 1.1 * DAY_SEC)
        for k in range(2):
            item, right = f"https://example.org/after/{k}", rng.random() < (0.9 if lifts else 0.5)
            yield event(n, Kind.ANSWERED, item, at + (2 + k) * DAY_SEC, outcome=float(right))


def fitted(events: list[LearningEvent]) -> Fit:
    source = InMemory(events)
    return Fit(source, source.ends(), WorkingFile(), Plan(statement_window=10_000))


def test_what_everybody_completes_and_nobody_learns_from_is_found() -> None:
    fit = fitted(a_world())
    fit.run()
    lifts = dict(labelled(fit._labels.lifts))
    assert list(lifts) == [hash64(LIFTS), hash64(IDLES)]
    assert lifts[hash64(LIFTS)].mean > 0.2
    assert abs(lifts[hash64(IDLES)].mean) < 0.1
    assert fit._labels.fruitless() == {hash64(IDLES)}


def test_relevance_prefers_what_lifts_where_both_are_visited_as_often() -> None:
    events = a_world()
    told = fitted(events).run().numbers["relevance"]
    source = InMemory(events)
    plain = Fit(source, source.ends(), WorkingFile(), Plan(statement_window=10_000, labels=False))
    untold = plain.run().numbers["relevance"]
    shares = []
    for tables in (untold, told):
        model = RelevanceModel()
        model.restore_tables({}, ModelBase(tables))
        moment = Moment.of((hash64("https://example.org/before/2"),), events[-1].occurred_at)
        lifts, idles = model.chances(moment, (hash64(LIFTS), hash64(IDLES)))
        shares.append(lifts / (lifts + idles))
    assert shares[0] == pytest.approx(0.5, abs=0.15)
    assert shares[1] > 0.65


def trace(kind: Kind, activity: str, at: float, **facts: object) -> Trace:
    return trace_of(event(1, kind, activity, at, **facts))


def test_a_lift_is_what_came_out_above_what_was_expected() -> None:
    labels = Labels()
    (skill,) = trace(Kind.LAUNCHED, LIFTS, 0.0).skills
    labels.turn(1, (skill,), Turn(5, 0.0, 0.25))
    labels.outcome(1, trace(Kind.ANSWERED, "other", DAY_SEC, outcome=1.0))
    assert labels.lifts == {5: Lift(1.0, 0.75, 0.75**2)}
    labels.outcome(1, trace(Kind.ANSWERED, "other", 2 * DAY_SEC, outcome=1.0))
    assert labels.lifts[5].turns == 1.0  # an outcome speaks for what was done since the last one


@pytest.mark.parametrize(
    ("activity", "at"), [("other", HORIZON_SEC + 1.0), ("other", -1.0), (LIFTS, DAY_SEC)]
)
def test_what_is_late_or_at_the_activity_itself_does_not_count(activity: str, at: float) -> None:
    labels = Labels()
    turn = trace(Kind.LAUNCHED, LIFTS, 0.0)
    labels.turn(1, turn.skills, Turn(turn.activity, 0.0, 0.5))
    labels.outcome(1, trace(Kind.ANSWERED, activity, at, outcome=1.0))
    assert labels.lifts == {}


def test_several_turns_share_an_outcome() -> None:
    labels = Labels()
    (skill,) = trace(Kind.LAUNCHED, LIFTS, 0.0).skills
    for n in range(MOST_TURNS + 2):
        labels.turn(1, (skill,), Turn(n, 0.0, 0.5))
    labels.outcome(1, trace(Kind.ANSWERED, "other", 1.0, outcome=0.0))
    assert set(labels.lifts) == set(range(2, MOST_TURNS + 2))
    assert sum(lift.turns for lift in labels.lifts.values()) == pytest.approx(1.0)


def test_what_is_followed_is_the_same_after_a_restart() -> None:
    labels, copy = Labels(), Labels()
    (skill,) = trace(Kind.LAUNCHED, LIFTS, 0.0).skills
    labels.turn(1, (skill,), Turn(3, 0.0, 0.5))
    labels.turn(2, (skill,), Turn(4, 0.0, 0.5))
    labels.outcome(2, trace(Kind.ANSWERED, "other", 1.0, outcome=1.0))
    copy.restore(labels.packed())
    assert copy.packed() == labels.packed()
    copy.outcome(1, trace(Kind.ANSWERED, "other", 1.0, outcome=1.0))
    assert copy.lifts.keys() == {3, 4}


def test_who_waits_longest_is_not_judged_where_too_many_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("offline.fit.labels.MOST_WAITING", 2)
    labels = Labels()
    (skill,) = trace(Kind.LAUNCHED, LIFTS, 0.0).skills
    for learner in range(3):
        labels.turn(learner, (skill,), Turn(learner, 0.0, 0.5))
        labels.outcome(9, trace(Kind.ANSWERED, "other", 1.0, outcome=1.0))
    for learner in range(3):
        labels.outcome(learner, trace(Kind.ANSWERED, "other", 1.0, outcome=1.0))
    assert labels.lifts.keys() == {1, 2}


def test_few_turns_condemn_nobody() -> None:
    assert not Lift(10.0, -3.0, 1.0).is_below(0.02)
    assert Lift(100.0, -3.0, 1.0).is_below(0.02)
    assert not Lift(100.0, 10.0, 5.0).is_below(0.02)


def test_where_everything_lifts_alike_nothing_is_fruitless() -> None:
    labels = Labels()
    labels.lifts = {n: Lift(50.0, 10.0, 4.0) for n in range(4)}
    assert labels.fruitless() == frozenset()
    labels.lifts[9] = Lift(50.0, 1.0, 2.0)
    assert labels.fruitless() == {9}
