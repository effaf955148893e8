"""What runs in a data folder, in a file that outlives the command that started it."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from stream.embedded import broker, valkey
from stream.embedded.folders import private
from stream.embedded.ports import LOOPBACK
from stream.embedded.process import ProcessId

_NAME = "stack.json"
_LOCK_NAME = "stack.lock"


@dataclass(frozen=True, slots=True)
class StackInfo:
    """A stack that is ready to be used."""

    bootstrap_servers: str
    redis_url: str
    kafka_pid: int
    valkey_pid: int
    data_dir: Path


@dataclass(frozen=True, slots=True)
class Running:
    """One server's process and the port it serves."""

    process: ProcessId
    port: int


@dataclass(frozen=True, slots=True)
class StackState:
    """Everything started in a data folder and not stopped in order."""

    owner: ProcessId | None
    """Who stops it at its own end; None once it is detached."""
    ready: bool = False
    """Whether all of it has answered."""
    servers: Mapping[str, Running] = field(default_factory=dict)

    def info(self, data_dir: Path) -> StackInfo | None:
        """What a user of the stack needs; None unless it is ready and all of it still lives."""
        kafka, redis = self.servers.get(broker.NAME), self.servers.get(valkey.NAME)
        if not (self.ready and kafka and redis and kafka.process.lives and redis.process.lives):
            return None
        return StackInfo(
            bootstrap_servers=kafka_address(kafka.port),
            redis_url=redis_address(redis.port),
            kafka_pid=kafka.process.pid,
            valkey_pid=redis.process.pid,
            data_dir=data_dir,
        )


def kafka_address(port: int) -> str:
    """Bootstrap servers of a Kafka on `port`."""
    return f"{LOOPBACK}:{port}"


def redis_address(port: int) -> str:
    """URL of a Valkey on `port`, in its first database."""
    return f"redis://{LOOPBACK}:{port}/0"


def read_state(data_dir: Path) -> StackState | None:
    """The recorded state, be it true or stale; None where none, or none readable, is recorded."""
    try:
        return _parse_state(json.loads((data_dir / _NAME).read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_state(data_dir: Path, state: StackState) -> None:
    """Record `state`, whole or not at all."""
    with NamedTemporaryFile("w", dir=data_dir, prefix=".stack-", delete=False) as whole:
        json.dump(asdict(state), whole)
    Path(whole.name).rename(data_dir / _NAME)


def clear_state(data_dir: Path) -> None:
    """Forget what is recorded."""
    (data_dir / _NAME).unlink(missing_ok=True)


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Hold the folder for one start or stop; the kernel lets go of it when the holder dies."""
    with (private(data_dir) / _LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _parse_state(raw: Mapping[str, Any]) -> StackState:
    servers = {
        name: Running(ProcessId(**each["process"]), int(each["port"]))
        for name, each in raw["servers"].items()
    }
    owner = ProcessId(**raw["owner"]) if raw["owner"] else None
    return StackState(owner=owner, ready=bool(raw["ready"]), servers=servers)
