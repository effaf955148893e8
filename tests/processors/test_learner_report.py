import pytest
from queue_world import LEARNER, NOW, World

from processors.features import describe
from processors.learner_report import recent_events, standings, targets_of
from processors.outcomes.outlook import Remembered
from schemas.codec import hash64
from schemas.kinds import Kind

HELD = Remembered(0.7, 0.9, 12.0)


@pytest.fixture
def world() -> World:
    world = World()
    world.is_a("analyst", {"sql": 0.9, "charts": 0.5}, goals=("sql", "talks"))
    world.add("lesson", "sql", title="A lesson")
    return world


def test_targets_are_those_of_the_role_then_of_goals(world: World) -> None:
    profile = world.reference.profile(LEARNER)
    assert targets_of(profile, world.reference, 0.8) == {"sql": 0.9, "charts": 0.5, "talks": 0.8}
    assert targets_of(None, world.reference, 0.8) == {}


def test_skills_with_evidence_or_target_by_name(world: World) -> None:
    world.does("lesson", Kind.ANSWERED, 1.0)
    names = {hash64(name): name for name in ("sql", "lesson")}
    features = describe(world.state, NOW, names.get)
    sql, talks, typing = standings(
        features, {"sql": HELD}, {"sql": 0.9, "typing": 0.1, "talks": 0.8}
    )
    assert (sql.skill, talks.skill, typing.skill) == ("sql", "talks", "typing")
    assert sql.proficiency == features["skills"]["sql"]["proficiency"]["mean"]
    assert sql.gap == pytest.approx(0.9 - sql.proficiency)
    assert (sql.recall, sql.half_life_days, sql.attempts) == (0.7, 12.0, 1)
    assert (talks.recall, talks.attempts, talks.last_practised) == (None, 0, None)
    assert talks.gap == pytest.approx(0.8 - 1 / 3)
    assert typing.gap == 0.0
    (recent,) = recent_events(features["history"], world.reference)
    assert (recent.activity, recent.title, recent.kind) == ("lesson", "A lesson", "answered")
    assert recent.outcome == 1.0


def test_a_skill_that_nobody_asks_for_has_no_gap(world: World) -> None:
    world.does("lesson", Kind.ANSWERED, 0.0)
    features = describe(world.state, NOW, lambda _: "sql")
    (sql,) = standings(features, {}, {})
    assert (sql.target, sql.gap) == (None, 0.0)


def test_nothing_known_is_nothing_told(world: World) -> None:
    assert standings({}, {}, {}) == []
    assert recent_events([], world.reference) == []
