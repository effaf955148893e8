"""`features`: what was known of learners at some moment, for whoever fits models of their own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import click

from offline.moments import Moments
from offline.passes.working_file import WorkingFile
from processors.features import describe
from schemas.codec import encode_json
from schemas.errors import ConfigurationError
from stream import clock
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import keys_of, services
from stream.cli.output import QUIET, count_progress, err, examples, many
from stream.cli.replay import source_option
from stream.learner_facts import names_of
from stream.rebuild.sources import open_source
from stream.reference_feed import load_reference
from stream.settings import Settings


@click.command(
    "features",
    epilog=examples(
        "stepstream features --at 2026-11-20T00:00:00Z -o features.jsonl",
        "stepstream features --from topic --learner 1001",
    ),
)
@click.option("--at", "moment", metavar="TIME", help="ISO 8601, by the log's clock; else now.")
@click.option("--learner", metavar="LEARNER", help="Only this one: key, or identifier of the LMS.")
@source_option
@click.option(
    "-o",
    "output",
    type=click.File("wb", atomic=True),
    default="-",
    metavar="FILE",
    help="Where to write; else standard output.",
)
def features_command(
    moment: str | None, learner: str | None, source: str, output: IO[bytes]
) -> int:
    """Write every learner's features as they were at a moment, one JSON object a line.

    Point-in-time: they are counted from the events that the log had by then, and no later event is
    looked at, so they are what the stream itself had at that moment. `learner`, `at`, and the
    features by name (docs/features.md); DuckDB, pandas and Spark read such files as they are.

    Exit code 0 if there is a learner, 1 if not.
    """
    settings = services()
    at = _moment(moment)
    wanted = None if learner is None else keys_of(learner, settings)
    count = 0
    for line in _lines(settings, source, at, wanted):
        output.write(line + b"\n")
        count += 1
    if not count:
        say(f"nothing was known {'of ' + learner if learner else 'of anybody'} at that moment")
        return EXIT_NO
    err.print(f"{many(count, 'learner')} as of {datetime.fromtimestamp(at, UTC)}", style=QUIET)
    return 0


def _moment(text: str | None) -> float:
    if text is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"{text!r} is no moment: write it as 2026-11-20T00:00:00Z or 2026-11-20"
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _lines(
    settings: Settings, source: str, at: float, wanted: tuple[str, ...] | None
) -> Iterator[bytes]:
    names = names_of(load_reference(settings.kafka, settings.prefix))
    events = open_source(source, settings)
    with TemporaryDirectory() as folder, WorkingFile(Path(folder) / "states") as file:
        moments = Moments(events, file, settings.statement_window)
        with count_progress("counting events") as progress:
            task = progress.add_task("", total=events.count({}, events.ends()))
            moments.advance_to(at, lambda done: progress.advance(task, done))
        for learner in moments.learners if wanted is None else wanted:
            state = moments.learners.get(learner)
            if state is not None:
                told: dict[str, Any] = {"learner": learner, "at": at}
                yield encode_json(told | describe(state, at, names))
