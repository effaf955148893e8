"""Each source of jars, on a made-up world: no network."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from stream.embedded.errors import SourceFailed
from stream.embedded.jars import Jar
from stream.embedded.maven import project
from stream.embedded.sources import from_jgo, from_local_repository, from_maven

_ONE = Jar("org.example", "one", "1.0", "0" * 64)
_TWO = Jar("org.example", "two", "2.0", "0" * 64)


def test_the_users_repository_gives_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    kept = tmp_path / ".m2" / "repository" / _TWO.repository_path
    kept.parent.mkdir(parents=True)
    kept.write_text("two")
    assert list(from_local_repository([_ONE, _TWO], tmp_path)) == [_TWO]
    assert (tmp_path / _TWO.file_name).read_text() == "two"
    assert kept.exists()


def _install(program: str, script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_ = folder / "bin"
    bin_.mkdir()
    (bin_ / program).write_text(f"#!/bin/sh\n{script}\n")
    (bin_ / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:/usr/bin:/bin")


def test_maven_is_asked_once_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install("mvn", 'echo "$@" >> calls; echo one > one-1.0.jar', tmp_path, monkeypatch)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert list(from_maven([_ONE, _TWO], scratch)) == [_ONE]
    calls = (scratch / "calls").read_text().splitlines()
    assert len(calls) == 1
    assert "dependency:copy-dependencies" in calls[0]
    assert {"one", "two"} <= set((scratch / "pom.xml").read_text().replace(">", "<").split("<"))


def test_a_maven_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install("mvn", 'echo; echo "[ERROR] offline"; exit 1', tmp_path, monkeypatch)
    with pytest.raises(SourceFailed, match=r"mvn: \[ERROR\] offline"):
        list(from_maven([_ONE], tmp_path))


def test_no_maven_is_no_more_than_one_source_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceFailed, match="not installed"):
        list(from_maven([_ONE], tmp_path))


@pytest.mark.parametrize(("transitive", "exclusions"), [(False, 2), (True, 0)])
def test_a_project_pins_each_jar_alone_or_with_what_it_needs(
    transitive: bool, exclusions: int
) -> None:
    pom = ET.fromstring(  # noqa: S314 - our own text
        project([_ONE.coordinates, _TWO.coordinates], transitive=transitive)
    )
    found = [[part.text for part in each][:3] for each in pom.iter("dependency")]
    assert found == [["org.example", "one", "1.0"], ["org.example", "two", "2.0"]]
    assert len(list(pom.iter("exclusion"))) == exclusions


class _FakeMaven:
    """Stands in for jgo's context: a repository that knows one artifact."""

    def __init__(self, repo_cache: Path, local_repos: list[Path]) -> None:
        assert local_repos == []
        self.cache = repo_cache

    def project(self, group: str, artifact: str) -> Any:
        def resolve() -> Path:
            if artifact != "one":
                raise RuntimeError(f"{group}:{artifact} not found")
            self.cache.mkdir(exist_ok=True)
            (self.cache / "download").write_text(artifact)
            return self.cache / "download"

        component = SimpleNamespace(artifact=lambda: SimpleNamespace(resolve=resolve))
        return SimpleNamespace(at_version=lambda _: component)


@pytest.fixture
def jgo(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("jgo.maven")
    fake.MavenContext = _FakeMaven  # type: ignore[attr-defined]  # a module made by hand
    monkeypatch.setitem(sys.modules, "jgo", ModuleType("jgo"))
    monkeypatch.setitem(sys.modules, "jgo.maven", fake)


@pytest.mark.usefixtures("jgo")
def test_jgo_downloads_aside(tmp_path: Path) -> None:
    assert list(from_jgo([_ONE], tmp_path)) == [_ONE]
    assert (tmp_path / _ONE.file_name).read_text() == "one"


@pytest.mark.usefixtures("jgo")
def test_what_jgo_cannot_find_ends_that_source(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"jgo: org\.example:two not found"):
        list(from_jgo([_TWO], tmp_path))
