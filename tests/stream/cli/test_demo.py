from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from schemas.codec import decode_json, encode_json

Run = Callable[..., Result]
ROOT = Path(__file__).parents[3]
WORKED = ROOT / "examples" / "worked_example"


def summary(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    return dict(decode_json(line))


def test_simulated_learners_in_memory(run: Run) -> None:
    result = run(
        *("demo", "--in-memory", "--seconds", "1.5", "--rate", "120", "--learners", "20"),
        *("--organisation", WORKED, "--json"),
    )
    assert result.exit_code == 0, result.stderr
    found = summary(result)
    assert found["kafka"] == "in-memory"
    assert found["adds_up"] is True
    assert found["published"] == found["accepted"] + found["rejected"] > 50
    assert found["queues"] > 0
    assert "in memory: as asked for" in result.stderr


STATEMENTS = [
    (WORKED / "statements.jsonl").read_bytes().splitlines()[0],
    (WORKED / "statements.jsonl").read_bytes().splitlines()[0],  # sent again
    (WORKED / "statements.jsonl").read_bytes().splitlines()[1],
    b"{torn",
    encode_json([{"no": "statement"}, {"nor": "this"}]),
]


def test_the_statements_of_a_file_are_all_accounted_for(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_bytes(b"\n".join(STATEMENTS))
    command = ("demo", "--in-memory", "--organisation", WORKED, "--statements", file)
    found = summary(run(*command, "--rate", "0", "--json"))
    assert (found["published"], found["accepted"], found["rejected"]) == (6, 3, 3)
    assert found["reasons"] == {"missing_property": 2, "not_json": 1}
    assert (found["duplicates"], found["conflicts"], found["voided"]) == (1, 0, 0)
    people = run(*command)
    assert people.exit_code == 0
    assert "3 accepted + 3 rejected = 6 published" in people.stdout


def test_an_organisation_that_cannot_be_loaded_is_code_78(run: Run, tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").write_text("roles:\n  - role: a\n    skills: {SQL: 2}\n")
    result = run("demo", "--in-memory", "--organisation", tmp_path)
    assert result.exit_code == 78
    assert "roles.yaml:3" in result.stderr


def test_a_flood_of_rejects_does_not_stop_the_demo(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_bytes(b"{torn\n" * 1500)
    command = ("demo", "--in-memory", "--organisation", WORKED, "--statements", file, "--json")
    assert summary(run(*command, "--rate", "0"))["rejected"] == 1500


def test_the_cap_holds_where_it_is_set(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPSTREAM_REJECT_CAP", "0.5")
    file = tmp_path / "statements.jsonl"
    file.write_bytes(b"{torn\n" * 1500)
    command = ("demo", "--in-memory", "--organisation", WORKED, "--statements", file, "--json")
    result = run(*command, "--rate", "0")
    assert result.exit_code == 78
    assert "STEPSTREAM_REJECT_CAP" in result.stderr
