"""What good files give, in each form that they may have."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import ConfigurationError
from schemas.reference import Activity, Deadline, LearnerProfile, RoleRequirement
from stream.load import Loaded, Problems, load

Load = Callable[[dict[str, str | bytes]], Loaded | Problems]

YAML = """\
base: https://x.org/
activities:
  - id: sql
    title: Ask a table
    skills: [SQL]
    content: video
    minutes: 30
    done_by: viewed
  - id: https://y.org/lab
    title: 1984
    skills: [SQL, Python]
    prerequisites: [sql]
    difficulty: 0.5
    pass_mark: 0.7
    course: course
    valid_from: 2026-03-01
    valid_until: 2026-04-01T12:00:00+02:00
    audience: [Analyst]
    deadlines:
      - roles: [Analyst]
        days_after_hire: 14
        due_at: 2026-05-01
profiles:
  - learner: 1001
    role: Analyst
    manager: boss@x.org
    hired_on: 2026-01-15
    goals: [SQL]
    minutes_per_week: 90
roles:
  - role: Analyst
    skills:
      SQL: 0.8
      Python: 0.5
"""

JSON = {
    "base": "https://x.org/",
    "activities": [
        {
            "id": "sql",
            "title": "Ask a table",
            "skills": ["SQL"],
            "content": "video",
            "minutes": 30,
            "done_by": "viewed",
        },
        {
            "id": "https://y.org/lab",
            "title": "1984",
            "skills": ["SQL", "Python"],
            "prerequisites": ["sql"],
            "difficulty": 0.5,
            "pass_mark": 0.7,
            "course": "course",
            "valid_from": "2026-03-01",
            "valid_until": "2026-04-01T10:00:00Z",
            "audience": ["Analyst"],
            "deadlines": [
                {"roles": ["Analyst"], "days_after_hire": 14, "due_at": "2026-05-01"},
            ],
        },
    ],
    "profiles": [
        {
            "learner": "1001",
            "role": "Analyst",
            "manager": "boss@x.org",
            "hired_on": "2026-01-15",
            "goals": ["SQL"],
            "minutes_per_week": 90,
        }
    ],
    "roles": [{"role": "Analyst", "skills": {"SQL": 0.8, "Python": 0.5}}],
}

ACTIVITIES_CSV = """\
id,title,skills,content,minutes,done_by,prerequisites,difficulty,pass_mark,course,valid_from,\
valid_until,audience,deadline_roles,days_after_hire,due_at
https://x.org/sql,Ask a table,SQL,video,30,viewed,,,,,,,,,,

https://y.org/lab,1984,SQL; Python,,,,https://x.org/sql,0.5,0.7,https://x.org/course,2026-03-01,\
2026-04-01T10:00:00Z,Analyst,Analyst,14,2026-05-01
"""
PROFILES_CSV = """\
learner,role,manager,hired_on,goals,minutes_per_week
1001,Analyst,boss@x.org,2026-01-15,SQL,90
"""
ROLES_CSV = "role,skill,target\nAnalyst,SQL,0.8\nAnalyst,Python,0.5\n"


def day(year: int, month: int, date: int, hour: int = 0) -> float:
    return datetime(year, month, date, hour, tzinfo=UTC).timestamp()


EXPECTED = Loaded(
    activities=(
        Activity(
            id="https://x.org/sql",
            title="Ask a table",
            skills=("SQL",),
            content="video",
            minutes=30.0,
            done_by="viewed",
        ),
        Activity(
            id="https://y.org/lab",
            title="1984",
            skills=("SQL", "Python"),
            prerequisites=("https://x.org/sql",),
            difficulty=0.5,
            pass_mark=0.7,
            course="https://x.org/course",
            valid_from=day(2026, 3, 1),
            valid_until=day(2026, 4, 1, 10),
            audience=("Analyst",),
            deadlines=(Deadline(roles=("Analyst",), due_at=day(2026, 5, 1), days_after_hire=14.0),),
        ),
    ),
    profiles=(
        LearnerProfile(
            learner="key of 1001",
            role="Analyst",
            manager="key of boss@x.org",
            hired_on=day(2026, 1, 15),
            goals=("SQL",),
            minutes_per_week=90.0,
        ),
    ),
    requirements=(RoleRequirement(role="Analyst", skills={"SQL": 0.8, "Python": 0.5}),),
)

CSVS = {"activities.csv": ACTIVITIES_CSV, "profiles.csv": PROFILES_CSV, "roles.csv": ROLES_CSV}
FORMS: dict[str, dict[str, str | bytes]] = {
    "yaml": {"all.yaml": YAML},
    "json": {"all.json": json.dumps(JSON)},
    "json with tabs": {"all.json": json.dumps(JSON, indent="\t")},
    "json lists": {
        "activities.json": json.dumps({"base": JSON["base"], "activities": JSON["activities"]}),
        "people.json": json.dumps(JSON["profiles"]),
        "targets.json": json.dumps(JSON["roles"]),
    },
    "csv": dict(CSVS),
    "csv by header": {f"some-{name}": text for name, text in CSVS.items()},
    "csv of a spreadsheet": {
        name: b"\xef\xbb\xbf" + text.replace("; ", "|").replace(",", ";").encode()
        for name, text in CSVS.items()
    },
    "csv of Windows": {name: text.replace("\n", "\r\n") for name, text in CSVS.items()},
    "tabs": {name: text.replace(",", "\t") for name, text in CSVS.items()},
    "folders": {"a/b/all.YAML": YAML, "a/README.md": "not read"},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records(form: str, load_files: Load) -> None:
    assert load_files(FORMS[form]) == EXPECTED


def test_a_base_can_be_handed_in(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("activities: [{id: sql, skills: [SQL]}]")
    found = load([file], str, base="https://z.org/")
    assert isinstance(found, Loaded)
    assert [activity.id for activity in found.activities] == ["https://z.org/sql"]
    assert found.warnings == ()


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("activities: [{id: 'u:a', skills: [SQL]}]")
    assert isinstance(load([file, tmp_path, file], str), Loaded)


def test_null_and_empty_cells_are_left_out(load_files: Load) -> None:
    found = load_files(
        {"a.yaml": "activities:\n- {id: 'u:a', skills: [S], minutes: null, url: }\n"}
    )
    assert found == Loaded(
        activities=(Activity(id="u:a", skills=("S",)),), profiles=(), requirements=()
    )


def test_withdrawn_can_be_said(load_files: Load) -> None:
    found = load_files({"a.csv": "id,skills,withdrawn\nu:a,S,true\n"})
    assert isinstance(found, Loaded)
    assert found.activities[0].withdrawn


def test_a_csv_cell_may_span_lines(load_files: Load) -> None:
    text = 'id,skills,description,minutes\nu:a,S,"one\ntwo",3\nu:b,S,,x\n'
    found = load_files({"activities.csv": text})
    assert isinstance(found, Problems)
    assert [(one.line, one.text) for one in found.problems] == [
        (4, "minutes must be a number, not 'x'")
    ]


def test_identifiers_go_no_further_than_the_key(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("learner,manager\nmailto:ana@x.org,mailto:ben@x.org\n")
    found = load([file], lambda text: f"{len(text):032x}")
    assert "@" not in repr(found)


def test_a_key_that_wants_a_setting_is_a_problem_of_the_file(tmp_path: Path) -> None:
    def refuse(text: str) -> str:
        raise ConfigurationError(f"write {text!r} as homePage|name")

    file = tmp_path / "a.csv"
    file.write_text("learner\n1001\n")
    found = load([file], refuse)
    assert isinstance(found, Problems)
    assert str(found.problems[0]) == (
        f"{file}:2: learner cannot be used: write '1001' as homePage|name"
    )


SNIPPETS = st.sampled_from(
    [*YAML.split("\n"), *ACTIVITIES_CSV.split("\n"), "activities:", "- ", "{", "]", "  - id: *a"]
)
NEAR = st.lists(SNIPPETS, max_size=12).map("\n".join).map(str.encode)
CHANGED = st.builds(
    lambda at, gone, new: YAML.encode()[:at] + new + YAML.encode()[at + gone :],
    st.integers(0, len(YAML)),
    st.integers(0, 40),
    st.binary(max_size=4),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=80) | NEAR | CHANGED,
    name=st.sampled_from(["a.yaml", "a.json", "activities.csv", "profiles.csv", "roles.csv"]),
)
def test_no_file_ever_raises(content: bytes, name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    found = load([file], str)
    if isinstance(found, Problems):
        assert found.problems
        assert list(found.problems) == sorted(set(found.problems))
        assert all(one.line >= 1 and one.text and "\n" not in one.text for one in found.problems)
