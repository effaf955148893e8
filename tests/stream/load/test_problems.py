"""All that can be wrong, each with its line, all in one go."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.load import Loaded, Problems, load
from stream.load.across import cycles

Load = Callable[[dict[str, str | bytes]], Loaded | Problems]
Told = list[tuple[int, str]]


def problems(found: Loaded | Problems) -> Told:
    assert isinstance(found, Problems)
    return [(one.line, one.text) for one in found.problems]


def warnings(found: Loaded | Problems) -> Told:
    return [(one.line, one.text) for one in found.warnings]


CASES: dict[str, tuple[str, str, Told]] = {
    "unknown prerequisite": (
        "a.yaml",
        (
            "activities:\n- id: u:intro\n  skills: [S]\n- id: u:b\n  skills: [S]\n"
            "  prerequisites:\n  - u:intro\n  - u:intr\n"
        ),
        [(8, "unknown prerequisite u:intr; did you mean u:intro?")],
    ),
    "circle": (
        "a.yaml",
        (
            "activities:\n"
            "- {id: u:c, skills: [S], prerequisites: [u:b]}\n"
            "- {id: u:a, skills: [S], prerequisites: [u:c]}\n"
            "- {id: u:b, skills: [S], prerequisites: [u:a]}\n"
            "- {id: u:d, skills: [S], prerequisites: [u:d]}\n"
        ),
        [
            (3, "prerequisites in a circle: u:a -> u:c -> u:b -> u:a"),
            (5, "prerequisites in a circle: u:d -> u:d"),
        ],
    ),
    "required skill that nothing teaches": (
        "a.yaml",
        (
            "activities: [{id: 'u:a', skills: [SQL]}]\nroles:\n- role: R\n  skills:\n"
            "    SQL: 1\n    SQLL: 0.5\n"
        ),
        [(6, "no activity teaches 'SQLL'; did you mean SQL?")],
    ),
    "id twice": (
        "a.csv",
        "id,skills\nu:a,S\nu:b,S\nu:a,S\n",
        [(4, "id is given twice, first in FOLDER/a.csv:2")],
    ),
    "learner twice": (
        "a.csv",
        "learner,role\n1,R\n1,R\n",
        [(3, "learner is given twice, first in FOLDER/a.csv:2")],
    ),
    "target twice": (
        "a.csv",
        "role,skill,target\nR,S,1\nR,S,1\n",
        [(3, "'S' is given twice, first in line 2")],
    ),
    "field twice": (
        "a.yaml",
        "activities:\n- id: u:a\n  skills: [S]\n  id: u:b\n",
        [(4, "'id' is given twice, first in line 2")],
    ),
    "wrong types": (
        "a.yaml",
        (
            "activities:\n- id: [u:a]\n- id: u:b\n  skills: S\n  minutes: long\n"
            "  withdrawn: maybe\n  title: {en: B}\n  deadlines: soon\n- 7\n"
        ),
        [
            (2, "id must be a single value"),
            (4, "skills must be a list"),
            (5, "minutes must be a number, not 'long'"),
            (6, "withdrawn must be true or false, not 'maybe'"),
            (7, "title must be a single value"),
            (8, "deadlines must be a list"),
            (9, "each of activities must be a mapping of fields"),
        ],
    ),
    "out of range": (
        "a.json",
        (
            '{"activities": [{"id": "u:a", "skills": ["S"],\n"difficulty": 3,\n"pass_mark": -0.1,\n'
            '"minutes": 0,\n"deadlines": [{"days_after_hire": -1}]}],\n'
            '"profiles": [{"learner": "1",\n"minutes_per_week": 20000}],\n'
            '"roles": [{"role": "R", "skills":\n{"S": 80}}]}'
        ),
        [
            (2, "difficulty must be a number in [0, 1], not 3"),
            (3, "pass_mark must be a number in [0, 1], not -0.1"),
            (4, "minutes must be above 0, not 0"),
            (5, "days_after_hire must be at least 0, not -1"),
            (5, "deadlines need due_at or days_after_hire"),
            (7, "minutes_per_week must be at most 10080"),
            (9, "target of 'S' must be a number in [0, 1], not 80"),
        ],
    ),
    "unknown fields": (
        "a.yaml",
        (
            "activities:\n- id: u:a\n  skills: [S]\n  dificulty: 0.5\n  deadlines:\n"
            "  - dueat: 2026-01-01\nprofils: []\n"
        ),
        [
            (4, "unknown field 'dificulty'; did you mean difficulty?"),
            (6, "deadlines need due_at or days_after_hire"),
            (6, "unknown field 'dueat'; did you mean due_at?"),
            (7, "unknown field 'profils'; did you mean profiles?"),
        ],
    ),
    "origin is not for people to say": (
        "a.yaml",
        "activities: [{id: 'u:a', skills: [S], origin: observed}]",
        [(1, "unknown field 'origin'")],
    ),
    "unknown column, told once": (
        "a.csv",
        "id,skills,minuts\nu:a,S,3\nu:b,S,4\n",
        [(1, "unknown field 'minuts'; did you mean minutes?")],
    ),
    "dates": (
        "a.yaml",
        (
            "activities:\n- id: u:a\n  skills: [S]\n  valid_from: 31.3.2026\n"
            "- id: u:b\n  skills: [S]\n  valid_from: 2026-13-01\n"
            "- id: u:c\n  skills: [S]\n  valid_from: 2026-03-01\n  valid_until: 2026-03-01\n"
        ),
        [
            (4, "valid_from must be a date such as 2026-03-31, not '31.3.2026'"),
            (7, "valid_from must be a date such as 2026-03-31, not '2026-13-01'"),
            (11, "valid_until must be later than valid_from"),
        ],
    ),
    "done_by": (
        "a.yaml",
        "activities: [{id: 'u:a', skills: [S], done_by: read}]",
        [(1, "done_by must be one of viewed, completed, passed, not 'read'")],
    ),
    "missing": (
        "a.yaml",
        "activities:\n- title: A\n- id: null\nprofiles:\n- role: R\nroles:\n- skills: {}\n",
        [
            (2, "id is missing"),
            (3, "id is missing"),
            (5, "learner is missing"),
            (7, "role is missing"),
        ],
    ),
    "missing in a csv": (
        "roles.csv",
        "role,skill,target\nR,S,\n,S,1\n",
        [(2, "needs a role, a skill and a target"), (3, "needs a role, a skill and a target")],
    ),
    "no identifier": ("a.csv", "learner\nnobody\n", [(2, "learner is nobody")]),
    "rows of another length": (
        "a.csv",
        "id,skills\nu:a\nu:b,S\nu:c,S,x\n",
        [
            (2, "has 1 cells, but the first row names 2 columns"),
            (4, "has 3 cells, but the first row names 2 columns"),
        ],
    ),
    "column twice": ("a.csv", "id,id,skills\n", [(1, "column 'id' is given twice")]),
    "csv of what?": (
        "a.csv",
        "\nname,age\nAna,3\n",
        [(2, "call it activities.csv, profiles.csv or roles.csv")],
    ),
    "empty": ("a.yaml", "", [(1, "is empty")]),
    "blank": ("a.csv", "\n \n", [(1, "is empty")]),
    "comments only": ("a.yaml", "# nothing\n", [(1, "is empty")]),
    "no sections": ("a.json", "3", [(1, "must hold activities, profiles or roles")]),
    "list of what?": ("a.json", "[1]", [(1, "must hold activities, profiles or roles")]),
    "base alone": ("a.yaml", "base: u:x", [(1, "must hold activities, profiles or roles")]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_problem_has_its_line(case: str, tmp_path: Path, load_files: Load) -> None:
    name, text, expected = CASES[case]
    found = problems(load_files({name: text}))
    assert found == [(line, said.replace("FOLDER", str(tmp_path))) for line, said in expected]


def test_csv_that_is_none(load_files: Load) -> None:
    [(line, said)] = problems(load_files({"a.csv": 'id,skills\nu:a,"S"x\n'}))
    assert line == 2
    assert said.startswith("is not CSV")


@pytest.mark.parametrize("content", [b"activities:\n- id: caf\xe9\n", "a:\n\n".encode("utf-16")])
def test_another_encoding(content: bytes, load_files: Load) -> None:
    [(line, said)] = problems(load_files({"a.yaml": content}))
    assert line == content.split(b"\xe9")[0].split(b"\xff")[0].count(b"\n") + 1
    assert said == "is not UTF-8; save it in that encoding"


def test_an_unknown_kind_of_file_and_one_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_text("x")
    found = load([file, tmp_path / "b.yaml"], str)
    assert problems(found) == [
        (1, "unknown file type '.xlsx'; known are .yaml, .yml, .json, .csv"),
        (1, "cannot be read: No such file or directory"),
    ]


def test_a_folder_with_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("hello")
    assert problems(load([tmp_path], str)) == [
        (1, "holds no file of kind .yaml, .yml, .json, .csv")
    ]


def test_all_problems_of_all_files_come_together_in_order(tmp_path: Path, load_files: Load) -> None:
    found = load_files(
        {
            "b.csv": "id,skills,minutes\nu:b,S,x\nu:a,S,1\n",
            "a.yaml": "activities:\n- {id: 'u:a', skills: [S], prerequisites: ['u:zzz']}\n- {}\n",
            "c.json": "{",
        }
    )
    assert isinstance(found, Problems)
    assert [(one.file.name, one.line) for one in found.problems] == [
        ("a.yaml", 2),
        ("a.yaml", 3),
        ("b.csv", 2),
        ("b.csv", 3),
        ("c.json", 1),
    ]
    assert str(found.problems[1]) == f"{tmp_path / 'a.yaml'}:3: id is missing"


def test_warnings_do_not_refuse(load_files: Load) -> None:
    found = load_files(
        {
            "a.yaml": "activities:\n- id: C01\n  skills: [SQL]\n  audience: [Analist]\n"
            "  deadlines:\n  - roles: [Cook]\n    days_after_hire: 3\n"
            "- id: u:none\n- id: u:many\n  skills: [A, B, C, D, E, F, G, H, I]\n"
            "profiles:\n- learner: 1\n  role: Cook\n  goals: [Sequel]\n"
            "roles:\n- {role: Analyst, skills: {SQL: 1}}\n"
        }
    )
    assert isinstance(found, Loaded)
    assert warnings(found) == [
        (2, "C01 is no IRI, so no statement can name it; give the file a base"),
        (4, "nothing says what role 'Analist' requires; did you mean Analyst?"),
        (6, "nothing says what role 'Cook' requires"),
        (8, "u:none teaches no skill: it closes no gap"),
        (9, "only the first 8 skills count"),
        (13, "nothing says what role 'Cook' requires"),
        (14, "no activity teaches 'Sequel'"),
    ]


def test_what_is_not_loaded_is_not_missed(load_files: Load) -> None:
    found = load_files({"p.csv": "learner,role,goals\n1,R,SQL\n"})
    assert isinstance(found, Loaded)
    assert found.warnings == ()


GRAPHS = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdefg"), max_size=4).map(tuple)
)


@given(GRAPHS)
def test_every_circle_is_one_and_none_is_left_when_their_steps_are_gone(
    graph: dict[str, tuple[str, ...]],
) -> None:
    steps: set[tuple[str, str]] = set()
    for circle in cycles(graph):
        assert circle[0] == circle[-1] == min(circle)
        assert len(set(circle)) == len(circle) - 1
        assert all(need in graph[name] for name, need in pairwise(circle))
        assert steps.isdisjoint(pairwise(circle))
        steps.update(pairwise(circle))
    left = {n: tuple(x for x in needs if (n, x) not in steps) for n, needs in graph.items()}
    assert not any(comes_back(left, name) for name in left)


def comes_back(graph: dict[str, tuple[str, ...]], start: str) -> bool:
    seen: set[str] = set()
    ahead = list(graph.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead.extend(graph.get(name, ()))
    return start in seen


def test_a_long_chain_is_no_circle_and_overflows_nothing() -> None:
    chain = {str(n): (str(n + 1),) for n in range(20_000)}
    assert list(cycles(chain)) == []
    chain["20000"] = ("0",)
    assert [len(circle) for circle in cycles(chain)] == [20_002]
