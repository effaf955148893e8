"""How a command ends: with an exit code, and one line that says what to do next."""

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import click

from schemas.errors import StepstreamError

EXIT_NO = 1
"""Exit code: done, and the answer is no."""
EXIT_FAULT = 70
"""Exit code: a fault of the program itself (sysexits' EX_SOFTWARE)."""
EXIT_INTERRUPTED = 130
"""Exit code: stopped by Ctrl-C, as shells have it."""


def ended(run: Callable[[], Any]) -> int:
    """The exit code of `run`, which returns one or None; whatever it raises is told in one line."""
    try:
        return int(run() or 0)
    except (KeyboardInterrupt, click.Abort):
        say("stopped")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _reader_is_gone()
    except click.ClickException as error:
        say(_usage(error))
        return error.exit_code
    except StepstreamError as error:
        _trace()
        say(str(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001  a traceback tells a user nothing
        _trace()
        say(f"{type(error).__name__}: {error} (this is a fault; STEPSTREAM_DEBUG=1 shows where)")
        return EXIT_FAULT


def say(text: str) -> None:
    """One line on standard error."""
    line = " ".join(text.split())
    click.echo(f"{click.style('stepstream:', bold=True)} {line}", err=True)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    text = error.format_message().rstrip(".")
    return f"{text} (see `{context.command_path} --help`)" if context else text


def _trace() -> None:
    if os.environ.get("STEPSTREAM_DEBUG", "").lower() in {"1", "true", "yes", "on"}:
        traceback.print_exc()


def _reader_is_gone() -> int:
    """Who read our output (`| head`) wants no more: no fault, and nothing left to flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
