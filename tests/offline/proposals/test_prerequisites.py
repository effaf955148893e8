import numpy as np
import pytest
from harness.organisation import BUILDS_ON, Organisation
from hypothesis import given
from hypothesis import strategies as st

from offline.proposals import Mining, Proposals
from offline.proposals.encounters import Encounters
from offline.proposals.prerequisites import (
    Effect,
    Link,
    dispersion,
    effect_of,
    links,
    reduced,
    without_circles,
)

PLANTED = {(f"skill {before}", f"skill {after}") for before, after in BUILDS_ON}


def _mined(organisation: Organisation) -> Proposals:
    mining = Mining()
    for event in organisation.events():
        mining.add(event)
    return mining.proposals()


def test_planted_links_are_found_and_nothing_else() -> None:
    found = right = 0
    for seed in (1, 2):
        proposals = _mined(Organisation(learners=1500, sessions=20, seed=seed))
        pairs = {(link.before, link.after) for link in proposals.links}
        found += len(pairs)
        right += len(pairs & PLANTED)
    assert right >= 0.9 * found
    assert right >= 0.6 * 2 * len(PLANTED)


@pytest.mark.parametrize("seed", range(2))
def test_where_nothing_builds_on_anything_nothing_is_proposed(seed: int) -> None:
    assert len(_mined(Organisation(learners=800, sessions=15, barrier=0.0, seed=seed)).links) <= 1


def _link(before: str, after: str) -> Link:
    effect = Effect(1.0, 0.01, 100, 100, 0.8, 0.5)
    return Link(before, after, effect, 2.7, 2.0, 3.5, 30, 5, 4.0)


def test_a_circle_is_opened_at_its_weakest_link() -> None:
    found = [_link("a", "b"), _link("b", "c"), _link("c", "a")]
    assert [(one.before, one.after) for one in without_circles(found)] == [("a", "b"), ("b", "c")]


def test_what_follows_from_others_is_left_out() -> None:
    found = [_link("a", "c"), _link("a", "b"), _link("b", "c"), _link("c", "d"), _link("a", "d")]
    kept = {(one.before, one.after) for one in reduced(found)}
    assert kept == {("a", "b"), ("b", "c"), ("c", "d")}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=20))
def test_links_never_go_in_a_circle_nor_lead_elsewhere(pairs: list[tuple[str, str]]) -> None:
    kept = without_circles([_link(a, b) for a, b in pairs if a != b])
    few = reduced(list(dict.fromkeys(kept)))
    assert _reached(few) == _reached(kept)
    assert all(a != b for a, b in _reached(kept))


def _reached(found: list[Link]) -> set[tuple[str, str]]:
    known = {(one.before, one.after) for one in found}
    while more := {(a, d) for a, b in known for c, d in known if b == c} - known:
        known |= more
    return known


def test_the_common_odds_ratio_is_that_of_every_stratum() -> None:
    cells = np.zeros((3, 2, 3))
    for stratum, base in enumerate((0.2, 0.5, 0.7)):
        odds = 3.0 * base / (1.0 - base)
        for side, share in enumerate((base, odds / (1.0 + odds))):
            cells[stratum, side, :2] = 4000.0 * np.array((share, 1.0 - share))
    effect = effect_of(cells)
    assert effect is not None
    assert np.exp(effect.log_odds) == pytest.approx(3.0, rel=0.01)
    assert (effect.with_it, effect.without_it) == (12_000, 12_000)


def test_ability_that_makes_both_easy_is_no_effect() -> None:
    cells = np.zeros((2, 2, 3))
    cells[0, :, :2] = (20.0, 180.0), (2.0, 18.0)
    cells[1, :, :2] = (18.0, 2.0), (180.0, 20.0)
    effect = effect_of(cells)
    assert effect is not None
    assert effect.log_odds == pytest.approx(0.0, abs=0.05)
    assert effect.right_with - effect.right_without > 0.5


def test_answers_of_one_encounter_count_as_what_they_say() -> None:
    rng = np.random.default_rng(1)
    alone, together = np.zeros((1, 2, 3)), np.zeros((1, 2, 3))
    for _ in range(20_000):
        side, four = rng.integers(2), rng.random(4) < 0.6
        for cells, share in ((alone, float(four[0])), (together, float(four.mean()))):
            cells[0, side] += (share, 1.0 - share, share * share)
    assert dispersion([alone]) == pytest.approx(1.0, abs=0.02)
    assert dispersion([together]) == pytest.approx(0.25, abs=0.02)


def test_too_few_encounters_say_nothing() -> None:
    assert effect_of(np.full((3, 2, 3), 1.0)) is None
    assert links({}, {}) == []


def test_memory_is_bounded_by_leaving_learners_out() -> None:
    encounters = Encounters(most_learners=50)
    for learner in range(400):
        for skill in "ab":
            for _ in range(4):
                encounters.answer(f"learner {learner}", (skill,), 1.0)
    assert encounters.share <= 0.25
    assert len(encounters._learners) <= 50
    assert encounters.standings() == {}
