"""One Kafka node, broker and controller in one, as a process of our own."""

import base64
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stream.embedded.errors import ServerFailed
from stream.embedded.folders import private
from stream.embedded.java import Java
from stream.embedded.ports import LOOPBACK, Ports
from stream.embedded.probes import kafka_answers
from stream.embedded.server import Server

NAME = "kafka"

CLUSTER_ID = base64.urlsafe_b64encode(b"stepstream-local").rstrip(b"=").decode()
"""A Kafka cluster id is 16 bytes in base64url without padding; nobody needs ours to differ."""

_PROPERTIES = "server.properties"
_LOGGING = "log4j2.xml"
_LOG_DIR = "log"


@dataclass(frozen=True, slots=True)
class BrokerOptions:
    """What may be chosen about the broker."""

    heap_mib: int = 512
    """The whole heap, taken at once: -Xms = -Xmx (KAFKA-19890)."""
    for_throughput: bool = False
    """False: up a second sooner, and less CPU for the first half minute. True: the optimising
    compiler too, which pays when a load lasts (measured: 0.5 instead of 0.8 of a core at ten
    thousand messages/s, after 20 s that cost 1.4 instead of 0.9 of a core)."""
    message_max_bytes: int = 12 * 1024 * 1024
    """Largest record batch: a statement of 10 MB arrives, and is refused with a reason."""


def kafka_server(
    data_dir: Path, ports: Ports, java: Java, jars: Sequence[Path], options: BrokerOptions
) -> Server:
    """A broker that keeps its data in `data_dir`, its storage formatted if it is new.

    Raises:
        ServerFailed: the storage cannot be formatted.
    """
    folder = private(data_dir / NAME)
    (folder / _PROPERTIES).write_text(server_properties(ports, options), "utf-8")
    (folder / _LOGGING).write_text(_LOGGING_XML, "utf-8")
    run = java_command(java, jars, options)
    if not (folder / _LOG_DIR / "meta.properties").exists():
        _format_storage(run, folder)
    return Server(
        name=NAME,
        command=(*run, "kafka.Kafka", _PROPERTIES),
        folder=folder,
        port=ports.kafka,
        answers=kafka_answers,
    )


def server_properties(ports: Ports, options: BrokerOptions) -> str:
    """The broker's configuration: loopback only, one replica of everything.

    Paths are relative to the broker's working directory, so no path needs escaping.
    """
    internal = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{ports.controller}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{ports.kafka},"
        f"CONTROLLER://{LOOPBACK}:{ports.controller}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dir": _LOG_DIR,
        "auto.create.topics.enable": "false",
        "log.retention.hours": 7 * 24,
        "message.max.bytes": options.message_max_bytes,
        "group.initial.rebalance.delay.ms": 0,
        **{f"{topic}.replication.factor": 1 for topic in internal},
        **{f"{topic}.num.partitions": 4 for topic in internal},
        **{f"{topic}.min.isr": 1 for topic in internal[1:]},
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def java_command(java: Java, jars: Sequence[Path], options: BrokerOptions) -> tuple[str, ...]:
    """The command line up to the main class."""
    return (
        str(java.program),
        f"-Xms{options.heap_mib}m",
        f"-Xmx{options.heap_mib}m",
        "-XX:MaxGCPauseMillis=20",
        *(() if options.for_throughput else ("-XX:TieredStopAtLevel=1",)),
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={_LOGGING}",
        "-classpath",
        os.pathsep.join(map(str, jars)),
    )


def _format_storage(run: Sequence[str], folder: Path) -> None:
    formatted = subprocess.run(  # noqa: S603 - our own command line, and no shell
        [
            *run,
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            *("--cluster-id", CLUSTER_ID),
            *("--config", _PROPERTIES),
        ],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if formatted.returncode:
        raise ServerFailed(f"Kafka cannot use {folder}: {_last_line(formatted)}")


def _last_line(run: subprocess.CompletedProcess[str]) -> str:
    said = (run.stdout + run.stderr).strip().splitlines()
    return said[-1] if said else f"exit code {run.returncode}"


_LOGGING_XML = """<Configuration status="ERROR" shutdownHook="disable">
  <Appenders>
    <RollingFile name="file" fileName="server.log" filePattern="server.log.%i">
      <PatternLayout pattern="%d %p %m (%c{1})%n"/>
      <SizeBasedTriggeringPolicy size="8 MB"/>
      <DefaultRolloverStrategy max="2"/>
    </RollingFile>
    <Console name="console"><PatternLayout pattern="%p %m%n%ex{short.message}"/></Console>
  </Appenders>
  <Loggers>
    <Root level="INFO">
      <AppenderRef ref="file"/>
      <AppenderRef ref="console" level="ERROR"/>
    </Root>
  </Loggers>
</Configuration>
"""
