"""An archiver that starts erases whom its archive has not heard of; a home keeps no leftovers."""

from pathlib import Path

import pytest
from harness.archives import event_row, put

from offline.archive.listing import Archive
from offline.archive.reading import rows
from offline.archive.schemas import EVENT
from offline.places import Place
from processors.reference import Reference
from schemas.erasure import Erased
from stream.erasing import files
from stream.erasing.files import catch_up, erase_archive, erase_home
from stream.settings import Settings

ANN, BOB = "ab" * 16, "cd" * 16


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    known = Reference()
    known.put(Erased(learner=ANN, erased_at=5e9))
    monkeypatch.setattr(files, "load_erased", lambda *_: known)
    return Settings(home=str(tmp_path))


@pytest.fixture
def archive(settings: Settings) -> Archive:
    made = Archive(Place(settings.archive_place))
    put(made, [event_row(n, learner=(ANN, BOB)[n % 2]) for n in range(6)])
    return made


def test_an_archiver_catches_up_once(settings: Settings, archive: Archive) -> None:
    assert catch_up(settings, archive) == 1
    keys = [row.key for row in rows(archive, EVENT.topic, 0)]
    assert keys == [None, BOB.encode()] * 3
    assert catch_up(settings, archive) == 0


def test_where_no_archive_is_that_is_told(settings: Settings) -> None:
    searched = erase_archive(settings, [], lambda *_: False, lambda *_: None)
    assert searched.erased == []
    assert settings.archive_place in searched.not_searched[0]


def test_what_a_recalibration_left_goes_and_a_proof_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(settings.home)
    (home / "recalibration").mkdir()
    (home / "recalibration" / "fit.sqlite").write_bytes(ANN.encode())
    (home / "tmpabcd").mkdir()
    (home / "tmpabcd" / "learners").write_bytes(ANN.encode())
    monkeypatch.setattr(files, "gettempdir", lambda: str(home / "temporary"))
    searched = erase_home(settings)
    assert not (home / "recalibration").exists()
    assert [(one.store, one.count) for one in searched.erased] == [("files", 1)]
    assert [str(home / "tmpabcd") in one for one in searched.not_searched] == [True]
    assert erase_home(settings).erased == []
