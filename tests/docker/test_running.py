"""Every command and health check of the compose file, run here on a real Kafka and Redis.

Only addresses are translated: names of containers, ports and folders.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from harness.compose import compose, roles
from harness.roles import Machine, Running

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
    check = compose()["services"]["redis"]["healthcheck"]["test"][1:]
    _asked_where_it_is(check, ["-u", redis_url], ["-p", "1"])


def test_prometheus_is_asked_by_its_own_program() -> None:
    check = compose()["services"]["prometheus"]["healthcheck"]["test"][1:]
    *words, url = check
    assert url == "--url=http://localhost:9090"
    _asked_where_it_is(words, None, ["--url=http://127.0.0.1:1"])


def _asked_where_it_is(check: list[str], there: list[str] | None, nowhere: list[str]) -> None:
    """Run a check of somebody else's image against what runs and against what does not."""
    program = next((f for f in os.get_exec_path() if (Path(f) / check[0]).exists()), None)
    if program is None:
        pytest.skip(f"{check[0]} is not on this machine")

    def code(more: list[str]) -> int:
        words = [check[0], *more, *check[1:]] if there else [*check, *more]
        return subprocess.run(words, capture_output=True, check=False).returncode  # noqa: S603

    assert code(nowhere) != 0
    if there is not None:
        assert code(there) == 0
