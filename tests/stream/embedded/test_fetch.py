"""A jar is in the cache whole and checked, or not at all."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from stream.embedded.errors import JarsMissing, KafkaUnavailable, SourceFailed, WrongDigest
from stream.embedded.fetch import cached_jars
from stream.embedded.jars import Jar
from stream.embedded.sources import Source


def _jar(name: str) -> Jar:
    return Jar("org.example", name, "1", hashlib.sha256(name.encode()).hexdigest())


_JARS = (_jar("a"), _jar("b"), _jar("c"))


class _Shelf:
    """A source that has some jars, and remembers what it was asked for."""

    def __init__(self, *names: str, spoils: str = "", fails: BaseException | None = None) -> None:
        self.names, self.spoils, self.fails = names, spoils, fails
        self.asked: list[str] = []

    def __call__(self, wanted: Sequence[Jar], scratch: Path) -> Iterator[Jar]:
        self.asked = [jar.artifact for jar in wanted]
        for jar in wanted:
            if jar.artifact in self.names:
                (scratch / jar.file_name).write_text(jar.artifact + self.spoils)
                yield jar
        if self.fails:
            (scratch / "half.jar").write_text("ha")
            raise self.fails


def _cached(folder: Path) -> set[str]:
    return {path.name for path in (folder / "jars").iterdir()}


def _fetch(folder: Path, *sources: Source) -> tuple[Path, ...]:
    return cached_jars(_JARS, folder, sources=sources)


def test_each_source_is_asked_for_what_the_ones_before_lacked(tmp_path: Path) -> None:
    first, second, third = _Shelf("b"), _Shelf("a", "b", "c"), _Shelf("a")
    paths = _fetch(tmp_path, first, second, third)
    assert [path.read_text() for path in paths] == ["a", "b", "c"]
    assert (first.asked, second.asked, third.asked) == (["a", "b", "c"], ["a", "c"], [])


def test_what_is_cached_is_not_fetched_again(tmp_path: Path) -> None:
    _fetch(tmp_path, _Shelf("a", "b", "c"))
    unused = _Shelf()
    assert len(_fetch(tmp_path, unused)) == 3
    assert unused.asked == []


def test_a_source_that_fails_midway_keeps_what_it_gave(tmp_path: Path) -> None:
    rest = _Shelf("b", "c")
    _fetch(tmp_path, _Shelf("a", fails=SourceFailed("line cut")), rest)
    assert rest.asked == ["b", "c"]
    assert _cached(tmp_path) == {"a-1.jar", "b-1.jar", "c-1.jar"}


def test_without_all_jars_there_is_no_kafka_and_every_reason_is_told(tmp_path: Path) -> None:
    sources = (_Shelf("a", fails=SourceFailed("line cut")), _Shelf(fails=SourceFailed("no mvn")))
    with pytest.raises(JarsMissing, match="line cut; no mvn") as missing:
        _fetch(tmp_path, *sources)
    assert "2 of Kafka's jars" in str(missing.value)
    assert isinstance(missing.value, KafkaUnavailable)
    assert _cached(tmp_path) == {"a-1.jar"}


def test_a_wrong_digest_never_enters_the_cache(tmp_path: Path) -> None:
    with pytest.raises(WrongDigest, match=r"org\.example:a:1"):
        _fetch(tmp_path, _Shelf("a", "b", "c", spoils="!"))
    assert _cached(tmp_path) == set()


def test_a_jar_changed_in_the_cache_is_refused_not_replaced(tmp_path: Path) -> None:
    (_, changed, _) = _fetch(tmp_path, _Shelf("a", "b", "c"))
    changed.write_text("something else")
    with pytest.raises(WrongDigest, match=r"org\.example:b:1"):
        _fetch(tmp_path, _Shelf("a", "b", "c"))
    assert changed.read_text() == "something else"


def test_a_broken_off_download_leaves_no_half_jar(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _fetch(tmp_path, _Shelf("a", fails=KeyboardInterrupt()))
    assert _cached(tmp_path) == {"a-1.jar"}


@pytest.mark.parametrize(("terminal", "shown"), [(True, True), (False, False)])
def test_progress_is_for_terminals(tmp_path: Path, terminal: bool, shown: bool) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=terminal)
    cached_jars(_JARS, tmp_path, console, sources=(_Shelf("a", "b", "c"),))
    assert ("Fetching Kafka's 3 jars" in screen.getvalue()) is shown
