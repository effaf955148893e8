"""The HTTP server of a demo: a process of its own, with an API key for who watches."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from stream.supervisor import Child, Supervisor

_PROGRAM = (sys.executable, "-m", "stream.cli")
_ASK_SEC = 0.2


class Front:
    """Opens the console beside a running demo; whatever keeps it shut does not stop the demo.

    Args:
        variables: settings of the demo, as environment variables.
        folder: takes what the server prints.
        report: takes a line for people.
    """

    def __init__(
        self, variables: Mapping[str, str], folder: Path, report: Callable[[str], None]
    ) -> None:
        self._variables = os.environ | dict(variables)
        self._log = folder / "server.log"
        self._output = self._log.open("wb")
        self._report = report
        self._tasks: list[asyncio.Task[object]] = []

    def open(self, port: int) -> None:
        """Start it at `port`; returns at once, and reports where the console is later."""
        self._tasks.append(asyncio.create_task(self._open(port)))

    async def _open(self, port: int) -> None:
        token = await self._key()
        running = asyncio.create_task(Supervisor(self._child(port), self._report).run())
        self._tasks.append(running)
        while not running.done():
            if " answers at " in self._log.read_text("utf-8"):
                self._report(f"look at it in a browser: http://127.0.0.1:{port}/console")
                self._report(f"with this API key: {token}")
                return
            await asyncio.sleep(_ASK_SEC)

    def _child(self, port: int) -> Child:
        command = (*_PROGRAM, "serve", "--port", str(port), "--leash")
        variables = self._variables | {"STEPSTREAM_METRICS_PORT": "-1"}
        return Child(command, variables, self._output, "the server")

    async def _key(self) -> str:
        made = await asyncio.create_subprocess_exec(
            *_PROGRAM,
            *("keys", "create", "--name", "demo", "--scope", "all"),
            env=self._variables,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
        )
        out, _ = await made.communicate()
        return out.decode().strip()

    async def close(self) -> None:
        """End the server."""
        for task in reversed(self._tasks):
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._output.close()
