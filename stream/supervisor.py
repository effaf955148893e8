"""A worker's guardian: starts it again where that helps, and nowhere else.

The child runs in a session of its own, so that a terminal's Ctrl-C reaches it once, from here, and
holds the other end of a pipe as its standard input: it can see when its guardian is gone, be it by
`kill -9` (`stream.cli.process` ends itself then).
"""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from schemas.errors import EXIT_RESTART
from stream import clock

FIRST_PAUSE_SEC = 0.2
LONGEST_PAUSE_SEC = 10.0
STEADY_SEC = 60.0
"""A child that has lived so long has recovered: its next failure counts as the first."""
GRACE_SEC = 20.0
"""So long may a child take to end in order; then it is killed."""
_MOST_DOUBLINGS = 10
WORKER = (sys.executable, "-m", "stream.cli", "worker", "--leash")
"""A worker that ends when its standard input does."""


@dataclass(frozen=True, slots=True)
class Child:
    """What to run."""

    command: Sequence[str]
    environment: Mapping[str, str] | None = None
    """None hands on this process's own."""
    output: IO[bytes] | None = None
    """Takes what the child prints; None lets it print where this process does."""
    name: str = "the worker"
    """For people."""


class Supervisor:
    """Runs one child, again and again while its ends say that this helps.

    Args:
        child: what to run.
        report: takes one line for people each time the child ends.
    """

    def __init__(self, child: Child, report: Callable[[str], None]) -> None:
        self.restarts = 0
        """How often it was started again."""
        self._child = child
        self._report = report

    async def run(self) -> int:
        """Returns the child's exit code once starting it again would not help.

        Cancelling it ends the child in order, and waits until it is gone.
        """
        name = self._child.name
        failures = 0
        while True:
            started = clock.monotonic()
            code = await self._one_life()
            if not is_worth_a_restart(code):
                self._report(f"{name} ended: {meaning(code)}")
                return code
            failures = 1 if clock.monotonic() - started > STEADY_SEC else failures + 1
            pause = pause_sec(failures)
            self._report(f"{name} ended: {meaning(code)}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            self.restarts += 1

    async def _one_life(self) -> int:
        what = self._child
        process = await asyncio.create_subprocess_exec(
            *what.command,
            env=what.environment,
            stdin=PIPE,
            stdout=what.output,
            stderr=what.output,
            start_new_session=True,
        )
        try:
            return await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise


def is_worth_a_restart(code: int) -> bool:
    """Whether a child that ended with `code` (negative: by that signal) should be started again."""
    return code == EXIT_RESTART or code < 0


def pause_sec(failures: int) -> float:
    """How long to wait after so many failures in a row: doubles, up to ten seconds."""
    return float(min(LONGEST_PAUSE_SEC, FIRST_PAUSE_SEC * 2 ** min(failures - 1, _MOST_DOUBLINGS)))


def meaning(code: int) -> str:
    """An exit code for people."""
    if code == 0:
        return "it was told to"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


async def _end(process: Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SEC)
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
