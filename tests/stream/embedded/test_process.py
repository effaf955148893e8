"""Processes are started apart, known for certain, and ended for certain."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stream.embedded.process import ProcessId, ended, spawn, stop_processes

_STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[ProcessId]:
    process = spawn(["sleep", "60"], tmp_path, tmp_path / "log")
    yield process
    stop_processes([process], grace_sec=0, kill=True)


def test_a_started_process_lives_in_a_session_of_its_own(sleeper: ProcessId) -> None:
    assert sleeper.lives
    assert os.getsid(sleeper.pid) == sleeper.pid != os.getsid(0)


def test_a_stopped_process_is_gone_at_once(sleeper: ProcessId) -> None:
    stop_processes([sleeper], grace_sec=5)
    assert not sleeper.lives
    with pytest.raises(ProcessLookupError):
        os.kill(sleeper.pid, 0)


def test_one_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = spawn(["sh", "-c", _STUBBORN], tmp_path, log)
    while not log.read_text():
        assert not ended(process, 0.01)
    stop_processes([process], grace_sec=0.1)
    assert not process.lives


@pytest.mark.parametrize(
    "change", [{"since_boot_sec": 60.0}, {"name": "something"}], ids=["later", "other"]
)
def test_a_stranger_with_the_same_pid_is_not_touched(
    sleeper: ProcessId, change: dict[str, float]
) -> None:
    former = replace(sleeper, **change)  # type: ignore[arg-type]  # one field of either type
    assert not former.lives
    assert ended(former, 0)
    stop_processes([former], grace_sec=0, kill=True)
    assert sleeper.lives


def test_a_rounded_time_of_boot_makes_no_stranger(sleeper: ProcessId) -> None:
    assert replace(sleeper, since_boot_sec=sleeper.since_boot_sec + 1).lives


def test_the_end_is_noticed_before_the_wait_is_over(tmp_path: Path) -> None:
    assert ended(spawn(["true"], tmp_path, tmp_path / "log"), 60)


def test_a_process_nobody_has_reaped_does_not_live(tmp_path: Path) -> None:
    process = spawn(["true"], tmp_path, tmp_path / "log")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not process.lives
    os.waitpid(process.pid, 0)


def test_the_log_holds_the_last_start_only(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for word in ("first", "second"):
        ended(spawn(["echo", word], tmp_path, log), 60)
    assert log.read_text() == "second\n"


def test_a_pid_nobody_has_is_an_error() -> None:
    with pytest.raises(ProcessLookupError):
        ProcessId.of(2**22 + 1)


def test_one_is_oneself() -> None:
    assert ProcessId.own().pid == os.getpid()
    assert ProcessId.own().lives
