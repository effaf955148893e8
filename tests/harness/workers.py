"""Worker processes for tests and benchmarks: started, killed, paused, restarted; ended by id."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from stream.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[2]
PSEUDONYM_KEY = "5e" * 32
WORKER = ("-m", "stream.cli", "worker")


def stack_settings(kafka: str, redis: str, prefix: str, **changes: object) -> Settings:
    """Settings of a stream that shares its servers with nobody: its own topics and keys."""
    return Settings(
        kafka=kafka,
        redis=redis,
        prefix=prefix,
        group=f"{prefix}workers",
        pseudonym_key=PSEUDONYM_KEY,
        metrics_port=-1,
    ).with_(**changes)


class Workers:
    """Some workers of one stream.

    Args:
        program: What a worker's Python is told to run.
    """

    def __init__(
        self, settings: Settings, log_dir: Path, program: Sequence[str | Path] = WORKER
    ) -> None:
        self._settings = settings
        self._program = program
        self._log_dir = log_dir
        self._started = 0
        self.processes: list[subprocess.Popen[bytes]] = []
        self.exits: list[int] = []

    def start(self, count: int = 1) -> None:
        """Start `count` more."""
        for _ in range(count):
            self.processes.append(self._spawn())

    def _spawn(self) -> "subprocess.Popen[bytes]":
        self._started += 1
        log = (self._log_dir / f"worker-{self._started}.log").open("wb")
        with log:
            return subprocess.Popen(
                [sys.executable, *self._program],
                cwd=ROOT,
                env=os.environ | environment(self._settings),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self, index: int) -> None:
        """kill -9, then start a new one in its place."""
        self.processes[index].kill()
        self.exits.append(self.processes[index].wait())
        self.processes[index] = self._spawn()

    def pause(self, index: int) -> None:
        """Stop it where it is."""
        self.processes[index].send_signal(signal.SIGSTOP)

    def resume(self, index: int) -> None:
        """Let it go on as if nothing had happened."""
        self.processes[index].send_signal(signal.SIGCONT)

    def revive(self) -> list[int]:
        """Start those anew that ended by themselves; returns their exit codes."""
        ended = []
        for index, process in enumerate(self.processes):
            code = process.poll()
            if code is not None:
                ended.append(code)
                self.processes[index] = self._spawn()
        self.exits += ended
        return ended

    def stop(self) -> None:
        """End all, in order where they can."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def logs(self) -> str:
        """What they printed."""
        paths = sorted(self._log_dir.glob("worker-*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in paths)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.stop()


def environment(settings: Settings) -> dict[str, str]:
    """`settings` as environment variables."""
    values = ((name, getattr(settings, name)) for name in Settings.__dataclass_fields__)
    return {variable(name): str(value) for name, value in values if value != ""}
