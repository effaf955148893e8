"""Answers of the warehouse as text; each writer returns how many rows there were."""

import csv
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from rich.console import Console

from offline.warehouse.duck import Answer
from schemas.codec import encode_json
from stream.cli.output import QUIET, number, table

SHOWN = 200
"""Rows of a table; who wants more wants another format."""


def write_table(answer: Answer, file: IO[str]) -> int:
    """A table of the first rows, for people."""
    rows = list(islice(answer.rows, SHOWN + 1))
    numeric = [
        name
        for place, name in enumerate(answer.columns)
        if rows and all(isinstance(row[place], int | float | Decimal | None) for row in rows)
    ]
    shown = table(*answer.columns, right=numeric)
    for row in rows[:SHOWN]:
        shown.add_row(*(_cell(value) for value in row))
    console = Console(file=file, highlight=False)
    console.print(shown)
    if len(rows) > SHOWN:
        console.print(f"[{QUIET}]the first {number(SHOWN)} rows; --format csv has all[/]")
    return len(rows)


def write_csv(answer: Answer, file: IO[str]) -> int:
    """Comma-separated, with a heading; null is empty, lists and records are JSON."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(answer.columns)
    count = 0
    for row in answer.rows:
        writer.writerow([_field(value) for value in row])
        count += 1
    return count


def write_json(answer: Answer, file: IO[str]) -> int:
    """An array of objects, one a line."""
    count = 0
    file.write("[")
    for row in answer.rows:
        named = {name: _plain(value) for name, value in zip(answer.columns, row, strict=True)}
        file.write((",\n" if count else "\n") + encode_json(named).decode())
        count += 1
    file.write("\n]\n")
    return count


def _cell(value: Any) -> str:
    if value is None:
        return f"[{QUIET}]null[/]"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.3f}"  # noqa: PLR2004  a time shows its milliseconds
    return str(_field(value)).replace("[", r"\[")


def _field(value: Any) -> Any:
    plain = _plain(value)
    if isinstance(plain, list | dict):
        return encode_json(plain).decode()
    return "" if plain is None else plain


def _plain(value: Any) -> Any:
    """What JSON can say: moments as ISO 8601, spans in seconds, bytes in base 64."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    for kind, told in _TOLD.items():
        if isinstance(value, kind):
            return told(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


_TOLD: dict[type, Callable[[Any], Any]] = {
    bytes: lambda value: b64encode(value).decode(),
    timedelta: timedelta.total_seconds,
    Decimal: float,
    date: lambda value: value.isoformat(),
}
