"""How Kafka is configured, formatted and started, without starting it."""

from pathlib import Path

import pytest

from stream.embedded.broker import (
    CLUSTER_ID,
    BrokerOptions,
    java_command,
    kafka_server,
    server_properties,
)
from stream.embedded.errors import ServerFailed
from stream.embedded.java import Java
from stream.embedded.ports import Ports
from stream.embedded.server import Server

_PORTS = Ports(kafka=11, controller=12, valkey=13)

_FORMATS = 'while [ $# -gt 1 ]; do shift; done; mkdir $(sed -n "s/^log.dir=//p" "$1")'
"""A Java that does what the storage tool does: make the folder that its last argument names."""


def _properties(options: BrokerOptions) -> dict[str, str]:
    lines = server_properties(_PORTS, options).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_it_listens_on_loopback_only() -> None:
    properties = _properties(BrokerOptions())
    assert properties["listeners"] == "PLAINTEXT://127.0.0.1:11,CONTROLLER://127.0.0.1:12"
    assert properties["controller.quorum.bootstrap.servers"] == "127.0.0.1:12"
    assert "advertised.listeners" not in properties


def test_topics_are_made_on_purpose_and_have_one_replica() -> None:
    properties = _properties(BrokerOptions())
    assert properties["auto.create.topics.enable"] == "false"
    replicas = {v for k, v in properties.items() if k.endswith((".replication.factor", ".min.isr"))}
    assert replicas == {"1"}


def test_a_statement_of_ten_megabytes_passes() -> None:
    assert int(_properties(BrokerOptions())["message.max.bytes"]) > 10_000_000


@pytest.mark.parametrize("for_throughput", [True, False])
def test_the_options_reach_java(tmp_path: Path, for_throughput: bool) -> None:
    options = BrokerOptions(heap_mib=256, for_throughput=for_throughput)
    command = java_command(
        Java(Path("java"), 17), [tmp_path / "a.jar", tmp_path / "b.jar"], options
    )
    assert {"-Xms256m", "-Xmx256m"} <= set(command)
    assert ("-XX:TieredStopAtLevel=1" in command) is not for_throughput
    assert f"{tmp_path / 'a.jar'}:{tmp_path / 'b.jar'}" in command


def test_a_cluster_id_is_what_kafka_accepts() -> None:
    assert len(CLUSTER_ID) == 22
    assert not CLUSTER_ID.startswith("-")


def _server(data_dir: Path, script: str) -> Server:
    program = data_dir / "java"
    program.write_text(f"#!/bin/sh\necho called >> calls\n{script}\n")
    program.chmod(0o755)
    return kafka_server(data_dir, _PORTS, Java(program, 17), [], BrokerOptions())


def test_storage_is_formatted_once(tmp_path: Path) -> None:
    server = _server(tmp_path, _FORMATS)
    assert _server(tmp_path, _FORMATS) == server
    assert (server.folder / "calls").read_text() == "called\n"
    assert (server.folder / "log").is_dir()
    assert "log.dir=log\n" in (server.folder / "server.properties").read_text()


def test_a_format_broken_off_is_begun_anew(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match=r"Kafka cannot use .*kafka: no space"):
        _server(tmp_path, f"{_FORMATS}; echo no space; exit 1")
    assert not (tmp_path / "kafka" / "log").exists()
    _server(tmp_path, _FORMATS)
    assert (tmp_path / "kafka" / "log").is_dir()
