"""`load`: reference data from files into the compacted topics."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from schemas.errors import EXIT_STOP, ConfigurationError, Unavailable
from stream.cli.ending import say
from stream.cli.environment import configured, key_maker, services
from stream.cli.output import (
    GOOD,
    QUIET,
    emit,
    err,
    examples,
    json_option,
    many,
    number,
    out,
    table,
)
from stream.kafka import Publisher, Reader
from stream.load import Loaded, Problem, Problems, load
from stream.load.fields import LearnerKey
from stream.publish import send_all
from stream.reference_changes import TOPICS, Changes, barred_of, changes, newest, values_of
from stream.settings import Settings
from stream.topic_creation import create_topics

_ANY_KEY = "00" * 32
"""Stands in for the pseudonym key where files are only checked: no key leaves the command."""


@click.command(
    "load",
    epilog=examples(
        "stepstream load examples/worked_example",
        "stepstream load catalogue.csv people.yaml --base https://lms.example.org/activities/",
        "stepstream load organisation/ --prune --dry-run",
    ),
)
@click.argument("paths", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@click.option("--base", default="", help="Put before activity ids that are no IRIs.")
@click.option("--dry-run", is_flag=True, help="Check the files and say what would be done.")
@click.option("--prune", is_flag=True, help="Withdraw what the topics hold and the files do not.")
@json_option
def load_command(
    paths: tuple[Path, ...], base: str, dry_run: bool, prune: bool, as_json: bool
) -> int:
    """Check the files in PATHS and publish what they say of activities, people and roles.

    PATHS are YAML, JSON and CSV files, or folders of them. Everything is checked before anything
    is published: all problems are told with file and line. What the topics hold already is not
    sent again; running workers take up the changes at once.

    --prune withdraws activities, profiles and roles that are not in the files, each kind only if
    the files hold any of it. Activities that are known from statements alone stay.

    Exit code 0 if all was published, 78 if the files have problems: nothing is published then.
    """
    settings = _reached(dry_run=dry_run)
    result = load(paths, _keys(settings), base)
    _tell(result.warnings, "warning", as_json=as_json)
    if isinstance(result, Problems):
        return _refused(result, as_json=as_json)
    planned = _plan(result, settings, prune=prune)
    if not dry_run:
        _publish(planned, settings)
    if as_json:
        emit({"published": not dry_run, **{c.topic.name: _counts(c) for c in planned}})
    else:
        _show(planned, dry_run=dry_run)
    return 0


def _reached(*, dry_run: bool) -> Settings:
    """Settings with addresses; a dry run does without where nothing runs."""
    try:
        return services()
    except Unavailable:
        if not dry_run:
            raise
        return configured()


def _keys(settings: Settings) -> LearnerKey:
    stand_in = not settings.kafka and not settings.pseudonym_key
    return key_maker(settings.with_(pseudonym_key=_ANY_KEY) if stand_in else settings)


def _plan(loaded: Loaded, settings: Settings, *, prune: bool) -> list[Changes]:
    held = _held(settings) if settings.kafka else {}
    if barred := barred_of(loaded, held):
        raise ConfigurationError(
            f"the files have profiles of, or managed by, {many(len(barred), 'erased learner')} "
            f"({', '.join(barred)}), nothing is published: take them out of the files, or let "
            "these people in again with `stepstream erase --readmit LEARNER`"
        )
    return changes(values_of(loaded), held, prune=prune)


def _held(settings: Settings) -> dict[str, dict[bytes, bytes]]:
    create_topics(settings)
    reader = Reader(settings.kafka, [settings.prefix + topic.name for topic in TOPICS])
    try:
        return newest(reader.to_end(), settings.prefix)
    finally:
        reader.close()


def _publish(planned: Sequence[Changes], settings: Settings) -> None:
    with Publisher(settings.kafka) as sender:
        send_all(chain.from_iterable(c.messages(settings.prefix) for c in planned), sender)


def _refused(result: Problems, *, as_json: bool) -> int:
    _tell(result.problems, "problem", as_json=as_json)
    if as_json:
        emit({"published": False, "problems": [_plain(one) for one in result.problems]})
    say(f"{many(len(result.problems), 'problem')}, nothing is published: mend and load again")
    return EXIT_STOP


def _tell(found: Sequence[Problem], what: str, *, as_json: bool) -> None:
    if not as_json:
        for one in found:
            prefix = "warning: " if what == "warning" else ""
            err.print(f"{one.file}:{one.line}: {prefix}{one.text}", markup=False, soft_wrap=True)


def _plain(problem: Problem) -> dict[str, Any]:
    return {"file": str(problem.file), "line": problem.line, "text": problem.text}


def _counts(change: Changes) -> dict[str, int]:
    return {
        "new": len(change.new),
        "changed": len(change.changed),
        "same": change.same,
        "withdrawn": len(change.withdrawn),
    }


def _show(planned: Sequence[Changes], *, dry_run: bool) -> None:
    names = ("new", "changed", "same", "withdrawn")
    shown = table("topic", *names, right=names)
    for change in planned:
        shown.add_row(change.topic.name, *(number(n) for n in _counts(change).values()))
    out.print(shown)
    if dry_run:
        out.print(f"[{QUIET}]dry run: nothing was published[/]")
    elif any(next(change.messages(""), None) for change in planned):
        out.print(f"[{GOOD}]published[/]")
    else:
        out.print(f"[{QUIET}]the topics hold all of it already[/]")
