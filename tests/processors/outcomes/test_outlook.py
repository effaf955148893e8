import pytest
from queue_world import DAY, NOW, FixedGain, Told, World

from processors.outcomes.outlook import Outlook
from processors.reference import Entry
from schemas.codec import hash64
from schemas.kinds import Kind

SQL, PYTHON = hash64("SQL"), hash64("Python")


def outlook(world: World) -> Outlook:
    return Outlook(world.state, world.predictors, NOW)


def entry(world: World, name: str) -> Entry:
    found = world.reference.entry(name)
    assert found is not None
    return found


def practised() -> World:
    world = World()
    world.add("a", "SQL", minutes=20.0)
    world.add("b", "Python")
    for _ in range(3):
        world.does("a", Kind.PASSED, 1.0)
    return world


def test_less_and_less_of_recall_is_left() -> None:
    view = outlook(practised())
    left = [view.kept[NOW + days * DAY][SQL] for days in (0, 1, 30, 300)]
    assert left == sorted(left, reverse=True)
    assert 0.0 < left[-1] < left[0] <= 1.0
    assert PYTHON not in view.kept[NOW]


def test_the_moment_that_a_share_is_left_is_known() -> None:
    view = outlook(practised())
    at = view.until(0.7)[SQL]
    assert view.kept[at][SQL] == pytest.approx(0.7)
    assert view.until(0.9)[SQL] < at


def test_durations_are_distributions() -> None:
    world = practised()
    forecast = outlook(world).durations([entry(world, "a"), entry(world, "b")])
    assert forecast.quantile(0.5).shape == (2,)
    assert 10.0 < forecast.quantile(0.5)[0] < 40.0
    assert 0.0 < forecast.level(30.0)[0] < 1.0
    assert forecast.level(240.0)[0] > forecast.level(30.0)[0]


def test_gain_is_the_mean_over_skills_known_or_new() -> None:
    world = World(predictors=Told(gain=FixedGain(0.08)))
    world.add("both", "SQL", "Python")
    world.add("none")
    world.does("both", Kind.PASSED, 1.0)
    asked = [entry(world, "both"), entry(world, "none")]
    assert outlook(world).gains(asked) == [pytest.approx(0.08), 0.0]


def test_recall_is_a_probability() -> None:
    assert 0.5 < outlook(practised()).recall()[SQL] < 1.0
