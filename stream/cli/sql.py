"""`sql`: questions to the archive, one or as many as one likes."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import click

from offline.warehouse.duck import Memory, Warehouse, WrongQuery
from offline.warehouse.views import View, views
from schemas.errors import StepstreamError
from stream.archiving import archive_of
from stream.cli.ending import say
from stream.cli.environment import configured
from stream.cli.output import GOOD, QUIET, STRONG, examples, many, out, table
from stream.cli.sql_output import write_csv, write_json, write_table

T = TypeVar("T")

_FORMATS = {"table": write_table, "csv": write_csv, "json": write_json}
_HELP = """\
A query ends with a semicolon. Views are the relations to ask: `FROM events`.
  .views          list them
  .views NAME     columns of one
  .quit           end (Ctrl-D too)
"""


@click.command(
    "sql",
    epilog=examples(
        "stepstream sql",
        'stepstream sql "SELECT kind, COUNT(*) FROM events GROUP BY kind"',
        'stepstream sql --format csv -o days.csv "SELECT * FROM learner_days"',
        'stepstream sql --format parquet -o followed.parquet "SELECT * FROM followed"',
        "stepstream sql --views",
    ),
)
@click.argument("query", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice([*_FORMATS, "parquet"]),
    default="table",
    show_default=True,
    help="How the answer is written.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to this file instead of standard output.",
)
@click.option("--views", "show_views", is_flag=True, help="Describe every view and its columns.")
@click.option(
    "--memory",
    default="",
    help="What a query may use before it goes on on disk; without it STEPSTREAM_WAREHOUSE_MEMORY.",
)
def sql_command(
    *, query: str | None, form: str, output: Path | None, show_views: bool, memory: str
) -> None:
    """Ask the archive: run QUERY, or without one open a prompt.

    The archive is there as views (events, statements, attempts, learner_days, activities,
    recommendations, followed, rejects; --views tells their columns). It is DuckDB's SQL, to be read
    only; your own files can be joined: FROM 'people.csv'.
    """
    if show_views:
        _describe(views())
        return
    if form == "parquet" and (output is None or not query):
        raise click.UsageError("parquet is written to a file: give a QUERY and -o FILE")
    with _warehouse(memory) as warehouse:
        if query is None:
            _Prompt(warehouse, sys.stdin.isatty()).run()
        elif output is not None and form == "parquet":
            _say_saved(_tried(lambda: warehouse.save(query, output)), output)
        elif output is not None:
            _save(warehouse, query, form, output)
        else:
            _tried(lambda: _write(warehouse, query, form))


@contextmanager
def _warehouse(memory: str) -> Iterator[Warehouse]:
    settings = configured()
    archive = archive_of(settings)
    with tempfile.TemporaryDirectory(prefix="stepstream-sql-") as spill:
        limit = Memory(memory or settings.warehouse_memory, Path(spill))
        with _tried(lambda: Warehouse(archive, limit)) as warehouse:
            yield warehouse


def _tried(call: Callable[[], T]) -> T:
    try:
        return call()
    except WrongQuery as error:
        raise click.UsageError(str(error)) from error


def _write(warehouse: Warehouse, query: str, form: str) -> None:
    _FORMATS[form](warehouse.ask(query), sys.stdout)


def _save(warehouse: Warehouse, query: str, form: str, output: Path) -> None:
    answer = _tried(lambda: warehouse.ask(query))
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            count = _FORMATS[form](answer, file)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}") from error
    _say_saved(count, output)


def _say_saved(count: int, output: Path) -> None:
    out.print(f"[{GOOD}]{many(count, 'row')} written[/] to {output}")


def _describe(described: list[View]) -> None:
    for view in described:
        out.print(f"[{STRONG}]{view.name}[/]  {view.meaning}")
        shown = table("column", "")
        for name, meaning in view.columns:
            shown.add_row(name, meaning)
        out.print(shown)


class _Prompt:
    """Reads queries until there are no more; a wrong one is told and the next one asked for."""

    def __init__(self, warehouse: Warehouse, is_terminal: bool) -> None:
        self._warehouse = warehouse
        self._is_terminal = is_terminal
        self._text = ""

    def run(self) -> None:
        """Ask until the end."""
        if self._is_terminal:
            with suppress(ImportError):
                import readline  # noqa: F401, PLC0415  lines can be edited where it is there

            out.print(f"{', '.join(view.name for view in views())}\n[{QUIET}].help helps[/]")
        while (line := self._line()) is not None:
            if line.strip().startswith(".") and not self._text:
                if self._is_quit(line.split()):
                    return
            else:
                self._take(line)
        if self._text.strip():
            self._run(self._text)

    def _line(self) -> str | None:
        try:
            return input(("  ...> " if self._text else "sql> ") if self._is_terminal else "")
        except EOFError:
            return None

    def _take(self, line: str) -> None:
        self._text += line + "\n"
        if line.rstrip().endswith(";"):
            query, self._text = self._text, ""
            self._run(query)

    def _run(self, query: str) -> None:
        try:
            write_table(self._warehouse.ask(query), sys.stdout)
        except StepstreamError as error:
            say(str(error))

    def _is_quit(self, words: list[str]) -> bool:
        if words[0] in {".quit", ".exit"}:
            return True
        if words[0] == ".views":
            chosen = [view for view in views() if view.name in words[1:]]
            if chosen:
                _describe(chosen)
            else:
                _list(views())
        else:
            out.print(_HELP, end="")
        return False


def _list(listed: list[View]) -> None:
    shown = table("view", "")
    for view in listed:
        shown.add_row(view.name, view.meaning)
    out.print(shown)
