"""The embedded stack: a Kafka and a Valkey that belong to one data folder.

`EmbeddedStack` ends with its owner, whatever ends the owner; `start_detached` leaves the servers
running until `stop`. Data stays in the folder either way.
"""

from dataclasses import replace
from pathlib import Path
from typing import Self

from rich.console import Console

from stream.embedded import broker, valkey
from stream.embedded.broker import BrokerOptions, kafka_server
from stream.embedded.errors import ServerFailed, StackBusy
from stream.embedded.fetch import cached_jars
from stream.embedded.folders import default_cache_dir, default_data_dir
from stream.embedded.jars import locked_jars
from stream.embedded.java import find_java
from stream.embedded.ports import choose_ports
from stream.embedded.process import ProcessId, stop_processes
from stream.embedded.server import Server
from stream.embedded.shutdown import GRACE_SEC, stop, stop_owned, stop_recorded
from stream.embedded.state import (
    Running,
    StackInfo,
    StackState,
    kafka_address,
    locked,
    read_state,
    redis_address,
    write_state,
)
from stream.embedded.valkey import valkey_server
from stream.embedded.watchdog import Watchdog

__all__ = ["BrokerOptions", "EmbeddedStack", "StackInfo", "start_detached", "status", "stop"]


def status(data_dir: Path) -> StackInfo | None:
    """The stack that runs in `data_dir`, ready to be used; None where there is none."""
    state = read_state(data_dir.absolute())
    return state.info(data_dir.absolute()) if state else None


def start_detached(
    data_dir: Path, console: Console | None = None, options: BrokerOptions | None = None
) -> StackInfo:
    """Start a stack that outlives this process; the one that already runs, if one does.

    Raises:
        The same as `EmbeddedStack.start`, without `StackBusy`.
    """
    stack = EmbeddedStack(data_dir, options)
    try:
        info = stack.start(console)
    except StackBusy as busy:
        return busy.running
    stack.detach()
    return info


class EmbeddedStack:
    """A stack in `data_dir` (default: `STEPSTREAM_HOME`) that ends with this process.

    A context manager: entering starts it, leaving stops it.
    """

    def __init__(self, data_dir: Path | None = None, options: BrokerOptions | None = None) -> None:
        self.data_dir = (data_dir or default_data_dir()).absolute()
        self._options = options or BrokerOptions()
        self._servers: dict[str, Server] = {}
        self._state = StackState(owner=None)
        self._watchdog: Watchdog | None = None

    def start(self, console: Console | None = None) -> StackInfo:
        """Start Valkey and Kafka and return when both serve clients.

        Fetches Kafka's jars if they are not cached, with a progress bar on a terminal's `console`.

        Raises:
            StackBusy: a stack runs in the folder; the error holds it.
            KafkaUnavailable: there is no Java, or Kafka can be had from nowhere.
            ValkeyUnavailable: there is no Valkey for this platform.
            WrongDigest: a jar is not the locked one.
            ServerFailed: a server did not come up.
        """
        self._refuse_second()
        java = find_java()
        jars = cached_jars(locked_jars(), default_cache_dir(), console)
        try:
            with locked(self.data_dir):
                self._refuse_second()
                stop_recorded(self.data_dir)
                ports = choose_ports(self.data_dir)
                return self._launch(
                    valkey_server(self.data_dir, ports.valkey),
                    kafka_server(self.data_dir, ports, java, jars, self._options),
                )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> list[str]:
        """Stop what this object started, wait until it is gone; what it was, a line each."""
        owner = self._state.owner
        stopped = stop_owned(self.data_dir, owner) if owner else []
        self._let_go()
        return stopped

    def detach(self) -> None:
        """Leave the servers running when this process ends; `stop(data_dir)` stops them."""
        self._record(replace(self._state, owner=None))
        self._let_go()

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's address, `host:port`."""
        return kafka_address(self._servers[broker.NAME].port)

    @property
    def redis_url(self) -> str:
        """Valkey's address, `redis://host:port/0`."""
        return redis_address(self._servers[valkey.NAME].port)

    def stop_redis(self, *, kill: bool = False) -> None:
        """End Valkey in order, or as a fault would; its port stays the stack's."""
        self._stop_one(valkey.NAME, kill=kill)

    def restart_redis(self, *, kill: bool = False) -> None:
        """End Valkey if it runs, and start it again on its data and its port."""
        self._restart(valkey.NAME, kill=kill)

    def stop_kafka(self, *, kill: bool = False) -> None:
        """End Kafka in order, or as a fault would; its port stays the stack's."""
        self._stop_one(broker.NAME, kill=kill)

    def restart_kafka(self, *, kill: bool = False) -> None:
        """End Kafka if it runs, and start it again on its data and its port."""
        self._restart(broker.NAME, kill=kill)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _refuse_second(self) -> None:
        if running := status(self.data_dir):
            raise StackBusy(running)

    def _launch(self, *servers: Server) -> StackInfo:
        owner = ProcessId.own()
        self._servers = {server.name: server for server in servers}
        self._record(StackState(owner=owner))
        self._watchdog = Watchdog.over(self.data_dir, owner)
        for server in servers:
            self._spawn(server)
        for server in servers:
            server.wait_ready(self._state.servers[server.name].process)
        self._watchdog.check()
        self._record(replace(self._state, ready=True))
        return self._info()

    def _info(self) -> StackInfo:
        info = self._state.info(self.data_dir)
        if info is None:
            raise ServerFailed(f"a server ended as soon as it had started: see {self.data_dir}")
        return info

    def _spawn(self, server: Server) -> None:
        running = Running(server.spawn(), server.port)
        self._record(replace(self._state, servers={**self._state.servers, server.name: running}))

    def _stop_one(self, name: str, *, kill: bool) -> None:
        process = self._state.servers[name].process
        stop_processes([process], grace_sec=GRACE_SEC, kill=kill)

    def _restart(self, name: str, *, kill: bool) -> None:
        self._stop_one(name, kill=kill)
        with locked(self.data_dir):
            self._spawn(self._servers[name])
        self._servers[name].wait_ready(self._state.servers[name].process)

    def _record(self, state: StackState) -> None:
        self._state = state
        write_state(self.data_dir, state)

    def _let_go(self) -> None:
        self._state = replace(self._state, owner=None)
        if self._watchdog:
            self._watchdog.close()
        self._watchdog = None
