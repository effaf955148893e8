"""All commands by name, and how one is found, helped with and ended."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import click

from stream.cli.ending import ended

NAME = "stepstream"


class Listed(NamedTuple):
    """A command that has not been loaded yet."""

    summary: str
    module: str
    """In this package, or the whole name where there is a dot in it; the command is its attribute
    `<name>_command`."""


SECTIONS: Mapping[str, Mapping[str, Listed]] = {
    "Try it": {
        "demo": Listed("Run everything for a minute, with simulated learners.", "demo"),
        "simulate": Listed("Publish what simulated learners do, until stopped.", "simulate"),
    },
    "Run it": {
        "up": Listed("Start Kafka and Valkey here, in the background.", "services"),
        "down": Listed("Stop what `up` started.", "services"),
        "status": Listed("Say what runs, and how much it has handled.", "status"),
        "topics": Listed("Create the topics that are missing, and list all.", "topics"),
        "worker": Listed("Turn statements into queues until it is stopped.", "worker"),
        "serve": Listed("Answer over HTTP: queues, statements, console.", "serving.command"),
        "keys": Listed("Make, list and revoke API keys.", "serving.access.command"),
        "health": Listed("Say whether a process here works.", "health"),
        "settings": Listed("List every setting.", "settings"),
    },
    "Feed it": {
        "load": Listed("Check and publish catalogue, profiles and roles.", "load"),
        "validate": Listed("Say which statements of a file can be used, and why not.", "validate"),
        "publish": Listed("Publish the statements of a file.", "publish"),
        "openedx": Listed("Turn Open edX's tracking events into statements.", "openedx"),
        "redrive": Listed("Send rejected statements again.", "redrive"),
        "replay": Listed("Build everything anew from the events, and change over.", "replay"),
    },
    "Keep it": {
        "archive": Listed("Keep events, queues and rejects as Parquet files.", "archive"),
        "sql": Listed("Ask the archive questions in SQL.", "sql"),
        "erase": Listed("Erase a person from every store.", "erase"),
    },
    "Improve it": {
        "recalibrate": Listed("Fit the models on the archive, and prove them.", "recalibrate"),
        "prove": Listed("Prove a version of the models on later events.", "prove"),
        "proposals": Listed("Show what the log says builds on what.", "proposals"),
    },
    "Look into it": {
        "queue": Listed("Show a learner's queue, with reasons.", "queue"),
        "learner": Listed("Show what is known of a learner.", "learner"),
        "features": Listed("Write learners' features as of a moment.", "features"),
        "models": Listed("Show how good the models are; promote, pin, roll back.", "models"),
        "evaluate": Listed("Measure the models on a file of answers.", "evaluate"),
    },
}
COMMANDS = {name: listed for section in SECTIONS.values() for name, listed in section.items()}


class Commands(click.Group):
    """A group that loads a command when it is called, so that help and mistakes cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Names in the order of help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, loaded; None where there is none of that name."""
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            return None
        module = listed.module if "." in listed.module else f"stream.cli.{listed.module}"
        found = getattr(import_module(module), f"{cmd_name}_command")
        return found if isinstance(found, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's own, with a guess at what was meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}{_guess(args[0])}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands in their sections."""
        width = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(_rows(commands, width))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; ends the process with the exit code unless not `standalone_mode`."""
        run = super().main
        code = ended(partial(run, args, prog_name or NAME, complete_var, False, **extra))
        if standalone_mode:
            sys.exit(code)
        return code


def _rows(commands: Mapping[str, Listed], width: int) -> list[tuple[str, str]]:
    return [(name.ljust(width), listed.summary) for name, listed in commands.items()]


def _guess(word: str) -> str:
    near: Iterator[str] = iter(get_close_matches(word, COMMANDS, 1))
    meant = next(near, None)
    return f"; did you mean {meant!r}?" if meant else ""


def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:
        return "(not installed: runs from its source)"


_EPILOG = """\b
Begin with
  stepstream demo                 everything at work, nothing to prepare
  stepstream up                   a Kafka and a Valkey of your own
  stepstream load examples/worked_example
  stepstream worker --restart     in another terminal
  stepstream publish examples/worked_example/statements.jsonl
  stepstream queue 1001

\b
Exit codes
   0  done
   1  done, and the answer is no (not found, not running, something was refused)
   2  the command was written wrongly
  70  a fault of Stepstream itself; STEPSTREAM_DEBUG=1 shows where
  75  a service cannot be reached: the same command may work later
  78  a setting, a file or stored data is wrong: somebody must look first
 130  stopped by Ctrl-C
"""


@click.group(
    NAME,
    cls=Commands,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(_version(), message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Keep a fresh queue of next activities for every learner, from the xAPI statements they cause.

    Every command explains itself: `stepstream COMMAND --help`.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
