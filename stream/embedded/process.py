"""Processes of ours, known by more than a pid, so that a reused pid is never touched."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

_SAME_START_SEC = 1.5
"""The kernel tells the time of boot in whole seconds, and may round it anew."""


@dataclass(frozen=True, slots=True)
class ProcessId:
    """One process for ever: a later one of the same pid has another start or another name.

    The name tells apart what starts alike at every boot.
    """

    pid: int
    name: str
    since_boot_sec: float
    """When it started, by a clock that nobody sets: a corrected wall clock changes nothing."""

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process that has `pid` now.

        Raises:
            ProcessLookupError: there is none.
        """
        try:
            process = psutil.Process(pid)
            return cls(pid, process.name(), process.create_time() - psutil.boot_time())
        except psutil.NoSuchProcess as gone:
            raise ProcessLookupError(pid) from gone

    @classmethod
    def own(cls) -> Self:
        """The process that asks."""
        return cls.of(os.getpid())

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        return _living(self) is not None

    def is_same(self, other: "ProcessId") -> bool:
        """Whether both observations are of one process."""
        late = abs(self.since_boot_sec - other.since_boot_sec)
        return (self.pid, self.name) == (other.pid, other.name) and late < _SAME_START_SEC


def spawn(command: Sequence[str], folder: Path, log: Path) -> ProcessId:
    """Start `command` in `folder`, in a session of its own, its output in a new `log`.

    The session keeps a terminal's Ctrl-C away from it: whoever started it stops it in order.
    """
    with log.open("wb") as output:
        started = subprocess.Popen(  # noqa: S603 - our own command line, and no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # From here on only its id matters, and it may outlive us: without a result of its own the
    # handle would complain when it is collected.
    started.returncode = 0
    return ProcessId.of(started.pid)


def ended(process: ProcessId, within_sec: float) -> bool:
    """Wait up to `within_sec` for the end of `process`; whether it has come."""
    living = _living(process)
    _, alive = psutil.wait_procs([living] if living else [], timeout=within_sec)
    return not alive


def stop_processes(processes: Iterable[ProcessId], *, grace_sec: float, kill: bool = False) -> None:
    """End `processes` and wait until they are gone: SIGTERM, after `grace_sec` SIGKILL.

    With `kill` SIGKILL at once, as a fault would.
    """
    living = [found for process in processes if (found := _living(process))]
    for process in living:
        _signal(process, kill=kill)
    _, stubborn = psutil.wait_procs(living, timeout=grace_sec)
    for process in stubborn:
        _signal(process, kill=True)
    psutil.wait_procs(stubborn)


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return


def _living(process: ProcessId) -> psutil.Process | None:
    """Its handle; None when it is gone, a zombie, or its pid is another's."""
    try:
        found = psutil.Process(process.pid)
        same = process.is_same(ProcessId.of(process.pid))
        return found if same and found.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, ProcessLookupError):
        return None
