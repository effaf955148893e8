from collections import defaultdict
from random import Random

import pytest
from harness.organisation import Organisation

from offline.proposals import Mining
from offline.proposals.tags import Neighbours, wilson


def test_lost_tags_are_found_again() -> None:
    world = Organisation(learners=300, sessions=15, untagged=5)
    mining = Mining()
    for event in world.events():
        mining.add(event)
    found = defaultdict(list)
    for tag in mining.proposals().tags:
        found[tag.activity].append(tag.skill)
    lost = {
        world.question(skill, number): [f"skill {skill}"]
        for skill in range(world.skills)
        for number in range(world.questions)
        if world.is_untagged(skill, number)
    }
    assert found == lost


def test_where_anything_stands_next_to_anything_nothing_is_proposed() -> None:
    rng = Random(1)
    neighbours = Neighbours()
    for n in range(40_000):
        activity = rng.randrange(60)
        skills = () if activity < 10 else (f"skill {activity % 8}",)
        neighbours.visit(f"learner {rng.randrange(200)}", f"activity {activity}", skills, 9.0 * n)
    assert neighbours.tags() == []


def test_who_has_got_a_skill_meanwhile_needs_none() -> None:
    neighbours = Neighbours()
    for n in range(50):
        neighbours.visit("a", "untagged", (), 100.0 * n)
        neighbours.visit("a", "lesson", ("sql",), 100.0 * n + 50.0)
        for other in range(4):
            neighbours.visit(f"other {n}", f"other {other}", ("history",), 100.0 * n + other)
    assert [tag.skill for tag in neighbours.tags()] == ["sql"]
    neighbours.visit("b", "untagged", ("sql",), 6000.0)
    assert neighbours.tags() == []


@pytest.mark.parametrize(("count", "total"), [(0, 10), (5, 10), (10, 10)])
def test_intervals_hold_the_share_and_stay_within_bounds(count: int, total: int) -> None:
    low, high = wilson(count, total)
    assert -1e-9 <= low <= count / total <= high <= 1.0 + 1e-9
