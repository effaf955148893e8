import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from stream.supervisor import Child, Supervisor, is_worth_a_restart, meaning, pause_sec

ROOT = str(Path(__file__).parents[2])


def python(program: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program, *arguments)


def supervised(command: Sequence[str]) -> tuple[int, Supervisor, list[str]]:
    lines: list[str] = []
    supervisor = Supervisor(Child(command), lines.append)
    return asyncio.run(supervisor.run()), supervisor, lines


@pytest.mark.parametrize(
    ("code", "expected"),
    [(75, True), (-9, True), (-15, True), (0, False), (78, False), (1, False), (2, False)],
)
def test_only_what_may_pass_is_worth_a_restart(code: int, *, expected: bool) -> None:
    assert is_worth_a_restart(code) is expected


def test_pauses_double_up_to_ten_seconds() -> None:
    assert [pause_sec(n) for n in range(1, 9)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert pause_sec(100_000) == 10.0


def test_codes_are_told_in_words() -> None:
    assert meaning(-9) == "killed by SIGKILL"
    assert meaning(78) == "exit code 78"
    assert meaning(0) == "it was told to"


@pytest.mark.parametrize("code", [0, 78])
def test_a_child_that_is_done_is_not_started_again(code: int) -> None:
    ended, supervisor, lines = supervised(python(f"raise SystemExit({code})"))
    assert ended == code
    assert supervisor.restarts == 0
    assert len(lines) == 1


FAILS_TWICE = """
import os, pathlib, signal, sys
lives = pathlib.Path(sys.argv[1])
lives.write_text(lives.read_text() + "x" if lives.exists() else "x")
count = len(lives.read_text())
if count == 1: sys.exit(75)
if count == 2: os.kill(os.getpid(), signal.SIGKILL)
sys.exit(78)
"""


def test_failures_that_may_pass_are_tried_again(tmp_path: Path) -> None:
    ended, supervisor, lines = supervised(python(FAILS_TWICE, str(tmp_path / "lives")))
    assert ended == 78
    assert supervisor.restarts == 2
    assert "exit code 75; starting it again in 0.2 s" in lines[0]
    assert "SIGKILL; starting it again in 0.4 s" in lines[1]
    assert "exit code 78" in lines[2]


ENDS_IN_ORDER = """
import pathlib, signal, sys, time
def end(*_):
    pathlib.Path(sys.argv[1]).write_text("ended in order")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    while not holds():  # noqa: ASYNC110  another process sets no event
        await asyncio.sleep(0.01)


async def cancelled(child: Child, output: Path) -> None:
    task = asyncio.create_task(Supervisor(child, lambda _: None).run())
    await until(lambda: bool(output.read_bytes()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_cancelling_ends_the_child_in_order(tmp_path: Path) -> None:
    farewell, log = tmp_path / "farewell", tmp_path / "log"
    with log.open("wb") as output:
        child = Child(python(ENDS_IN_ORDER, str(farewell)), output=output)
        asyncio.run(cancelled(child, log))
    assert farewell.read_text() == "ended in order"
    assert log.read_text() == "ready\n"


SAYS_WHERE_IT_STANDS = "import os; print(os.getsid(0) == os.getpid(), os.environ['MARK'])"


def test_the_child_has_a_session_and_an_environment_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        child = Child(python(SAYS_WHERE_IT_STANDS), os.environ | {"MARK": "given"}, output)
        assert asyncio.run(Supervisor(child, lambda _: None).run()) == 0
    assert log.read_text() == "True given\n"


def test_the_child_sees_when_its_guardian_is_gone(tmp_path: Path) -> None:
    note = tmp_path / "note"
    program = (
        "import asyncio, os, sys; from stream.supervisor import Child, Supervisor\n"
        "child = Child((sys.executable, '-c', sys.argv[1], sys.argv[2]))\n"
        "asyncio.run(Supervisor(child, print).run())\n"
    )
    child = (
        "import os, pathlib, sys; note = pathlib.Path(sys.argv[1]); note.write_text('up')\n"
        "sys.stdin.read(); note.write_text('saw it')\n"
    )

    async def kill_the_guardian() -> None:
        guardian = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, child, str(note), env=os.environ | {"PYTHONPATH": ROOT}
        )
        await until(lambda: note.exists() and note.read_text() == "up")
        guardian.kill()
        await guardian.wait()
        await until(lambda: note.read_text() == "saw it")

    asyncio.run(asyncio.wait_for(kill_the_guardian(), 30))
