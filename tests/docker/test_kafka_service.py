"""The compose file's Kafka, with its own settings, on this machine.

The image makes `x.y` of each KAFKA_X_Y (Kafka's own convention for its image), formats the storage
and starts. Here the same settings are given to the same program; ports and the folder are others.
"""

import subprocess
import time
from pathlib import Path

import pytest
from harness.compose import compose
from harness.roles import Machine
from harness.streams import wait_until

from stream.embedded.broker import CLUSTER_ID, BrokerOptions, java_command
from stream.embedded.errors import KafkaUnavailable
from stream.embedded.fetch import cached_jars
from stream.embedded.folders import default_cache_dir
from stream.embedded.jars import locked_jars
from stream.embedded.java import find_java
from stream.embedded.probes import kafka_answers
from stream.kafka import Admin
from stream.topics import ALL, STATEMENTS

pytestmark = pytest.mark.stack
_NOT_SETTINGS = {"KAFKA_HEAP_OPTS"}
_PORTS = ("9092", "9093", "29092")


def properties(folder: Path, ports: dict[str, str]) -> dict[str, str]:
    environment = compose()["services"]["kafka"]["environment"]
    found = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in environment.items()
        if name not in _NOT_SETTINGS
    }
    for before, now in ports.items():
        found = {name: _moved(value, before, now) for name, value in found.items()}
    return found | {"log.dirs": str(folder / "data")}


def _moved(value: str, before: str, now: str) -> str:
    """Addresses of the container as they are here: loopback, another port."""
    value = value.replace(f"//:{before}", f"//127.0.0.1:{now}")
    for host in ("kafka", "127.0.0.1", "localhost"):
        value = value.replace(f"{host}:{before}", f"127.0.0.1:{now}")
    return value


@pytest.fixture
def program(tmp_path: Path) -> tuple[str, ...]:
    """How Kafka's programs are called here."""
    try:
        java, jars = find_java(), cached_jars(locked_jars(), default_cache_dir())
    except KafkaUnavailable as error:
        pytest.skip(f"no Kafka can be had here: {error}")
    (tmp_path / "log4j2.xml").write_text("<Configuration status='ERROR'/>")
    return java_command(java, jars, BrokerOptions())


def test_it_starts_with_the_settings_that_it_is_given(
    program: tuple[str, ...], tmp_path: Path
) -> None:
    machine = Machine([], "", "", "", tmp_path)
    ports = {port: str(machine.free_port()) for port in _PORTS}
    file = tmp_path / "server.properties"
    lines = (f"{name}={value}\n" for name, value in properties(tmp_path, ports).items())
    file.write_text("".join(lines))
    format_storage = ("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID)
    subprocess.run(  # noqa: S603  our own command line
        [*program, *format_storage, "--config", str(file)],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    with subprocess.Popen(  # noqa: S603  our own command line
        [*program, "kafka.Kafka", str(file)], cwd=tmp_path, stdout=subprocess.PIPE
    ) as server:
        try:
            for listener in ("9092", "29092"):
                _wait_until_it_answers(int(ports[listener]))
                servers = f"127.0.0.1:{ports[listener]}"
                _create_topics(servers, f"of-{listener}.")
        finally:
            server.terminate()


def _create_topics(servers: str, prefix: str) -> None:
    Admin(servers).ensure(ALL, prefix, 2)
    name = prefix + STATEMENTS.name
    wait_until(lambda: name in Admin(servers).partitions(), "topics are there", 30.0)


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 120
    while not kafka_answers(port):
        assert time.monotonic() < deadline, "Kafka does not answer"
        time.sleep(0.2)
