"""Propensities are what they say: counted over many versions of one queue."""

from collections import Counter, defaultdict
from math import sqrt
from typing import Any

import pytest
from queue_world import DAY, LEARNER, NOW, World

from processors.draws import Draws
from processors.exploration import explored
from processors.objective import Objective
from processors.queueing import Occasion, build_queue
from processors.sequence import Arrangement, Caps
from schemas.reference import Deadline

VERSIONS = 3000


def world(pool: int, **settings: Any) -> World:
    """A queue of 3 and `pool` candidates more."""
    world = World(objective=Objective(length=3, shortlist=12, per_stream=9, **settings))
    for n in range(3 + pool):
        world.add(f"activity {n}", f"skill {n}")
    world.is_a("analyst", {f"skill {n}": 0.9 - n / 50 for n in range(3 + pool)})
    return world


@pytest.mark.parametrize("pool", [1, 2, 3, 5])
@pytest.mark.parametrize("share", [0.15, 0.5])
def test_each_propensity_is_the_frequency_over_versions(pool: int, share: float) -> None:
    shown = world(pool, exploration=share)
    counts: Counter[tuple[int, str]] = Counter()
    said: dict[tuple[int, str], set[float]] = defaultdict(set)
    for version in range(VERSIONS):
        occasion = Occasion(NOW, version, {})
        for item in build_queue(LEARNER, shown.state, shown.basis, occasion).items:
            counts[item.rank, item.activity] += 1
            said[item.rank, item.activity].add(item.propensity)
    assert len(counts) == 3 * (1 + pool)
    for place, count in counts.items():
        (propensity,) = said[place]
        error = 4.5 * sqrt(propensity * (1 - propensity) / VERSIONS)
        assert count / VERSIONS == pytest.approx(propensity, abs=error), place


def test_propensities_of_one_rank_add_up_to_one() -> None:
    shown = world(5, exploration=0.3)
    by_rank: dict[int, dict[str, float]] = defaultdict(dict)
    for version in range(1000):
        occasion = Occasion(NOW, version, {})
        for item in build_queue(LEARNER, shown.state, shown.basis, occasion).items:
            by_rank[item.rank][item.activity] = item.propensity
    for chances in by_rank.values():
        assert sum(chances.values()) == pytest.approx(1.0, abs=1e-3)


def test_without_exploration_nothing_is_drawn() -> None:
    shown = world(5, exploration=0.0)
    queues = {tuple(shown.offered(version=version)) for version in range(20)}
    assert queues == {("activity 0", "activity 1", "activity 2")}
    assert {item.propensity for item in shown.queue().items} == {1.0}


def test_another_seed_draws_otherwise() -> None:
    def drawn(seed: int) -> list[tuple[str, ...]]:
        shown = world(5, exploration=0.5, seed=seed)
        return [tuple(shown.offered(version=version)) for version in range(20)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_duty_is_never_displaced() -> None:
    shown = world(5, exploration=0.5)
    shown.add("duty", deadlines=(Deadline(due_at=NOW + DAY),))
    for version in range(100):
        first = build_queue(LEARNER, shown.state, shown.basis, Occasion(NOW, version, {})).items[0]
        assert (first.activity, first.propensity) == ("duty", 1.0)


def test_any_mixture_keeps_the_caps() -> None:
    settings: dict[str, Any] = {
        "length": 3,
        "exploration": 0.5,
        "max_per_content": 2,
        "max_per_course": 2,
    }
    shown = World(objective=Objective(shortlist=20, per_stream=9, **settings))
    for n in range(9):
        content, course = ("video", "quiz", "lab")[n % 3], f"course {n // 3}"
        shown.add(f"activity {n}", f"skill {n}", content=content, course=course)
    for version in range(200):
        offered = [shown.reference.entry(one) for one in shown.offered(version=version)]
        activities = [entry.activity for entry in offered if entry is not None]
        assert max(Counter(activity.content for activity in activities).values()) <= 2
        assert max(Counter(activity.course for activity in activities).values()) <= 2


def test_an_empty_arrangement_has_no_slots() -> None:
    empty = Arrangement([], 0, [], Caps(Objective()))
    assert explored(empty, 0.5, Draws("x")) == []
