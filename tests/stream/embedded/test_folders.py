"""Where data and downloads lie."""

from pathlib import Path
from stat import S_IMODE

import pytest

from stream.embedded.folders import default_cache_dir, default_data_dir, private


def test_data_lies_in_the_working_directory_unless_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STEPSTREAM_HOME", raising=False)
    assert default_data_dir() == tmp_path / ".stepstream"
    monkeypatch.setenv("STEPSTREAM_HOME", "elsewhere")
    assert default_data_dir() == tmp_path / "elsewhere"


def test_downloads_lie_in_the_users_cache_unless_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("STEPSTREAM_CACHE", raising=False)
    assert default_cache_dir() == tmp_path / ".cache" / "stepstream"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_cache_dir() == tmp_path / "xdg" / "stepstream"
    monkeypatch.setenv("STEPSTREAM_CACHE", str(tmp_path / "mine"))
    assert default_cache_dir() == tmp_path / "mine"


def test_a_new_folder_is_private_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    assert S_IMODE(private(tmp_path / "new").stat().st_mode) == 0o700
    (tmp_path / "old").mkdir(mode=0o755)
    before = (tmp_path / "old").stat().st_mode
    assert private(tmp_path / "old").stat().st_mode == before
