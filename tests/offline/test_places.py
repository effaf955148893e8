import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from offline.places import PARTIAL, Place
from schemas.errors import ConfigurationError, Unavailable


@pytest.fixture(params=["local", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "local":
        return Place(str(tmp_path / "place"))
    made = Place(f"memory://{tmp_path.name}")
    made.remove_folder("")
    return made


def test_an_empty_place_has_no_files(place: Place) -> None:
    assert place.names() == []
    assert not place.has("anything")


def test_what_is_put_is_read(place: Place) -> None:
    place.put("day=1/a", b"one")
    place.put("b", b"two")
    place.put("b", b"three")

    assert place.names() == ["b", "day=1/a"]
    assert place.names("day=1") == ["day=1/a"]
    assert place.read("day=1/a") == b"one"
    assert place.read("b") == b"three"
    assert place.size("b") == 5


def test_what_is_not_there_is_said_to_be_missing(place: Place) -> None:
    with pytest.raises(FileNotFoundError):
        place.read("nothing")


def test_removing_twice_is_removing_once(place: Place) -> None:
    place.put("folder/a", b"one")
    place.put("folder/b", b"one")
    place.remove("folder/a")
    place.remove("folder/a")
    assert place.names() == ["folder/b"]
    place.remove_folder("folder")
    place.remove_folder("folder")
    assert place.names() == []


def test_a_writer_that_fails_leaves_what_was_there(place: Place) -> None:
    place.put("a", b"before")

    def fail() -> None:
        with place.writing("a") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert place.read("a") == b"before"
    assert place.clear_partial() == []


def test_what_a_dead_writer_left_is_not_seen_and_can_be_cleared_away(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    Path(tmp_path, f".a{PARTIAL}").write_bytes(b"half")

    assert place.names() == []
    assert place.clear_partial() == [f".a{PARTIAL}"]
    assert list(tmp_path.iterdir()) == []


def test_two_threads_that_write_one_file_never_mix(tmp_path: Path) -> None:
    place, both = Place(str(tmp_path)), Barrier(2)

    def write(letter: bytes) -> None:
        with place.writing("a") as file:
            both.wait(10)
            file.write(letter * 1000)
            both.wait(10)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, [b"x", b"y"]))
    assert place.read("a") in {b"x" * 1000, b"y" * 1000}


def test_a_full_disk_says_what_to_do_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(str(tmp_path))

    def full(_file: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("offline.places.os.fsync", full)
    with pytest.raises(Unavailable, match="make room"):
        place.put("a", b"data")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    Path(tmp_path, "file").write_bytes(b"")
    with pytest.raises(Unavailable, match="make it usable"):
        Place(str(tmp_path / "file")).put("a", b"data")


def test_an_unknown_url_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="nowhere://x cannot be reached"):
        Place("nowhere://x")
