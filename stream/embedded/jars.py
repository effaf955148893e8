"""The jars Kafka runs from, pinned by a lock file."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from schemas.errors import ConfigurationError
from stream.embedded.errors import WrongDigest

_ENTRY = re.compile(r"([\w.-]+):([\w.-]+):([\w.-]+) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, order=True)
class Jar:
    """One jar: its Maven coordinates and the SHA-256 it must have."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinates(self) -> str:
        """`group:artifact:version`."""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """The jar's own name, the same in every repository."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def repository_path(self) -> PurePosixPath:
        """Where a Maven repository keeps it, relative to the repository's root."""
        return PurePosixPath(*self.group.split("."), self.artifact, self.version, self.file_name)

    def verify(self, path: Path) -> None:
        """Check what lies at `path`.

        Raises:
            WrongDigest: it is not this jar.
        """
        got = digest(path)
        if got != self.sha256:
            raise WrongDigest(self.coordinates, path, self.sha256, got)


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def parse_lock(text: str) -> tuple[Jar, ...]:
    """The jars of a lock file: `group:artifact:version sha256` a line, `#` for comments.

    Raises:
        ConfigurationError: a line is none, or two jars have one file name.
    """
    lines = (line.strip() for line in text.splitlines())
    jars = tuple(_parse_entry(line) for line in lines if line and not line.startswith("#"))
    if len({jar.file_name for jar in jars}) < len(jars):
        raise ConfigurationError("two jars of one name: remove one from the lock file")
    return jars


def _parse_entry(line: str) -> Jar:
    entry = _ENTRY.fullmatch(line)
    if entry is None:
        raise ConfigurationError(
            f"not `group:artifact:version sha256`: {line!r}; restore the lock file, or make it "
            "anew with `python -m stream.embedded.lock`"
        )
    return Jar(*entry.groups())


def format_lock(jars: Iterable[Jar], heading: str) -> str:
    """The text that `parse_lock` reads back as `jars`, sorted."""
    lines = [f"{jar.coordinates} {jar.sha256}" for jar in sorted(jars)]
    return "\n".join([*(f"# {line}" for line in heading.splitlines()), *lines, ""])


def locked_jars() -> tuple[Jar, ...]:
    """The jars of the committed lock file."""
    return parse_lock(files("stream.embedded").joinpath("kafka.lock").read_text("utf-8"))
