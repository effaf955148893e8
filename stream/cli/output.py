"""How commands speak: tables and JSON on standard output, progress on standard error."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from schemas.codec import encode_json

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

GOOD, BAD, QUIET, STRONG = "green", "red", "bright_black", "bold"

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, on one line, instead."
)


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\n".join(("\b", "Examples", *(f"  {line}" for line in lines)))


def emit(value: Any) -> None:
    """One line of JSON on standard output."""
    click.echo(encode_json(value))


def table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> Table:
    """An empty table; the columns named in `right` hold numbers."""
    made = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        title_style=STRONG,
        header_style=QUIET,
        pad_edge=False,
    )
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return made


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and values without a heading."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(style=QUIET)
    made.add_column(overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def number(value: float) -> str:
    """Digits in groups of three."""
    return f"{value:,.0f}"


def when(posix_sec: float) -> str:
    """Date and time, UTC, to the minute."""
    return datetime.fromtimestamp(posix_sec, UTC).strftime("%Y-%m-%d %H:%M")


def day(posix_sec: float) -> str:
    """Date, UTC."""
    return when(posix_sec)[:10]


def many(count: int, one: str, several: str = "") -> str:
    """`1 message`, `22,000 messages`."""
    return f"{number(count)} {one if count == 1 else several or one + 's'}"


def byte_progress(description: str) -> Progress:
    """A bar over bytes, on a terminal only; it is gone when done."""
    return _progress(description, DownloadColumn())


def count_progress(description: str) -> Progress:
    """A bar over things that are counted, on a terminal only; it is gone when done."""
    return _progress(description, MofNCompleteColumn())


def _progress(description: str, amount: ProgressColumn) -> Progress:
    return Progress(
        TextColumn(description),
        BarColumn(),
        amount,
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
