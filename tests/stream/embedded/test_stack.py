"""The life of a stack: with stand-ins for its servers, and with the real ones."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stream.embedded import stack as module
from stream.embedded.errors import KafkaUnavailable, ServerFailed, StackBusy
from stream.embedded.fetch import cached_jars
from stream.embedded.folders import default_cache_dir, private
from stream.embedded.jars import locked_jars
from stream.embedded.java import Java, find_java
from stream.embedded.ports import Ports
from stream.embedded.probes import kafka_answers, valkey_answers
from stream.embedded.process import ProcessId, ended
from stream.embedded.server import Server
from stream.embedded.stack import EmbeddedStack, StackInfo, start_detached, status, stop
from stream.embedded.state import read_state

_ROOT = str(Path(module.__file__).parents[2])


def _stand_in(data_dir: Path, name: str, *command: str) -> Server:
    folder, port = private(data_dir / name), len(name)
    return Server(name, command or ("sleep", "60"), folder, port, lambda asked: asked == port)


def _processes(info: StackInfo) -> list[ProcessId]:
    return [ProcessId.of(info.kafka_pid), ProcessId.of(info.valkey_pid)]


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder whose servers only sleep."""
    monkeypatch.setattr(module, "find_java", lambda: Java(Path("java"), 17))
    monkeypatch.setattr(module, "cached_jars", lambda *_: ())
    monkeypatch.setattr(module, "kafka_server", lambda folder, *_: _stand_in(folder, "kafka"))
    monkeypatch.setattr(module, "valkey_server", lambda folder, _: _stand_in(folder, "valkey"))
    yield tmp_path
    stop(tmp_path)


def test_a_stack_lives_as_long_as_its_context(stand_ins: Path) -> None:
    with EmbeddedStack(stand_ins) as stack:
        info = status(stand_ins)
        assert info is not None
        assert (info.bootstrap_servers, info.redis_url) == (
            stack.bootstrap_servers,
            stack.redis_url,
        )
        processes = _processes(info)
        assert all(process.lives for process in processes)
    assert not any(process.lives for process in processes)
    assert status(stand_ins) is None


def test_an_error_in_the_context_ends_it_too(stand_ins: Path) -> None:
    processes: list[ProcessId] = []

    def fail() -> None:
        with EmbeddedStack(stand_ins) as stack:
            processes.extend(each.process for each in stack._state.servers.values())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [process.lives for process in processes] == [False, False]


def test_a_second_stack_is_refused_with_the_first(stand_ins: Path) -> None:
    with EmbeddedStack(stand_ins) as stack:
        with pytest.raises(StackBusy, match="stepstream down") as busy:
            EmbeddedStack(stand_ins).start()
        assert busy.value.running.redis_url == stack.redis_url
        assert status(stand_ins) == busy.value.running


def test_starting_detached_twice_is_starting_once(stand_ins: Path) -> None:
    first = start_detached(stand_ins)
    assert start_detached(stand_ins) == first == status(stand_ins)
    assert len(stop(stand_ins)) == 2
    assert status(stand_ins) is None


def test_a_detached_stack_has_no_owner_and_no_watchdog(stand_ins: Path) -> None:
    stack = EmbeddedStack(stand_ins)
    stack.start()
    stack.detach()
    state = read_state(stand_ins)
    assert state is not None
    assert state.owner is None
    assert stack.stop() == []
    assert status(stand_ins) is not None


def test_what_is_left_of_a_broken_stack_is_cleared_away(stand_ins: Path) -> None:
    first = start_detached(stand_ins)
    kafka, valkey = _processes(first)
    os.kill(kafka.pid, signal.SIGKILL)
    assert ended(kafka, 10)
    assert status(stand_ins) is None
    second = start_detached(stand_ins)
    assert not valkey.lives
    assert {second.kafka_pid, second.valkey_pid}.isdisjoint({kafka.pid, valkey.pid})


def test_a_failed_start_leaves_nothing(stand_ins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = replace(_stand_in(stand_ins, "kafka", "echo", "no disk"), answers=lambda _: False)
    monkeypatch.setattr(module, "kafka_server", lambda *_: failing)
    stack = EmbeddedStack(stand_ins)
    with pytest.raises(ServerFailed, match="no disk"):
        stack.start()
    assert read_state(stand_ins) is None
    assert [each.process.lives for each in stack._state.servers.values()] == [False, False]


def test_one_server_is_replaced_the_other_stays(stand_ins: Path) -> None:
    with EmbeddedStack(stand_ins) as stack:
        before = status(stand_ins)
        assert before is not None
        stack.stop_redis(kill=True)
        assert status(stand_ins) is None
        stack.restart_redis()
        after = status(stand_ins)
        assert after == replace(before, valkey_pid=after.valkey_pid if after else 0)
        assert after.valkey_pid != before.valkey_pid


_OWNER = """
import json, sys, time
from pathlib import Path
from stream.embedded.stack import EmbeddedStack
with EmbeddedStack(Path(sys.argv[1])) as stack:
    guard = stack._watchdog._guard.pid
    print(json.dumps([each.process.pid for each in stack._state.servers.values()] + [guard]))
    sys.stdout.flush()
    time.sleep(60)
"""


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Path]:
    """A data folder, where a real Kafka can be had."""
    try:
        find_java()
        cached_jars(locked_jars(), default_cache_dir())
    except KafkaUnavailable as missing:
        if os.environ.get("STEPSTREAM_REQUIRE_STACK"):
            raise
        pytest.skip(str(missing))
    yield tmp_path
    stop(tmp_path)


@pytest.mark.stack
def test_the_real_stack_answers_and_leaves_no_process_behind(real: Path) -> None:
    _outlives_nobody(real)
    _survives_its_starter_until_stopped(real)


def _outlives_nobody(data_dir: Path) -> None:
    """An owner that is killed, with no chance to do anything, takes the servers along."""
    command = [sys.executable, "-c", _OWNER, str(data_dir)]
    environment = {**os.environ, "PYTHONPATH": _ROOT}
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdout=subprocess.PIPE, env=environment
    ) as owner:
        assert owner.stdout is not None
        processes = [ProcessId.of(pid) for pid in json.loads(owner.stdout.readline())]
        _answers(data_dir)
        owner.kill()
    assert all(ended(process, 20) for process in processes)
    assert status(data_dir) is None


def _survives_its_starter_until_stopped(data_dir: Path) -> None:
    ports = json.loads((data_dir / "ports.json").read_text())
    info = start_detached(data_dir)
    processes = _processes(info)
    try:
        _answers(data_dir)
        assert json.loads((data_dir / "ports.json").read_text()) == ports
    finally:
        assert len(stop(data_dir)) == 2
    assert not any(process.lives for process in processes)


def _answers(data_dir: Path) -> None:
    assert status(data_dir) is not None
    ports = Ports(**json.loads((data_dir / "ports.json").read_text()))
    assert kafka_answers(ports.kafka)
    assert valkey_answers(ports.valkey)
