from pathlib import Path

import pytest
from harness.answers import made_up, write

from offline.quality.__main__ import FOLDER, found_scenarios, main
from offline.quality.comparison import compare
from offline.quality.figures import read_committed
from offline.quality.scenario import Scenario
from schemas.codec import decode_json, encode_json

SIMULATED = [one for one in found_scenarios(None) if one.name.endswith("/simulated/prequential")]


@pytest.mark.parametrize("scenario", SIMULATED, ids=lambda one: one.name)
def test_simulated_learners_are_predicted_as_well_as_accepted(scenario: Scenario) -> None:
    """A small part of `make quality`."""
    committed = read_committed(FOLDER)[scenario.name].figures
    found = compare(scenario, scenario.measure(), committed)
    assert [one for one in found if one.verdict.is_fault] == []


def test_names_are_permanent() -> None:
    """Every scenario of simulated learners that was accepted is still there, each once."""
    names = [one.name for one in found_scenarios(None)]
    accepted = [name for name, one in read_committed(FOLDER).items() if not one.needs]
    assert len(names) == len(set(names))
    assert set(accepted) <= set(names)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    (folder / "learners").mkdir(parents=True)
    write(folder / "learners" / "own.csv.gz", made_up(1_500))
    alike = [(*row[:3], "1", row[4]) for row in made_up(50)]
    write(folder / "learners" / "alike.csv.gz", alike)
    monkeypatch.setenv("STEPSTREAM_DATA", str(folder))
    return folder


def test_from_new_to_accepted_to_worse(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures"
    only = ["--figures", str(figures), "--only", "success/own/held_out"]
    main(only)
    assert "new: accept it" in capsys.readouterr().out
    assert not figures.exists()
    main([*only, "--accept"])
    path = figures / "success.json"
    accepted = decode_json(path.read_bytes())
    assert accepted.keys() == {"success/own/held_out"}
    capsys.readouterr()
    main(only)
    assert "WORSE" not in capsys.readouterr().out
    accepted["success/own/held_out"]["figures"]["auc"] += 0.01
    path.write_bytes(encode_json(accepted))
    assert main(only) == 1
    assert "WORSE" in capsys.readouterr().out
    assert data.is_dir()


def test_what_cannot_be_measured_is_skipped_with_a_reason(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--figures", str(tmp_path / "figures"), "--only", "success/alike/*"])
    assert "success/alike/prequential\n  skipped, all its answers" in capsys.readouterr().out
    (data / "learners" / "own.csv.gz").unlink()


def test_scenarios_are_listed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "success/own/*"]) == 0
    names = capsys.readouterr().out.split()
    assert names == [f"success/own/{p}" for p in ("prequential", "partitions_12", "held_out")]
    assert data.is_dir()
