"""Every command and health check of the compose file, run here on a real Kafka and Redis.

Only addresses are translated: names of containers, ports and folders.
"""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from harness.compose import FOLDER, compose, roles
from harness.prometheus import MISSING, REQUIRED, tool
from harness.roles import Machine, Running
from harness.streams import wait_until

from schemas.codec import decode_json
from stream.embedded.valkey import _program

pytestmark = pytest.mark.stack
STARTS_SEC = 240.0
"""Five starts at once on a busy machine."""
UNHEALTHY = 75


@pytest.fixture
def machine(kafka_servers: str, redis_url: str, tmp_path: Path) -> Iterator[Machine]:
    """This machine in place of containers."""
    words = [sys.executable, "-m", "stream.cli"]
    made = Machine(words, kafka_servers, redis_url, f"compose-{uuid4().hex[:8]}.", tmp_path)
    yield made
    made.stop()


def wait_until_healthy(one: Running) -> None:
    deadline = time.monotonic() + STARTS_SEC
    while one.health().returncode:
        assert one.process.poll() is None, one.said()
        assert time.monotonic() < deadline, one.said()
        time.sleep(0.5)


def test_every_command_comes_up_healthy_and_is_unhealthy_when_it_is_gone(machine: Machine) -> None:
    assert machine.run("topics").returncode == 0
    assert machine.run("topics").returncode == 0, "a job may run again"
    staying = sorted(set(roles()) - {"topics"})
    for name in staying:
        assert machine.service(name).health().returncode == UNHEALTHY, f"{name} does not run yet"
    running = {name: machine.start(name) for name in staying}
    for one in running.values():
        wait_until_healthy(one)
    _learners_get_queues(machine)
    _what_stands_still_is_unhealthy(running["worker"])
    for name, one in running.items():
        assert one.stop() in {0, -signal.SIGTERM}, one.said()
        gone = one.health()
        assert gone.returncode == UNHEALTHY, f"{name} is gone: {gone.stdout}"
        assert "does not answer" in gone.stderr


def _learners_get_queues(machine: Machine) -> None:
    deadline = time.monotonic() + STARTS_SEC
    while True:
        shown = machine.words("queue", "sim-00001", "--json")
        if not shown.returncode:
            assert decode_json(shown.stdout)["items"]
            return
        assert time.monotonic() < deadline, shown.stderr
        time.sleep(0.5)


def _what_stands_still_is_unhealthy(worker: Running) -> None:
    worker.process.send_signal(signal.SIGSTOP)
    try:
        assert worker.health().returncode == UNHEALTHY
    finally:
        worker.process.send_signal(signal.SIGCONT)
    wait_until_healthy(worker)


def test_redis_starts_with_the_arguments_that_it_is_given(machine: Machine, tmp_path: Path) -> None:
    """With Valkey, which takes the same; its own health check needs redis-cli."""
    name, *arguments = compose()["services"]["redis"]["command"]
    assert name == "redis-server"
    port = machine.free_port()
    with subprocess.Popen(  # noqa: S603  the program that the wheel brings
        [str(_program()), *arguments, "--port", str(port), "--bind", "127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_for_config(port, {"appendonly": "yes", "maxmemory-policy": "noeviction"})
            _wait_for_config(port, {"maxmemory": str(1536 * 1024 * 1024), "save": ""})
        finally:
            server.terminate()


def _wait_for_config(port: int, expected: dict[str, str]) -> None:
    from redis import Redis  # noqa: PLC0415  a test may look where the shell has one door
    from redis.exceptions import ConnectionError as NotYet  # noqa: PLC0415

    deadline = time.monotonic() + 30
    with Redis(port=port, decode_responses=True) as client:
        while True:
            try:
                found = {name: client.config_get(name)[name] for name in expected}
            except NotYet:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            else:
                assert found == expected
                return


def test_redis_is_asked_by_its_own_program(redis_url: str) -> None:
    program, *words = compose()["services"]["redis"]["healthcheck"]["test"][1:]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on this machine")
    assert _code([program, "-u", redis_url, *words]) == 0
    assert _code([program, "-p", "1", *words]) != 0


def test_prometheus_starts_as_it_is_told_and_is_asked_by_its_own_program(
    machine: Machine, tmp_path: Path
) -> None:
    program, promtool = tool("prometheus"), tool("promtool")
    if program is None or promtool is None:
        assert not REQUIRED, MISSING
        pytest.skip(MISSING)
    service, port = compose()["services"]["prometheus"], machine.free_port()
    mounts = dict(volume.split(":")[1::-1] for volume in service["volumes"])
    files = {target: str(FOLDER / source) for target, source in mounts.items()}
    files["/prometheus"] = str(tmp_path)
    words = [_translated(word, files) for word in service["command"]]
    first, *check = service["healthcheck"]["test"][1:]
    assert first == "promtool"
    asked = [promtool, *(word.replace("localhost:9090", f"127.0.0.1:{port}") for word in check)]
    assert asked != [promtool, *check]
    assert _code(asked) != 0
    with subprocess.Popen(  # noqa: S603  Debian's
        [program, *words, f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_until(lambda: _code(asked) == 0, "Prometheus", 60.0)
        finally:
            server.terminate()
    assert _code(asked) != 0


def _translated(word: str, files: dict[str, str]) -> str:
    """`word` with the mounted path that it names as it is here."""
    name, sign, path = word.partition("=")
    return f"{name}{sign}{files.get(path, path)}"


def _code(words: list[str]) -> int:
    return subprocess.run(words, capture_output=True, check=False).returncode  # noqa: S603
