"""`queue`: what a learner is offered next, and why."""

import asyncio
from collections.abc import Iterator
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from schemas.codec import decode_json
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import keys_of, services
from stream.cli.output import QUIET, STRONG, day, examples, json_option, out, table, when
from stream.namespaces import serving
from stream.settings import Settings
from stream.store.redis_store import RedisStore


@click.command(
    "queue",
    epilog=examples(
        "stepstream queue 1001",
        "stepstream queue ada@example.org --json",
        'stepstream queue "https://lms.example.org|1001"',
    ),
)
@click.argument("learner")
@json_option
def queue_command(learner: str, as_json: bool) -> int:
    """Show the queue of LEARNER: what is next, how long it takes, when, and why.

    LEARNER is a learner key (32 hexadecimal digits) or an identifier as the LMS has it: an account
    name, `homePage|name`, or an e-mail address.

    Exit code 0 if there is a queue, 1 if nothing is known of LEARNER.
    """
    settings = services()
    found = asyncio.run(_queue(keys_of(learner, settings), settings))
    if found is None:
        say(
            f"there is no queue for {learner}: no event of theirs has been handled (look at "
            "`stepstream status`), or the identifier is written differently in the statements"
        )
        return EXIT_NO
    if as_json:
        click.echo(found)
    else:
        _show(decode_json(found))
    return 0


async def _queue(keys: tuple[str, ...], settings: Settings) -> bytes | None:
    settings = await serving(settings)
    store = RedisStore(settings.store, settings.partitions)
    try:
        for key in keys:
            if found := await store.queue(key):
                return found
        return None
    finally:
        await store.close()


def _show(queue: dict[str, Any]) -> None:
    why = queue["cause"].get("change") or queue["cause"].get("verb", "").rsplit("/", 1)[-1]
    out.print(f"[{STRONG}]queue of {queue['learner']}[/]")
    out.print(
        f"[{QUIET}]{when(queue['generated_at'])} UTC, after: {escape(why)}; "
        f"policy {escape(queue['policy'])}, event {queue['version']}[/]"
    )
    if queue["items"]:
        out.print(items_table(queue["items"], queue["generated_at"]))
    else:
        out.print("nothing is left to do, as far as the catalogue goes")


def items_table(items: list[dict[str, Any]], now: float) -> Table:
    """The items of a queue as people read them."""
    shown = table("#", "activity, and why", "min", "not before", "success", right=("#", "min"))
    for item in items:
        shown.add_row(
            str(item["rank"]),
            "\n".join(_lines(item)),
            f"{item['minutes']:.0f}",
            "now" if item["not_before"] <= now else day(item["not_before"]),
            f"{item['expected']['success']:.0%}",
        )
    return shown


def _lines(item: dict[str, Any]) -> Iterator[str]:
    yield f"[{STRONG}]{escape(item['title'])}[/]"
    for reason in item["reasons"]:
        yield f"{escape(reason['text'])} [{QUIET}]{reason['code']}[/]"
    if item["title"] != item["activity"]:
        yield f"[{QUIET}]{escape(item['activity'])}[/]"
