"""The pseudonym key: made once, private, never half."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE

import pytest

from schemas.errors import Corrupt
from stream.embedded.secret import pseudonym_key


def test_made_once_and_kept(tmp_path: Path) -> None:
    key = pseudonym_key(tmp_path)
    assert len(key) == 32
    assert pseudonym_key(tmp_path) == key


def test_each_folder_has_its_own(tmp_path: Path) -> None:
    assert pseudonym_key(tmp_path / "a") != pseudonym_key(tmp_path / "b")


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    home = tmp_path / "new"
    pseudonym_key(home)
    (path,) = home.iterdir()
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert S_IMODE(home.stat().st_mode) == 0o700


def test_all_who_start_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(pseudonym_key, [tmp_path] * 32))
    assert len(keys) == 1


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    pseudonym_key(tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"short")
    with pytest.raises(Corrupt, match="restore it from a backup"):
        pseudonym_key(tmp_path)
    assert path.read_bytes() == b"short"
