"""What is recorded about a stack, what of it is still true, and how it is ended."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

import pytest

from stream.embedded.process import ProcessId, spawn, stop_processes
from stream.embedded.shutdown import stop, stop_owned
from stream.embedded.state import Running, StackInfo, StackState, locked, read_state, write_state

StartState = Callable[..., StackState]


@pytest.fixture
def start_state(tmp_path: Path) -> Iterator[StartState]:
    """Starts stand-ins for both servers and records them in `tmp_path`."""
    started: list[ProcessId] = []

    def start(*, owner: ProcessId | None = None, ready: bool = True) -> StackState:
        servers = {}
        for port, name in enumerate(("kafka", "valkey"), 1):
            started.append(spawn(["sleep", "60"], tmp_path, tmp_path / "log"))
            servers[name] = Running(started[-1], port)
        state = StackState(owner=owner, ready=ready, servers=servers)
        write_state(tmp_path, state)
        return state

    yield start
    stop_processes(started, grace_sec=0, kill=True)


def _pids(state: StackState) -> list[int]:
    return [server.process.pid for server in state.servers.values()]


def _living(state: StackState) -> list[bool]:
    return [server.process.lives for server in state.servers.values()]


def test_what_is_recorded_is_read_back(tmp_path: Path, start_state: StartState) -> None:
    state = start_state(owner=ProcessId.own())
    assert read_state(tmp_path) == state
    assert S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600


def test_a_ready_stack_tells_what_its_users_need(tmp_path: Path, start_state: StartState) -> None:
    state = start_state()
    kafka_pid, valkey_pid = _pids(state)
    assert state.info(tmp_path) == StackInfo(
        bootstrap_servers="127.0.0.1:1",
        redis_url="redis://127.0.0.1:2/0",
        kafka_pid=kafka_pid,
        valkey_pid=valkey_pid,
        data_dir=tmp_path,
    )


def test_a_stack_still_starting_is_not_offered(tmp_path: Path, start_state: StartState) -> None:
    assert start_state(ready=False).info(tmp_path) is None


@pytest.mark.parametrize("name", ["kafka", "valkey"])
def test_half_a_stack_is_none(tmp_path: Path, start_state: StartState, name: str) -> None:
    state = start_state()
    stop_processes([state.servers[name].process], grace_sec=0, kill=True)
    assert state.info(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"owner": null}', '{"servers": {"a": 1}}'])
def test_an_unreadable_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text)
    assert read_state(tmp_path) is None
    assert stop(tmp_path) == []


def test_stop_ends_both_and_says_what_it_ended(tmp_path: Path, start_state: StartState) -> None:
    state = start_state()
    kafka_pid, valkey_pid = _pids(state)
    assert stop(tmp_path) == [f"kafka (pid {kafka_pid})", f"valkey (pid {valkey_pid})"]
    assert _living(state) == [False, False]
    assert stop(tmp_path) == []


def test_a_stale_record_is_cleared_and_no_stranger_touched(
    tmp_path: Path, start_state: StartState
) -> None:
    state = start_state()
    former = {
        name: replace(server, process=replace(server.process, since_boot_sec=1.0))
        for name, server in state.servers.items()
    }
    write_state(tmp_path, replace(state, servers=former))
    assert stop(tmp_path) == []
    assert read_state(tmp_path) is None
    assert _living(state) == [True, True]


def test_a_former_owner_stops_nothing_of_its_successor(
    tmp_path: Path, start_state: StartState
) -> None:
    owner = ProcessId.own()
    for other in (replace(owner, since_boot_sec=1.0), None):
        state = start_state(owner=other)
        assert stop_owned(tmp_path, owner) == []
        assert _living(state) == [True, True]


def test_an_owner_stops_what_it_owns(tmp_path: Path, start_state: StartState) -> None:
    state = start_state(owner=ProcessId.own())
    assert len(stop_owned(tmp_path, ProcessId.own())) == 2
    assert _living(state) == [False, False]


def test_nothing_is_made_where_nothing_was(tmp_path: Path) -> None:
    assert stop(tmp_path / "never") == []
    assert stop_owned(tmp_path / "never", ProcessId.own()) == []
    assert not (tmp_path / "never").exists()


def test_a_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    held = threading.Event()

    def hold() -> None:
        with locked(tmp_path):
            held.set()

    other = threading.Thread(target=hold)
    with locked(tmp_path):
        other.start()
        assert not held.wait(0.1)
    assert held.wait(10)
    other.join()
