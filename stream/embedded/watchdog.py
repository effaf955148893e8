"""Stops a stack whose owner is gone, however it went: kill -9 leaves no server behind.

The watchdog waits at the other end of a pipe that only the owner holds; the kernel closes it with
the owner. Linux can also signal a child at its parent's death (PR_SET_PDEATHSIG), but means the
*thread* that started the child, does it on Linux only, and asks for code between fork and exec.
"""

import os
import subprocess
import sys
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Self

from stream.embedded.errors import ServerFailed
from stream.embedded.process import ProcessId
from stream.embedded.shutdown import stop_owned


@dataclass(frozen=True, slots=True)
class Watchdog:
    """The owner's side: the guard lives until `close`."""

    _guard: subprocess.Popen[bytes]

    @classmethod
    def over(cls, data_dir: Path, owner: ProcessId) -> Self:
        """Start one that stops what `owner` still owns in `data_dir` when the owner ends."""
        return cls(
            subprocess.Popen(  # noqa: S603 - this very module under this very interpreter
                [sys.executable, "-m", __name__, data_dir, *map(str, astuple(owner))],
                env={**os.environ, "PYTHONPATH": _import_path()},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    def check(self) -> None:
        """Make sure it is on guard.

        Raises:
            ServerFailed: it has ended.
        """
        if self._guard.poll() is not None:
            raise ServerFailed(
                f"the watchdog ended with code {self._guard.returncode}: see what "
                f"`{sys.executable} -m {__name__}` prints"
            )

    def close(self) -> None:
        """Let it look once more, then end."""
        with self._guard:
            return


def _import_path() -> str:
    """The watchdog finds this project however its owner found it."""
    root = str(Path(__file__).parents[2])
    return os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))


def main(data_dir: str, pid: str, name: str, since_boot_sec: str) -> None:
    """Wait for the end of the owner that the last three tell, then stop what it still owns."""
    sys.stdin.buffer.read()
    stop_owned(Path(data_dir), ProcessId(int(pid), name, float(since_boot_sec)))


if __name__ == "__main__":
    main(*sys.argv[1:])
