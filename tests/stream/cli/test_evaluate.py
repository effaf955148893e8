from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from harness.answers import made_up, write

from schemas.codec import decode_json

Run = Callable[..., Result]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "answers.csv", made_up(600))


def test_programs_read_exactly_these_figures(run: Run, file: Path) -> None:
    result = run("evaluate", "success", file, "--json")
    assert result.exit_code == 0, result.stderr
    found = decode_json(result.stdout)
    assert list(found) == [
        "events",
        "prequential",
        "held_out",
        "microseconds_per_event",
        "state_bytes_per_learner",
        "parameters",
    ]
    for protocol in ("prequential", "held_out"):
        assert list(found[protocol]) == ["auc", "log_loss", "rmse", "accuracy", "ece"]
    assert found["events"] == 600
    assert 0.5 < found["prequential"]["auc"] < 1.0
    assert result.stderr == "clock: seconds since 1970\n"


def test_people_read_tables(run: Run, file: Path) -> None:
    result = run("evaluate", "success", file, "--clock", "seconds")
    assert result.exit_code == 0
    assert "answers.csv: 600 answers of 20 learners to 30 items" in result.stdout
    assert "Held-out users" in result.stdout
    assert "item mean" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr


def test_without_held_out_users(run: Run, file: Path) -> None:
    result = run("evaluate", "success", file, "--no-held-out", "--rows", "200", "--json")
    found = decode_json(result.stdout)
    assert found["held_out"] is None
    assert found["events"] == 200


def test_test_users_are_held_out(run: Run, file: Path, tmp_path: Path) -> None:
    users = tmp_path / "users.txt"
    users.write_text("u 3\nu 7\nu 8\n")
    named = run("evaluate", "success", file, "--test-users", users, "--json")
    default = run("evaluate", "success", file, "--json")
    one, other = decode_json(named.stdout), decode_json(default.stdout)
    assert one["prequential"] == other["prequential"]
    assert one["held_out"] != other["held_out"]


def test_pictures_are_named(run: Run, file: Path, tmp_path: Path) -> None:
    result = run("evaluate", "success", file, "--plots", tmp_path / "plots", "--json")
    assert result.exit_code == 0
    assert all(Path(line).is_file() for line in result.stderr.splitlines()[1:])
    assert len(result.stderr.splitlines()) == 3


def test_mistakes_say_what_to_do(run: Run, file: Path, tmp_path: Path) -> None:
    missing = run("evaluate", "success", tmp_path / "none.csv")
    assert (missing.exit_code, "does not exist" in missing.stderr) == (2, True)
    with file.open("a") as text:
        text.write("u 1,i/3,s1,2,1700000000\n")
    bad = run("evaluate", "success", file)
    assert bad.exit_code == 78
    assert "answers.csv, line 602: correct is 2" in " ".join(bad.stderr.split())
    users = tmp_path / "users.txt"
    users.write_text("nobody\n")
    strangers = run("evaluate", "success", write(file, made_up(100)), "--test-users", users)
    assert strangers.exit_code == 78
    assert "nobody" in strangers.stderr
    alone = run("evaluate", "success", file, "--test-users", users, "--rows", "50", "--json")
    assert decode_json(alone.stdout)["held_out"] is None


def test_relevance_says_how_well_lists_are_ranked(run: Run, tmp_path: Path) -> None:
    rows = [f"{user},{(user + step) % 150},,1,{step}" for step in range(6) for user in range(150)]
    file = tmp_path / "clicks.csv"
    file.write_text("user_id,item_id,skill_ids,correct,timestamp_or_order\n" + "\n".join(rows))
    result = run("evaluate", "relevance", file, "--json")
    assert result.exit_code == 0, result.output
    found = decode_json(result.stdout)
    assert (found["events"], found["lists"]) == (750, 150)
    assert found["hr@5"] > 0.9
    shown = run("evaluate", "relevance", file)
    assert "blend" in shown.output
    assert "popular" in shown.output
    np.savez(tmp_path / "clicks.eval.npz", candidates=np.zeros((2, 3)))
    bad = run("evaluate", "relevance", file)
    assert bad.exit_code != 0
    assert "not whole numbers" in bad.stderr


def test_retention_is_measured_beside_what_it_has_to_beat(
    run: Run, file: Path, tmp_path: Path
) -> None:
    result = run("evaluate", "retention", file, "--plots", tmp_path / "plots", "--json")
    assert result.exit_code == 0, result.stderr
    found = decode_json(result.stdout)
    assert found["events"] == 600
    assert "half_life_published" in found["repeated_item"]
    assert (tmp_path / "plots" / "calibration_by_elapsed_time.png").exists()
    shown = run("evaluate", "retention", file, "--rows", "200")
    assert "success without time" in shown.stdout
    assert "recalled" in shown.stdout
