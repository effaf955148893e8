"""`publish`: the statements of a file into their topic."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import click

from stream import clock
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import services
from stream.cli.output import byte_progress, emit, examples, json_option, many, number, out
from stream.kafka import Publisher
from stream.log import Message
from stream.publish import StatementMessages, paced, send_all
from stream.settings import Settings
from stream.statement_files import StatementFile
from stream.topic_creation import create_topics
from stream.topics import STATEMENTS

_MESSAGES_BETWEEN_UPDATES = 200
_SHOWN = 5


@click.command(
    "publish",
    epilog=examples(
        "stepstream publish statements.jsonl.gz",
        "stepstream publish statements.json --rate 500",
    ),
)
@click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Messages a second; 0, the default, means as fast as Kafka takes them.",
)
@json_option
def publish_command(file: Path, rate: float, as_json: bool) -> int:
    """Publish the statements of FILE, and return when Kafka has acknowledged all of them.

    FILE holds JSON lines (plain or gzip; a line is a statement or an array of them) or one JSON
    array; `-` reads standard input. Each line, or element of the array, becomes a message, byte
    for byte, good or bad: the workers decide what can be used (`stepstream validate` tells
    beforehand). Publishing a file twice is harmless: statements that are known count once.

    Exit code 0 if all were published, 1 if some are too large for Kafka, 75 if Kafka did not
    take all of them.
    """
    settings = services()
    create_topics(settings)
    started = clock.monotonic()
    sent, too_large = _publish(file, rate, settings)
    seconds = clock.monotonic() - started
    if as_json:
        emit({"published": sent, "too_large": too_large, "seconds": round(seconds, 3)})
    else:
        speed = number(sent / max(seconds, 0.001))
        out.print(f"{many(sent, 'message')} published in {seconds:.1f} s ({speed} a second)")
    if too_large:
        lines = ", ".join(map(str, too_large[:_SHOWN]))
        say(f"{many(len(too_large), 'message')} too large for Kafka (line {lines}): split them")
    return EXIT_NO if too_large else 0


def _publish(file: Path, rate: float, settings: Settings) -> tuple[int, list[int]]:
    statements = StatementFile(file)
    messages = StatementMessages(statements, settings.prefix + STATEMENTS.name)
    with Publisher(settings.kafka) as sender, byte_progress("publishing") as progress:
        task = progress.add_task("", total=statements.size or None)

        def watched() -> Iterator[Message]:
            for count, message in enumerate(messages):
                if count % _MESSAGES_BETWEEN_UPDATES == 0:
                    progress.update(task, completed=statements.position)
                yield message

        sent = send_all(paced(watched(), rate, clock.monotonic, Event().wait), sender)
    return sent, messages.too_large
