from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from harness.archives import DAY_SEC, START, event_row, put

from offline.archive.listing import Archive
from offline.places import Place
from schemas.codec import decode_json

Run = Callable[..., Result]


@pytest.fixture
def archive(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    del run  # its environment comes first
    monkeypatch.setenv("STEPSTREAM_ARCHIVE", str(tmp_path / "archive"))
    made = Archive(Place(str(tmp_path / "archive")))
    put(made, [event_row(n, START + n * DAY_SEC / 10) for n in range(30)], cuts=(2, 5, 15, 25))
    return made


def test_a_whole_archive_is_complete(run: Run, archive: Archive) -> None:
    del archive
    checked = run("archive", "check", "--deep")
    assert checked.exit_code == 0, checked.stderr
    assert "complete: 30 messages in 7 files" in checked.stdout
    (events, queues, rejects) = decode_json(run("archive", "check", "--json").stdout)
    assert (events["rows"], events["ends"], events["first_day"]) == (30, {"0": 29}, "2026-09-22")
    assert (queues["rows"], rejects["complete"]) == (0, True)


def test_what_is_missing_is_named_and_is_code_1(run: Run, archive: Archive) -> None:
    for name in archive.place.names():
        if "day=2026-09-23" in name:
            archive.place.remove(name)
    checked = run("archive", "check")
    assert checked.exit_code == 1
    assert "missing_day" in checked.stdout
    assert "2026-09-23" in checked.stdout
    assert "not complete" in checked.stdout


def test_a_rotten_byte_is_found_by_reading_all(run: Run, archive: Archive) -> None:
    name = archive.place.names()[0]
    data = bytearray(archive.place.read(name))
    data[200] ^= 0xFF
    archive.place.put(name, bytes(data))
    assert run("archive", "check").exit_code == 0
    (events, *_) = decode_json(run("archive", "check", "--deep", "--json").stdout)
    assert [finding["code"] for finding in events["findings"]] == ["corrupt"]


def test_compacting_leaves_the_same(run: Run, archive: Archive) -> None:
    assert decode_json(run("archive", "compact", "--json").stdout) == {
        "made": {"learning.events": 2, "recommendations": 0, "learning.rejected": 0}
    }
    assert "1 large file made" in run("archive", "compact", "--all").stdout
    assert len(archive.place.names()) == 3
    assert run("archive", "check", "--deep").exit_code == 0


def test_without_kafka_status_says_what_is_there(run: Run, archive: Archive) -> None:
    del archive
    status = decode_json(run("archive", "status", "--json").stdout)
    assert status["topics"][0]["rows"] == 30
    assert status["topics"][0]["not_archived"] is None


def test_without_kafka_running_says_what_to_do(run: Run) -> None:
    result = run("archive", "run", "--once")
    assert result.exit_code == 75
    assert "stepstream up" in result.stderr
