import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from schemas.errors import Corrupt, Unavailable
from stream.cli.commands import COMMANDS, cli
from stream.cli.ending import EXIT_FAULT, EXIT_INTERRUPTED, ended

Run = Callable[..., Result]
ROOT = Path(__file__).parents[3]


def one_line(result: Result) -> str:
    (line,) = result.stderr.splitlines()
    return str(line)


def test_help_names_every_command_and_what_it_does(run: Run) -> None:
    for result in (run(), run("--help"), run("-h")):
        assert result.exit_code == 0
        for name, listed in COMMANDS.items():
            assert f"  {name} " in result.stdout
            assert listed.summary in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: stepstream {name} ")
    assert "Examples\n" in result.stdout
    assert f"stepstream {name}" in result.stdout.split("Examples\n")[1]
    assert max(map(len, result.stdout.splitlines())) <= 100


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_is_found_under_its_name(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("pubish", "publish"), ("validte", "validate"), ("que", "queue"), ("workers", "worker")],
)
def test_a_mistyped_command_gets_a_guess(run: Run, typed: str, meant: str) -> None:
    result = run(typed)
    assert result.exit_code == 2
    assert f"did you mean {meant!r}?" in one_line(result)


def test_a_word_like_no_command_gets_no_guess(run: Run) -> None:
    result = run("xyzzy")
    assert result.exit_code == 2
    assert "did you mean" not in one_line(result)
    assert "stepstream --help" in one_line(result)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("validate", "--stict", "x"), "--strict"),
        (("validate", "no-such-file"), "does not exist"),
        (("publish",), "Missing argument 'FILE'"),
        (("queue",), "Missing argument 'LEARNER'"),
        (("demo", "--seconds", "soon"), "'soon' is not a valid"),
        (("redrive", "--limit", "0"), "not in the range"),
        (("load",), "Missing argument 'PATHS...'"),
    ],
)
def test_usage_errors_are_one_line_and_code_2(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in one_line(result)
    assert f"stepstream {arguments[0]} --help" in one_line(result)


@pytest.mark.parametrize(
    "arguments",
    [
        ("topics",),
        ("queue", "1001"),
        ("learner", "1001"),
        ("models",),
        ("redrive",),
        ("worker",),
        ("worker", "--restart"),
        ("publish", __file__),
    ],
)
def test_without_services_it_says_how_to_start_them(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 75
    assert "start it with `stepstream up`" in one_line(result)


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPSTREAM_PARTITIONS", "many")
    result = run("topics")
    assert result.exit_code == 78
    assert "STEPSTREAM_PARTITIONS='many'" in one_line(result)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (Unavailable("Kafka is\n gone"), 75, "stepstream: Kafka is gone"),
        (Corrupt("look"), 78, "stepstream: look"),
        (KeyboardInterrupt(), EXIT_INTERRUPTED, "stopped"),
        (click.Abort(), EXIT_INTERRUPTED, "stopped"),
        (ZeroDivisionError("by zero"), EXIT_FAULT, "STEPSTREAM_DEBUG=1"),
    ],
)
def test_whatever_happens_is_one_line_and_a_code(
    error: BaseException,
    code: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails() -> int:
        raise error

    monkeypatch.delenv("STEPSTREAM_DEBUG", raising=False)
    assert ended(fails) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_debugging_shows_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPSTREAM_DEBUG", "1")
    assert ended(lambda: 1 // 0) == EXIT_FAULT
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.splitlines()[-1].startswith("stepstream: ZeroDivisionError")


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m stream.cli settings | head -n 1"
    done = subprocess.run(  # noqa: S603  our own command
        ["/bin/bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env={"STEPSTREAM_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""
