"""One Kafka node, broker and controller in one, as a process of our own."""

import base64
import os
import shutil
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
_FORMAT_PROPERTIES = "format.properties"
_LOGGING = "log4j2.xml"
_LOG_DIR = "log"
_UNFINISHED_LOG_DIR = "log.unfinished"


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

    It works in its own folder and is given relative paths only: no path needs escaping.

    Raises:
        ServerFailed: the storage cannot be formatted.
    """
    folder = private(data_dir / NAME)
    properties = server_properties(ports, options)
    (folder / _PROPERTIES).write_text(properties + f"log.dir={_LOG_DIR}\n", "utf-8")
    (folder / _LOGGING).write_text(_LOGGING_XML, "utf-8")
    run = java_command(java, jars, options)
    if not (folder / _LOG_DIR).exists():
        _format_storage(run, folder, properties)
    return Server(
        name=NAME,
        command=(*run, "kafka.Kafka", _PROPERTIES),
        folder=folder,
        port=ports.kafka,
        answers=kafka_answers,
    )


def server_properties(ports: Ports, options: BrokerOptions) -> str:
    """The broker's configuration but for `log.dir`: loopback only, one replica of everything."""
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
        "auto.create.topics.enable": "false",
        "log.retention.hours": 7 * 24,
        "message.max.bytes": options.message_max_bytes,
        "group.initial.rebalance.delay.ms": 0,
        # After a kill the controller waits for the end of the dead broker's session.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
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


def _format_storage(run: Sequence[str], folder: Path, properties: str) -> None:
    """Format aside, then rename: a start that is broken off here leaves nothing half done."""
    unfinished = folder / _UNFINISHED_LOG_DIR
    shutil.rmtree(unfinished, ignore_errors=True)
    settings = properties + f"log.dir={_UNFINISHED_LOG_DIR}\n"
    (folder / _FORMAT_PROPERTIES).write_text(settings, "utf-8")
    tool = ("kafka.tools.StorageTool", "format", "--standalone", "--cluster-id", CLUSTER_ID)
    formatted = subprocess.run(  # noqa: S603 - our own command line, and no shell
        [*run, *tool, "--config", _FORMAT_PROPERTIES],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if formatted.returncode:
        raise ServerFailed(f"Kafka cannot use {folder}: {_last_line(formatted)}")
    unfinished.rename(folder / _LOG_DIR)


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
    <Console name="console"><PatternLayout pattern="%p %m %ex{short.message}%n"/></Console>
  </Appenders>
  <Loggers>
    <Root level="INFO">
      <AppenderRef ref="file"/>
      <AppenderRef ref="console" level="ERROR"/>
    </Root>
  </Loggers>
</Configuration>
"""
