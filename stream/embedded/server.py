"""One server of the stack: how it is started, and how one knows that it is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stream.embedded.errors import ServerFailed
from stream.embedded.process import ProcessId, ended, spawn

_PATIENCE_SEC = 60.0
_PAUSE_SEC = 0.02
_LOG_NAME = "console.log"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that lies ready to be started, any number of times."""

    name: str
    command: tuple[str, ...]
    folder: Path
    """Its working directory; its data and its log lie there."""
    port: int
    answers: Callable[[int], bool]
    """Whether a server on this port serves clients."""

    def spawn(self) -> ProcessId:
        """Start it; it is not ready yet."""
        return spawn(self.command, self.folder, self.log)

    def wait_ready(self, process: ProcessId) -> None:
        """Return as soon as `process`, which `spawn` gave, serves clients.

        Raises:
            ServerFailed: it ended, or has been silent for a minute.
        """
        for _ in range(int(_PATIENCE_SEC / _PAUSE_SEC)):
            if self.answers(self.port):
                return
            if ended(process, _PAUSE_SEC):
                raise ServerFailed(f"{self.name} ended while starting: {self._complaint()}")
        raise ServerFailed(f"{self.name} does not answer: {self._complaint()}")

    @property
    def log(self) -> Path:
        """What it prints: warnings and errors since its last start."""
        return self.folder / _LOG_NAME

    def _complaint(self) -> str:
        return f"{_cause(self.log.read_text('utf-8', errors='replace'))} (see {self.log})"


def _cause(log: str) -> str:
    """The first error, for the later ones follow from it; else the last words."""
    said = [line for line in log.splitlines() if line.strip()]
    last = said[-1] if said else "it printed nothing"
    return next((line for line in said if line.startswith("ERROR")), last)
