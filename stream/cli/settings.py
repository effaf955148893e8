"""`settings`: every setting with what it means."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import Any

import click
from rich.text import Text

from stream.cli.environment import configured
from stream.cli.output import QUIET, STRONG, emit, examples, json_option, out, table
from stream.settings import Settings, variable

_SECRET = frozenset({"pseudonym_key", "redis"})
"""Shown only as set or not set: their values hold secrets."""


def meanings() -> dict[str, str]:
    """What each setting means, as the text below its declaration says."""
    body = ast.parse(inspect.getsource(Settings)).body[0]
    declarations = body.body if isinstance(body, ast.ClassDef) else []
    return dict(_documented(declarations))


def _documented(statements: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(statements):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            yield field.target.id, " ".join(str(text.value.value).split())


@click.command(
    "settings",
    epilog=examples(
        "stepstream settings",
        "STEPSTREAM_PARTITIONS=24 stepstream settings --json",
    ),
)
@json_option
def settings_command(as_json: bool) -> None:
    """List every setting: its environment variable, default, present value and meaning."""
    rows = list(described())
    if as_json:
        emit(rows)
        return
    shown = table("variable", "meaning")
    for row in rows:
        shown.add_row(row["variable"], _meaning(row))
    out.print(shown)


def _meaning(row: Mapping[str, Any]) -> Text:
    default, now = str(row["default"]), str(row["now"])
    text = Text.assemble(row["meaning"], "\n", (f"default {default or '(none)'}", QUIET))
    return text.append(f", now {now}", STRONG) if now != default else text


def described() -> Iterator[dict[str, Any]]:
    """Every setting with its variable, default, present value and meaning."""
    present, meaning = configured(), meanings()
    for setting in fields(Settings):
        now = getattr(present, setting.name)
        if setting.name in _SECRET and now:
            now = "(set)"
        yield {
            "variable": variable(setting.name),
            "default": setting.default,
            "now": now,
            "meaning": meaning.get(setting.name, ""),
        }
