"""`redrive`: dead letters back to where they came from."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from stream.cli.environment import services
from stream.cli.output import GOOD, QUIET, emit, examples, json_option, many, number, out, table
from stream.kafka import Publisher, Reader
from stream.publish import send_all
from stream.records import Record
from stream.redrive import Plan, Wish, plan, redrive
from stream.settings import Settings
from stream.topics import REJECTED


@click.command(
    "redrive",
    epilog=examples(
        "stepstream redrive",
        "stepstream redrive --reason bad_identifier --limit 10 --yes",
    ),
)
@click.option("--reason", default="", help="Only letters of this reason code.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option("--yes", is_flag=True, help="Send them; without it only say what would be sent.")
@json_option
def redrive_command(reason: str, limit: int | None, yes: bool, as_json: bool) -> None:
    """Send rejected statements again, byte for byte, once the cause has been mended.

    The cause may be a setting (STEPSTREAM_HOME_PAGE, STEPSTREAM_STRICT) or an older Stepstream;
    what the sender wrote does not change, so what is wrong in itself is rejected once more. Without
    --yes nothing is sent. What was sent again is marked in learning.rejected and not sent twice;
    even if it were, a statement counts once. Letters of reason id_conflict (a known statement id
    with another content) are left alone unless --reason names them.
    """
    settings = services()
    with _letters(settings) as letters:
        planned = plan(letters, Wish(reason, limit or 0))
    if yes and planned.chosen:
        with _letters(settings) as letters, Publisher(settings.kafka) as sender:
            redrive(
                letters,
                planned.chosen,
                settings.prefix,
                lambda messages: send_all(messages, sender),
            )
    if as_json:
        emit(_described(planned, sent=yes))
    else:
        _show(planned, sent=yes)


@contextmanager
def _letters(settings: Settings) -> Iterator[Iterator[Record]]:
    reader = Reader(settings.kafka, [settings.prefix + REJECTED.name])
    try:
        yield reader.to_end()
    finally:
        reader.close()


def _described(planned: Plan, *, sent: bool) -> dict[str, object]:
    return {
        "sent": sum(planned.sending().values()) if sent else 0,
        "chosen": dict(planned.sending()),
        "waiting": dict(planned.waiting()),
        "redriven_before": planned.done,
    }


def _show(planned: Plan, *, sent: bool) -> None:
    verb = "sent again" if sent else "would be sent"
    shown = table("reason", "letters", verb, right=("letters", verb))
    sending = planned.sending()
    for reason, count in planned.waiting().most_common():
        shown.add_row(reason, number(count), number(sending[reason]))
    if planned.reasons:
        out.print(shown)
    if planned.done:
        out.print(f"[{QUIET}]{many(planned.done, 'letter')} sent again before[/]")
    total = sending.total()
    if not total:
        out.print("nothing to send")
    elif sent:
        out.print(f"[{GOOD}]{many(total, 'letter')} sent again[/]")
    else:
        out.print(f"{many(total, 'letter')} would be sent again: add --yes to do it")
