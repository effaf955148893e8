from typing import Any

import pytest
from queue_world import DAY, LEARNER, NOW, Fixed, FixedGain, Told, Ways, World

from processors.candidates.gather import gather
from processors.candidates.stream import Candidate
from processors.learner_view import LearnerView
from processors.objective import Objective, Weights
from processors.rank import Scored, Terms, expected, rank, shortlist
from schemas.codec import hash64
from schemas.kinds import Kind


def ranked(world: World, now: float = NOW) -> dict[str, Scored]:
    view = LearnerView(LEARNER, world.state, world.basis, now)
    found = rank(gather(view).candidates.values(), view)
    return {one.entry.activity.id: one for one in found}


def test_the_terms_are_what_they_say() -> None:
    told = Told(success=Fixed(0.6), engagement=Fixed(0.5), relevance=Ways({"z": {"a": 0.4}}))
    world = World(predictors=told)
    world.add("z", "Other")
    world.add("a", "SQL", "Statistics", course="c")
    world.add("b", "Python", after=["a"])
    world.is_a("analyst", {"SQL": 0.8, "Statistics": 0.6, "Python": 0.9})
    world.does("z", Kind.COMPLETED)
    one = ranked(world)["a"]
    uptake, prior = 0.6 + 0.3 * 0.4, 1 / 3
    assert one.terms.gap == pytest.approx(((0.8 - prior) + (0.6 - prior)) / 2 * uptake)
    assert one.terms.ahead == pytest.approx((0.9 - prior) * 0.5 * 0.6)
    assert one.terms.similar == pytest.approx(0.4 * 0.4)
    assert (one.terms.low, one.terms.review, one.terms.continues) == (0.0, 0.0, 0.0)
    assert one.score == pytest.approx(sum(one.terms) + 0.05 * 0.6 + 0.1 * 0.5)


def test_a_low_assessment_raises_the_gain_and_is_a_term_of_its_own() -> None:
    world = World()
    world.add("quiz", "SQL", done_by="passed")
    world.add("a", "SQL")
    world.is_a("analyst", {"SQL": 0.8})
    world.does("quiz", Kind.ANSWERED, 0.5)
    one = ranked(world)["a"]
    level = 1.5 / 4
    assert one.terms.gap == 0.0
    assert one.terms.low == pytest.approx((0.8 - level) * 1.5 * (0.6 + 0.3 * 0.4), rel=1e-3)


def test_skills_that_nobody_names_count_less() -> None:
    world = World()
    world.add("a", "SQL")
    world.add("b", "Baking")
    world.is_a("analyst", {"SQL": 0.8})
    scored = ranked(world)
    assert scored["b"].terms.gap == pytest.approx(0.3 * scored["a"].terms.gap)


def test_what_leads_nowhere_new_has_nothing_ahead() -> None:
    world = World()
    world.add("a", "SQL")
    world.add("b", "Python", after=["a"])
    world.is_a("analyst", {"SQL": 0.8, "Python": 0.9})
    world.does("b")
    assert ranked(world)["a"].terms.ahead == 0.0


def test_a_review_is_worth_what_was_forgotten() -> None:
    world = World()
    world.add("a", "SQL")
    world.does("a", Kind.PASSED, 1.0)
    world.does("a", Kind.PASSED, 1.0)
    later = NOW + 30 * DAY
    view = LearnerView(LEARNER, world.state, world.basis, later)
    recall = view.recall(hash64("SQL"), later)
    assert recall < 0.7
    assert ranked(world, later)["a"].terms.review == pytest.approx(0.8 * (1 - recall))


def test_success_decides_between_equals() -> None:
    world = World(predictors=Told(success=Fixed(0.3, {hash64("b"): 0.9})))
    world.add("a", "SQL")
    world.add("b", "SQL")
    assert list(ranked(world)) == ["b", "a"]
    assert ranked(world)["b"].success == 0.9


def test_equals_are_ordered_by_id() -> None:
    world = World()
    for name in ("c", "a", "b"):
        world.add(name, "SQL")
    assert list(ranked(world)) == ["a", "b", "c"]


def test_what_one_did_well_goes_on_by_a_little() -> None:
    world = World(objective=Objective(weights=Weights(coherence=0.5)))
    world.add("z", "Statistics", "SQL")
    world.add("a", "SQL")
    world.add("b", "Baking")
    before = ranked(world)["a"].score - ranked(world)["b"].score
    world.does("z", Kind.PASSED, 1.0)
    after = ranked(world)["a"].score - ranked(world)["b"].score
    assert after > before + 0.3


def prospects(n: int, **facts: dict[int, Any]) -> list[Scored]:
    world = World()
    for i in range(n):
        world.add(f"{i:02d}")
    entries = list(world.reference.entries())
    found = [
        Candidate(entry, **{name: values[i] for name, values in facts.items() if i in values})
        for i, entry in enumerate(entries)
    ]
    nothing = Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    worth = [nothing._replace(gap=float(n - i)) for i in range(n)]
    return [Scored(one, one.entry, terms) for one, terms in zip(found, worth, strict=True)]


def kept(given: list[Scored], size: int) -> list[str]:
    world = World(objective=Objective(length=1, shortlist=size))
    view = LearnerView(LEARNER, world.state, world.basis, NOW)
    return [one.candidate.entry.activity.id for one in shortlist(given, view)]


def test_a_short_list_is_left_alone() -> None:
    assert kept(prospects(3), 8) == ["00", "01", "02"]


def test_the_most_worthwhile_are_listed() -> None:
    assert kept(prospects(20), 8) == [f"{n:02d}" for n in range(8)]


def test_a_quarter_is_kept_for_what_is_new() -> None:
    new = prospects(20, is_new={15: True, 17: True, 18: True})
    assert kept(new, 8) == ["00", "01", "02", "03", "04", "05", "15", "17"]
    already = prospects(20, is_new={0: True, 15: True})
    assert kept(already, 8) == ["00", "01", "02", "03", "04", "05", "06", "15"]


def test_duties_are_listed_whatever_they_are_worth() -> None:
    assert kept(prospects(20, due_at={19: NOW}), 8)[0] == "19"


def test_what_is_expected_comes_from_the_models() -> None:
    world = World(predictors=Told(gain=FixedGain(0.07)))
    world.add("a", "SQL")
    world.add("b")
    view = LearnerView(LEARNER, world.state, world.basis, NOW)
    nothing = Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    entry = world.reference.entry("b")
    assert entry is not None
    (told,) = expected([Scored(Candidate(entry), entry, nothing, 0.79, 0.7, 0.5, 0.0)], view)
    assert (told.gain, told.success, told.engagement, told.transfer) == (0.0, 0.7, 0.5, None)
    assert expected([ranked(world)["a"]], view)[0].gain == 0.07


def test_a_loss_is_no_gain() -> None:
    world = World(predictors=Told(gain=FixedGain(-0.2)))
    world.add("a", "SQL")
    view = LearnerView(LEARNER, world.state, world.basis, NOW)
    assert expected([ranked(world)["a"]], view)[0].gain == 0.0


def test_retention_is_asked_for_at_the_horizon() -> None:
    world = World()
    world.add("a", "SQL", "Unknown")
    world.add("quiz", "SQL")
    world.does("quiz", Kind.ANSWERED, 1.0)
    view = LearnerView(LEARNER, world.state, world.basis, NOW)
    one = ranked(world)["a"]
    horizon = view.recall(hash64("SQL"), NOW + 14 * DAY)
    assert 0.0 < horizon < view.recall(hash64("SQL"), NOW)
    assert expected([one], view)[0].retention == pytest.approx(horizon / 2, abs=5e-4)
