"""`archive`: run, compact, check, status."""

from typing import Any

import click
from rich.progress import Progress

from offline.archive.checking import Checked, check
from offline.archive.compaction import compact
from offline.archive.listing import Archive
from offline.archive.schemas import SCHEMAS
from schemas.errors import StepstreamError
from stream.archiver import Limits
from stream.archiving import Archiving, Wish, archive_of
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import configured, with_kafka
from stream.cli.output import (
    BAD,
    GOOD,
    QUIET,
    count_progress,
    emit,
    examples,
    json_option,
    many,
    number,
    out,
    table,
)
from stream.cli.process import log_to_standard_error
from stream.kafka import Admin
from stream.settings import Settings

_MIB = 1024 * 1024
_ANSWER_SEC = 3.0
_DEFAULT = Limits()


@click.group(
    "archive",
    epilog=examples(
        "stepstream archive run",
        "stepstream archive run --once",
        "stepstream archive check --deep",
        "STEPSTREAM_ARCHIVE=s3://bucket/archive stepstream archive status",
    ),
)
def archive_command() -> None:
    """Keep learning.events, recommendations and learning.rejected as Parquet files.

    They lie in STEPSTREAM_ARCHIVE: a folder, or any URL that fsspec reaches; without it in
    `archive` in STEPSTREAM_HOME. Each offset is there once, whatever is killed when
    (docs/archive.md).
    """


@archive_command.command(
    "run",
    epilog=examples(
        "stepstream archive run",
        "stepstream archive run --once --json",
        "stepstream archive run --seconds 300 --member archiver-0",
    ),
)
@click.option("--once", is_flag=True, help="End when all is archived that is there now.")
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=_DEFAULT.rows,
    show_default=True,
    help="Write once so many messages wait,",
)
@click.option(
    "--mib",
    type=click.IntRange(min=1),
    default=_DEFAULT.size // _MIB,
    show_default=True,
    help="or so many MiB of them,",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=_DEFAULT.seconds,
    show_default=True,
    help="or the first of them has waited so long.",
)
@click.option("--no-compact", is_flag=True, help="Leave small files as they are.")
@click.option(
    "--member",
    default="",
    help="A name of its own: who comes back under it soon goes on at once, also after a kill.",
)
@json_option
def run_command(
    *,
    once: bool,
    rows: int,
    mib: int,
    seconds: float,
    no_compact: bool,
    member: str,
    as_json: bool,
) -> None:
    """Archive until it is stopped (Ctrl-C or SIGTERM, which write what waits first).

    Several may run at the same time; they share the partitions. Where to go on is read off the
    names of the archive's files, so running it again after anything loses and doubles nothing.
    What Kafka has deleted before it was archived is named, and missing.

    Exit code 75 where Kafka or the place cannot be reached, or is full: nothing is half there, and
    the same command goes on later.
    """
    settings = with_kafka(configured())
    log_to_standard_error(debug=settings.debug)
    wish = Wish(once, Limits(rows, mib * _MIB, seconds), not no_compact, member)
    with count_progress("archiving") as bar:
        task = bar.add_task("archiving", total=None)

        def progress(left: int, most: int) -> None:
            bar.update(task, total=most, completed=most - left)

        archiving = Archiving(settings, wish, progress)
        if settings.metrics_port >= 0 and not once:
            port = archiving.metrics.serve(settings.metrics_host, settings.metrics_port)
            say(f"archiving to {settings.archive_place}; metrics at port {port}")
        archived = archiving.run()
    if as_json:
        emit({"archived": archived, "place": settings.archive_place})
    else:
        out.print(f"[{GOOD}]{many(archived, 'message')} archived[/] in {settings.archive_place}")


@archive_command.command("compact", epilog=examples("stepstream archive compact --all"))
@click.option("--all", "whole", is_flag=True, help="Also the newest day, which may go on.")
@json_option
def compact_command(whole: bool, as_json: bool) -> None:
    """Put small files of a day and partition together, and remove what is there twice.

    `archive run` does so as it goes. Stopping it at any moment changes nothing for readers.
    """
    archive = archive_of(configured())
    made: dict[str, int] = {}
    with count_progress("compacting") as bar:
        for topic in SCHEMAS:
            made[topic] = _compacted(archive, topic, bar, whole=whole)
    if as_json:
        emit({"made": made})
    else:
        out.print(f"{many(sum(made.values()), 'large file')} made of small ones")


def _compacted(archive: Archive, topic: str, bar: Progress, *, whole: bool) -> int:
    task = bar.add_task(topic, total=None)
    return len(compact(archive, topic, whole=whole, tell=lambda _name: bar.advance(task)))


@archive_command.command(
    "check",
    epilog=examples("stepstream archive check", "stepstream archive check --deep --json"),
)
@click.option("--deep", is_flag=True, help="Read every byte; without it only what files say.")
@json_option
def check_command(deep: bool, as_json: bool) -> int:
    """Name what is missing, twice, half written, foreign or too new in the archive.

    Exit code 0 where each offset is there and can be read, 1 otherwise.
    """
    archive = archive_of(configured())
    with count_progress("checking") as bar:
        task = bar.add_task("checking", total=None)
        checked = [check(archive, t, deep=deep, tell=lambda: bar.advance(task)) for t in SCHEMAS]
    if as_json:
        emit([_described(one) for one in checked])
    else:
        _show_findings(checked)
    return 0 if all(one.is_complete for one in checked) else EXIT_NO


@archive_command.command("status", epilog=examples("stepstream archive status --json"))
@json_option
def status_command(as_json: bool) -> None:
    """Say how much is in the archive, and how much Kafka has that is not, where it answers."""
    settings = configured()
    archive = archive_of(settings)
    rows = [_described(check(archive, topic)) for topic in SCHEMAS]
    for row in rows:
        row["not_archived"] = _not_archived(settings, str(row["topic"]), row["ends"])
        del row["findings"]
    if as_json:
        emit({"place": settings.archive_place, "topics": rows})
        return
    right = ("messages", "files", "MiB", "not archived")
    shown = table("topic", "messages", "files", "MiB", "from", "to", "not archived", right=right)
    for row in rows:
        behind = "?" if row["not_archived"] is None else number(row["not_archived"])
        cells = (number(row["rows"]), number(row["files"]), f"{row['bytes'] / _MIB:.1f}")
        shown.add_row(row["topic"], *cells, row["first_day"], row["last_day"], behind)
    out.print(shown)
    out.print(f"[{QUIET}]in {settings.archive_place}[/]")


def _described(checked: Checked) -> dict[str, Any]:
    return {
        "topic": checked.topic,
        "rows": checked.rows,
        "files": checked.files,
        "bytes": checked.size,
        "first_day": checked.first_day,
        "last_day": checked.last_day,
        "ends": {str(partition): end for partition, end in checked.ends.items()},
        "complete": checked.is_complete,
        "findings": [one._asdict() for one in checked.findings],
    }


def _show_findings(checked: list[Checked]) -> None:
    shown = table("what", "where", "")
    for one in checked:
        for finding in one.findings:
            shown.add_row(finding.code, finding.where, finding.text)
    if shown.rows:
        out.print(shown)
    messages, files = sum(one.rows for one in checked), sum(one.files for one in checked)
    held = f"{many(messages, 'message')} in {many(files, 'file')}"
    if all(one.is_complete for one in checked):
        out.print(f"[{GOOD}]complete[/]: {held}")
    else:
        out.print(f"[{BAD}]not complete[/]: {held}")


def _not_archived(settings: Settings, topic: str, ends: dict[str, int]) -> int | None:
    try:
        admin = Admin(with_kafka(settings).kafka, _ANSWER_SEC)
        found = admin.ends(settings.prefix + topic)
    except StepstreamError:
        return None
    return sum(max(0, end - 1 - ends.get(str(part), -1)) for part, end in found.items())
