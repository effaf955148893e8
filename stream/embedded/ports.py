"""Loopback ports, the same ones after a restart wherever nobody has taken them since."""

import json
import socket
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
_NAME = "ports.json"


@dataclass(frozen=True, slots=True)
class Ports:
    """One port a listener."""

    kafka: int
    controller: int
    valkey: int


def choose_ports(data_dir: Path) -> Ports:
    """The ports of the last start in `data_dir`, or free ones where they are taken or unknown."""
    last = _recall(data_dir)
    ports = last if last and all(map(is_free, asdict(last).values())) else _free_ports()
    (data_dir / _NAME).write_text(json.dumps(asdict(ports)), "utf-8")
    return ports


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_ports() -> Ports:
    # All are held until the last is drawn: they are sure to differ.
    with ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(3)]
        for listener in listeners:
            listener.bind((LOOPBACK, 0))
        return Ports(*(listener.getsockname()[1] for listener in listeners))


def _recall(data_dir: Path) -> Ports | None:
    try:
        return Ports(**json.loads((data_dir / _NAME).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
