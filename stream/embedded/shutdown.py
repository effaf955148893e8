"""Ending what is recorded in a data folder, by whoever has to."""

from pathlib import Path

from stream.embedded.process import ProcessId, stop_processes
from stream.embedded.state import StackState, clear_state, locked, read_state

GRACE_SEC = 20.0
"""So long may a server take to end in order; then it is killed."""


def stop(data_dir: Path) -> list[str]:
    """Stop every server recorded in `data_dir`, whoever started it; a stale record is cleared.

    Returns:
        What was stopped, a line each; empty if nothing ran.
    """
    if read_state(data_dir) is None:
        return []
    with locked(data_dir):
        return stop_recorded(data_dir)


def stop_owned(data_dir: Path, owner: ProcessId) -> list[str]:
    """The same for what `owner` started and has neither stopped nor detached; nothing else."""
    if not data_dir.exists():
        return []
    with locked(data_dir):
        state = read_state(data_dir)
        return stop_recorded(data_dir) if state and state.owner == owner else []


def stop_recorded(data_dir: Path) -> list[str]:
    """The same as `stop`, for one who holds the folder."""
    state = read_state(data_dir)
    stopped = _living(state) if state else {}
    stop_processes(stopped.values(), grace_sec=GRACE_SEC)
    clear_state(data_dir)
    return [f"{name} (pid {process.pid})" for name, process in stopped.items()]


def _living(state: StackState) -> dict[str, ProcessId]:
    servers = state.servers.items()
    return {name: each.process for name, each in servers if each.process.lives}
