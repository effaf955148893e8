"""Services of the compose file as processes of this machine; only addresses are translated."""

import os
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.compose import FOLDER, Role, roles
from harness.dockerfile import stages

ROOT = FOLDER.parent
_FOLDERS = ("STEPSTREAM_HOME", "STEPSTREAM_ARCHIVE", "STEPSTREAM_VERSIONS")
_STARTER = "stepstream"


def image_environment() -> dict[str, str]:
    """Settings that the image itself brings."""
    last = stages((FOLDER / "Dockerfile").read_text("utf-8"))[-1]
    words = (word for name, text in last.steps if name == "ENV" for word in text.split())
    found = dict(word.split("=", 1) for word in words)
    return {name: value for name, value in found.items() if name.startswith("STEPSTREAM_")}


@dataclass(slots=True)
class Running:
    """One service: its process once it is started, and its health check at any time."""

    role: Role
    starter: Sequence[str]
    environment: dict[str, str]
    log: Path
    ports: dict[str, str]
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None
        return self._process

    def start(self) -> None:
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [*self.starter, *self.role.command],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def health(self) -> "subprocess.CompletedProcess[str]":
        """The health check of the compose file."""
        assert self.role.check[0] == _STARTER
        return self.words(*(self._translated(word) for word in self.role.check[1:]))

    def _translated(self, word: str) -> str:
        for before, now in self.ports.items():
            word = word.replace(f"127.0.0.1:{before}/", f"127.0.0.1:{now}/")
        return word

    def words(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command in the environment of this service, to its end."""
        return subprocess.run(
            [*self.starter, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> int:
        """End it as compose does; returns its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def said(self) -> str:
        """What it printed."""
        return f"{self.role.name}: {self.log.read_text('utf-8', errors='replace')}"


@dataclass(slots=True)
class Machine:
    """Where services run, and where Kafka and Redis are here."""

    starter: Sequence[str]
    """What `stepstream` is called here."""
    kafka: str
    redis: str
    prefix: str
    """So that tests may share servers."""
    folder: Path
    folders_stay: bool = False
    """Whether folders of the image are there, too; else they lie in `folder`."""
    _services: dict[str, Running] = field(default_factory=dict)

    def service(self, name: str) -> Running:
        """A service that may be started."""
        if name not in self._services:
            self._services[name] = self._service(roles()[name])
        return self._services[name]

    def _service(self, role: Role) -> Running:
        environment = image_environment() | role.environment
        assert environment["KAFKA_BOOTSTRAP_SERVERS"] == "kafka:9092"
        assert environment["REDIS_URL"] == "redis://redis:6379/0"
        metrics, serve = self.free_port(), self.free_port()
        ports = {"9100": str(metrics), "8080": str(serve)}
        environment |= {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "REDIS_URL": self.redis,
            "STEPSTREAM_PREFIX": self.prefix,
            "STEPSTREAM_GROUP": f"{self.prefix}workers",
            **{name: self._path(environment[name]) for name in _FOLDERS},
            **_listening(environment, ports),
        }
        log = self.folder / f"{role.name}.log"
        inherited = {n: v for n, v in os.environ.items() if not n.startswith("STEPSTREAM_")}
        return Running(role, self.starter, inherited | environment, log, ports)

    def _path(self, inside: str) -> str:
        return inside if self.folders_stay else str(self.folder / inside.strip("/"))

    def free_port(self) -> int:
        """A port that nobody has."""
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            return int(found.getsockname()[1])

    def start(self, name: str) -> Running:
        """Start a service; returns at once."""
        one = self.service(name)
        one.start()
        return one

    def run(self, name: str) -> "subprocess.CompletedProcess[str]":
        """A service that ends by itself."""
        one = self.service(name)
        return one.words(*one.role.command)

    def words(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command as `docker compose run worker` would have it."""
        return self.service("worker").words(*words)

    def stop(self) -> None:
        """End everything."""
        for one in self._services.values():
            one.stop()


def _listening(environment: dict[str, str], ports: dict[str, str]) -> dict[str, str]:
    """Loopback in place of every address of a container."""
    hosts = {name: "127.0.0.1" for name, value in environment.items() if value == "0.0.0.0"}  # noqa: S104
    numbers = {name: ports[value] for name, value in environment.items() if value in ports}
    return hosts | numbers
