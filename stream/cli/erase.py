"""`erase`: everything about one person, from every store."""

import asyncio
from collections.abc import Iterable

import click

from schemas.erasure_receipt import Expires, Receipt
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import keys_of, services
from stream.cli.output import (
    GOOD,
    QUIET,
    STRONG,
    count_progress,
    emit,
    err,
    examples,
    json_option,
    many,
    number,
    out,
    table,
    when,
)
from stream.erasing.erasure import Watch, Wish, erase, readmit
from stream.erasing.who import Person, person_of
from stream.kafka import Publisher
from stream.settings import Settings
from stream.wiring import pseudonyms

_DEFAULT = Wish()


@click.command(
    "erase",
    epilog=examples(
        "stepstream erase 1001 ada@example.org",
        "stepstream erase 'https://lms.example.org|1001' --yes --json > receipt.json",
        "stepstream erase --readmit 1001",
    ),
)
@click.argument("learners", metavar="LEARNER...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--readmit", "lets_in", is_flag=True, help="Let them in again, from now on.")
@click.option(
    "--patience",
    type=click.FloatRange(min=1.0),
    default=_DEFAULT.patience_sec,
    show_default=True,
    help="Seconds that a worker is waited for.",
)
@click.option(
    "--most",
    type=click.IntRange(min=0),
    default=_DEFAULT.most,
    show_default=True,
    help="Topics with more messages are not looked through for what expires.",
)
@click.option("--tenant", help="Whose learner it is; else the tenant of the settings.")
@json_option
def erase_command(
    *,
    learners: tuple[str, ...],
    tenant: str | None,
    yes: bool,
    lets_in: bool,
    patience: float,
    most: int,
    as_json: bool,
) -> int:
    """Erase a person: state, queue, archive, and whatever else holds them. It cannot be undone.

    Give all identifiers of the one person, each as in `stepstream queue`: an account name,
    `homePage|name`, an e-mail address, or a learner key. Statements, dead letters and archived
    rows are found whatever form names the person there, and wherever in them.

    From now on nothing of theirs is taken, also from a replay, until --readmit. The command waits
    until all stores are done. Killed or failed, run it again. What Kafka keeps until it expires is
    told, with the date.

    Exit code 0 if it is done, 1 if nothing of the person was found: they are barred all the same.
    """
    settings = services()
    theirs = settings.with_(tenant=tenant or settings.tenant)
    keys = [key for learner in learners for key in keys_of(learner, theirs)]
    person = person_of(keys, pseudonyms(theirs), settings.home_page, settings.tenant)
    if lets_in:
        count = asyncio.run(_readmitted(settings, person))
        out.print(f"[{GOOD}]{many(count, 'learner key')} readmitted[/]: what arrives now counts")
        return 0
    if not yes:
        known = many(len(person.keys), "learner key")
        click.confirm(f"erase all of this person ({known})? It cannot be undone", abort=True)
    receipt = _erased(settings, person, Wish(patience, most))
    if as_json:
        emit(receipt.to_json())
    else:
        _show(receipt)
    if not receipt.known:
        say(
            "nothing of this person was found, and nothing will be taken of them from now on; if "
            "the identifier is written differently in the statements, erase that one"
        )
    return 0 if receipt.known else EXIT_NO


def _erased(settings: Settings, person: Person, wish: Wish) -> Receipt:
    told = [""]

    def step(text: str) -> None:
        if text != told[0]:
            err.print(text, style=QUIET, markup=False)
        told[0] = text

    with count_progress("archive files") as files, count_progress("messages") as messages:
        looked_at, read = (bar.add_task("", total=None) for bar in (files, messages))

        def looked(done: int, total: int) -> None:
            files.update(looked_at, completed=done, total=max(done, total))

        watch = Watch(step, looked, lambda more: messages.advance(read, more))
        return asyncio.run(_erase(settings, person, wish, watch))


async def _erase(settings: Settings, person: Person, wish: Wish, watch: Watch) -> Receipt:
    with Publisher(settings.kafka) as log:
        return await erase(settings, person, log, wish, watch)


async def _readmitted(settings: Settings, person: Person) -> int:
    with Publisher(settings.kafka) as log:
        return await readmit(settings, person, log)


def _show(receipt: Receipt) -> None:
    out.print(f"[{STRONG}]erasure {receipt.who}[/]")
    shown = table("erased", "of", "count", right=("count",))
    for gone in receipt.erased:
        shown.add_row(gone.what, f"{gone.store} {gone.where}", number(gone.count))
    if receipt.erased:
        out.print(shown)
    if receipt.expires:
        out.print(_expiring(receipt.expires))
    for stays in receipt.stays:
        out.print(f"stays: {stays.where}: {stays.why}", style=QUIET, markup=False)
    for left in receipt.not_searched:
        out.print(f"not searched: {left}", markup=False)
    out.print(f"[{GOOD}]done[/] {when(receipt.finished_at)} UTC")


def _expiring(expires: Iterable[Expires]) -> object:
    shown = table("expires in Kafka", "messages", "gone by (UTC)", "what", right=("messages",))
    for one in expires:
        count = "not counted" if one.messages is None else number(one.messages)
        shown.add_row(one.topic, count, "?" if one.until is None else when(one.until), one.why)
    return shown
