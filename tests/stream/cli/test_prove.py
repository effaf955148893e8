"""`prove` and `proposals` on an archive and versions that need no server."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from harness.archives import put
from harness.candidates import ends_of, fitted
from harness.events_that_were import InMemory
from harness.organisation import Organisation

from offline.archive.listing import Archive
from offline.archive.rows import Row
from offline.places import Place
from offline.versions import Versions
from schemas.codec import decode_json, encode_json
from schemas.event import event_to_json
from schemas.version import Version
from stream.load import Loaded, load

Run = Callable[..., Result]
NAME, SEEN = "v20261126-004512-3fa9c1", "v20261127-004512-aaaaaa"
UNPROVEN = "v20261128-004512-bbbbbb"
GATE = """
window: {events: 500, learners: 20}
not_worse: [{model: success, measure: log_loss, margin: 0.001, axes: [all]}]
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive, an honest version and one that has seen what came after it."""
    folder = tmp_path_factory.mktemp("prove")
    source = InMemory(Organisation(learners=110, sessions=9, untagged=5).events())
    rows = defaultdict(list)
    for partition, offset, at, event in source.rows:
        value = encode_json(event_to_json(event))
        rows[partition].append(Row(offset, at, event.learner.encode(), value))
    archive = Archive(Place(str(folder / "archive")))
    for partition, found in rows.items():
        put(archive, found, partition)
    past = source.rows[: int(0.7 * len(source.rows))]
    early, fit = fitted(past[: len(past) // 5]).models, fitted(past)
    versions = Versions(Place(str(folder / "versions")))
    versions.write(_facts(NAME, past), fit.models, early)
    versions.write(_facts(UNPROVEN, past), fit.models, early)
    versions.write(_facts(SEEN, past), fitted(source.rows, fit.base).models, fit.models)
    (folder / "gate.yaml").write_text(GATE)
    return folder


def _facts(name: str, past: list) -> Version:  # type: ignore[type-arg]
    return Version(
        id=name,
        created_at=1.79e9,
        parent="",
        origin=7,
        trained_up_to=ends_of(past),
        events=len(past),
        code="0.1.0",
        meaning="",
        seal="",
        parameters={},
        settings={"passes": 1},
    )


@pytest.fixture(autouse=True)
def places(run: Run, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del run  # its environment comes first
    monkeypatch.setenv("STEPSTREAM_ARCHIVE", str(prepared / "archive"))
    monkeypatch.setenv("STEPSTREAM_VERSIONS", str(prepared / "versions"))


def test_an_honest_version_passes_and_keeps_its_page(
    run: Run, prepared: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    shown = run("prove", "v20261126", "--gate", prepared / "gate.yaml", "--report", page, "--json")
    assert shown.exit_code == 0, shown.stderr + shown.stdout
    found = decode_json(shown.stdout)
    assert found["version"] == NAME
    assert found["verdict"]["passed"]
    assert found["kept"]
    assert {"offsets", "newcomers", "truncation"} <= {one["test"] for one in found["leaks"]}
    versions = Versions(Place(str(prepared / "versions")))
    assert versions.facts(NAME).verdict is not None
    assert versions.place.read(f"{NAME}/report.html") == page.read_bytes()
    again = run("prove", NAME, "--gate", prepared / "gate.yaml")
    assert again.exit_code == 0
    assert "passed" in again.stdout


def test_a_version_that_has_seen_the_future_is_refused(run: Run, prepared: Path) -> None:
    shown = run("prove", SEEN, "--gate", prepared / "gate.yaml")
    assert shown.exit_code == 1
    assert "refused" in shown.stdout
    assert "leak: success loses" in " ".join(shown.stdout.split())


def test_too_little_is_refused_with_what_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text("window: {learners: 5000}")
    shown = run("prove", UNPROVEN, "--gate", tmp_path / "strict.yaml")
    assert shown.exit_code == 1
    assert "more are needed" in " ".join(shown.stdout.split())


def test_a_version_that_is_not_there_is_named(run: Run) -> None:
    shown = run("prove", "v2099")
    assert shown.exit_code == 1
    assert "no version is called v2099" in shown.stderr


def test_a_wrong_gate_is_code_78(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("windows: {}")
    shown = run("prove", NAME, "--gate", tmp_path / "wrong.yaml")
    assert shown.exit_code == 78
    assert "'windows' is unknown" in shown.stderr


def test_proposals_are_shown_and_written_as_a_catalogue(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "proposals.yaml"
    shown = run("proposals", "-o", file)
    assert shown.exit_code == 0, shown.stderr
    assert "is about skill 0" in " ".join(shown.stdout.split())
    loaded = load([file], str)
    assert isinstance(loaded, Loaded)
    assert ("skill 0",) in {activity.skills for activity in loaded.activities}


def test_proposals_of_a_version_lie_beside_its_numbers(run: Run, prepared: Path) -> None:
    shown = run("proposals", NAME, "--json")
    assert shown.exit_code == 0
    assert decode_json(shown.stdout)["proposals"]
    text = Place(str(prepared / "versions")).read(f"{NAME}/proposals.yaml").decode()
    assert "is about skill" in text
    assert run("proposals", NAME).exit_code == 0


def test_an_empty_archive_proposes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPSTREAM_ARCHIVE", str(tmp_path / "nothing"))
    shown = run("proposals")
    assert shown.exit_code == 1
    assert "stepstream archive run --once" in shown.stderr
