"""Loading without services: what a dry run can do."""

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from schemas.codec import decode_json

Run = Callable[..., Result]
ROOT = Path(__file__).parents[3]
WORKED = ROOT / "examples" / "worked_example"


def test_a_dry_run_needs_no_services(run: Run) -> None:
    result = run("load", WORKED, "--dry-run", "--json")
    assert result.exit_code == 0, result.stderr
    found = decode_json(result.stdout)
    assert found["published"] is False
    assert found["catalog.activities"]["new"] == 7
    assert found["learner.profiles"]["new"] == 2
    assert "nothing was published" in run("load", WORKED, "--dry-run").stdout


def test_the_sample_organisation_loads(run: Run) -> None:
    result = run("load", ROOT / "examples" / "organisation", "--dry-run", "--json")
    assert result.exit_code == 0, result.stderr
    assert decode_json(result.stdout)["catalog.activities"]["new"] > 30


def test_without_services_only_a_dry_run_is_possible(run: Run) -> None:
    result = run("load", WORKED)
    assert result.exit_code == 75
    assert "stepstream up" in result.stderr


def test_every_problem_is_told_with_file_and_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text(
        "activities:\n  - id: urn:a\n    prerequisites: [urn:b]\n  - id: urn:a\n    minutes: long\n"
    )
    result = run("load", file, "--dry-run")
    assert result.exit_code == 78
    lines = result.stderr.splitlines()
    assert any(line.startswith(f"{file}:3: unknown prerequisite urn:b") for line in lines)
    assert any(line.startswith(f"{file}:4: id is given twice") for line in lines)
    assert any(line.startswith(f"{file}:5: minutes must be a number") for line in lines)
    assert "problems, nothing is published" in lines[-1]
    told = decode_json(run("load", file, "--dry-run", "--json").stdout)
    assert {one["line"] for one in told["problems"]} >= {3, 4, 5}


def test_warnings_do_not_stop(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text("activities:\n  - id: urn:a\n")
    result = run("load", file, "--dry-run")
    assert result.exit_code == 0
    assert f"{file}:2: warning: " in result.stderr


def test_a_base_makes_iris_of_bare_ids(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text("activities:\n  - id: C01\n    skills: [SQL]\n")
    bare = run("load", file, "--dry-run")
    based = run("load", file, "--dry-run", "--base", "https://lms.example.org/")
    assert "no IRI" in bare.stderr
    assert based.stderr == ""
