"""The example files: they load without a warning, and hold what their stories need."""

from math import floor
from pathlib import Path

import pytest

from schemas.codec import decode_json
from schemas.statement.validation import Mode, Validator
from stream.load import Loaded, load

EXAMPLES = Path(__file__).parents[3] / "examples"
BASE = "https://lms.example.org/activities/"


def loaded(name: str) -> Loaded:
    found = load([EXAMPLES / name], str)
    assert isinstance(found, Loaded), found.problems
    return found


@pytest.mark.parametrize("name", ["organisation", "worked_example"])
def test_an_example_loads_without_a_warning(name: str) -> None:
    assert loaded(name).warnings == ()


def test_the_organisation_is_large_enough_to_be_believed() -> None:
    found = loaded("organisation")
    assert len(found.activities) >= 60
    assert len({skill for one in found.activities for skill in one.skills}) >= 20
    assert len(found.requirements) == 5
    assert {"video", "reading", "quiz", "lab", "workshop"} <= {a.content for a in found.activities}
    assert any(one.deadlines for one in found.activities)
    assert any(one.audience for one in found.activities)
    assert any(one.valid_until for one in found.activities)
    assert sum(bool(one.prerequisites) for one in found.activities) > 30
    assert all(one.title and one.minutes and one.difficulty for one in found.activities)


def test_titles_of_the_organisation_are_told_apart() -> None:
    titles = [activity.title for activity in loaded("organisation").activities]
    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 60 for title in titles)


def test_every_required_target_of_the_organisation_can_be_approached() -> None:
    found = loaded("organisation")
    for requirement in found.requirements:
        for skill in requirement.skills:
            teaching = [one for one in found.activities if skill in one.skills]
            assert any(requirement.role in one.audience or not one.audience for one in teaching)


def test_everybody_of_the_organisation_has_a_manager_among_them_or_leads() -> None:
    found = loaded("organisation")
    learners = {profile.learner for profile in found.profiles}
    assert {profile.manager for profile in found.profiles} - learners == {""}


def test_the_worked_example_has_its_graph_and_its_lengths() -> None:
    found = loaded("worked_example")
    activity = {one.id.removeprefix(BASE): one for one in found.activities}
    needs = {
        name: [need.removeprefix(BASE) for need in one.prerequisites]
        for name, one in activity.items()
    }
    assert needs == {
        "C01": [],
        "C02": [],
        "C03": [],
        "C04": ["C01"],
        "C05": ["C04"],
        "C06": ["C02"],
        "C07": ["C01", "C03"],
    }
    assert activity["C01"].done_by == "viewed"
    assert set(activity["C07"].skills) == {"DataViz", "SQL"}
    budget = next(one.minutes_per_week for one in found.profiles if one.learner == "1001")
    before_c06 = activity["C04"].minutes
    assert budget
    assert before_c06
    assert floor(before_c06 / budget) == 2


def test_the_worked_example_s_statements_are_valid_and_tell_its_story() -> None:
    lines = (EXAMPLES / "worked_example" / "statements.jsonl").read_bytes().splitlines()
    validator = Validator(Mode.STRICT)
    assert all(validator.validate(line).is_valid for line in lines)
    told = [
        (
            statement["actor"]["account"]["name"],
            statement["verb"]["display"]["en"],
            statement["object"]["id"].removeprefix(BASE),
            statement["result"].get("score", {}).get("raw"),
        )
        for statement in map(decode_json, lines)
    ]
    assert told == [
        ("1001", "viewed", "C01", None),
        ("1001", "scored", "C02", 65),
        ("1002", "completed", "C01", 90),
        ("1001", "completed", "C03", 80),
    ]
