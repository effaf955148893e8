"""`replay`: everything again from the events, beside what serves; and changing over."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from schemas.errors import ConfigurationError
from stream import clock
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import services
from stream.cli.output import (
    BAD,
    GOOD,
    QUIET,
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
from stream.namespaces import Filled, Namespaces, serving
from stream.rebuild.rebuild import Plan, Watch, rebuild
from stream.rebuild.sources import ARCHIVE, TOPIC, open_source
from stream.rebuild.switching import change_over
from stream.rebuild.verifying import Verified, Verifier
from stream.settings import Settings
from stream.store.redis_store import RedisStore

_SHOWN = 20

source_option = click.option(
    "--from",
    "source",
    type=click.Choice((TOPIC, ARCHIVE)),
    default=TOPIC,
    show_default=True,
    help="Where the events are.",
)


@click.group(
    "replay",
    invoke_without_command=True,
    epilog=examples(
        "stepstream replay",
        "stepstream replay --from archive --switch",
        "stepstream replay verify",
        "stepstream replay list",
        "stepstream replay switch r20261126-011500.",
        "stepstream replay drop r20261126-011500.",
    ),
)
@source_option
@click.option("--into", metavar="NAME", help="Name of the namespace; else made of the time.")
@click.option(
    "--hands",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="one a core",
    help="Processes that work at the same time.",
)
@click.option("--switch", is_flag=True, help="Have it serve when it is whole.")
@json_option
@click.pass_context
def replay_command(
    context: click.Context,
    source: str,
    into: str | None,
    hands: int,
    switch: bool,
    as_json: bool,
) -> int:
    """Build states, models and queues anew from all events, beside those that serve.

    Workers go on meanwhile; nothing that serves is touched. The models begin from nothing and learn
    every event once. With --switch the new namespace serves when it is whole: workers end, start
    there (run them with --restart) and catch up with what has come since. What served before stays,
    so that one can switch back, until it is dropped.

    Exit code 0 if it is whole, 1 if there is no event to learn.
    """
    if context.invoked_subcommand is not None:
        return 0
    settings = services()
    plan = _plan(settings, source, into, hands)
    if not plan.events:
        say(f"the {source} holds no event: look at `stepstream status`")
        return EXIT_NO
    started = clock.monotonic()
    filled = _rebuilt(settings, plan)
    seconds = clock.monotonic() - started
    if switch:
        asyncio.run(change_over(settings, filled.namespace))
    if as_json:
        emit(_plain(filled, settings) | {"seconds": seconds, "serves": switch})
    else:
        _tell(filled, seconds, settings, switched=switch)
    return 0


def _plan(settings: Settings, source: str, into: str | None, hands: int) -> Plan:
    now = clock.now()
    made = datetime.fromtimestamp(now, UTC).strftime("r%Y%m%d-%H%M%S.")
    ends = open_source(source, settings).ends()
    everyone = dict.fromkeys(range(settings.partitions), -1) | ends
    if len(everyone) > settings.partitions:
        raise ConfigurationError(
            f"the {source} has {len(everyone)} partitions, not {settings.partitions}: set "
            f"STEPSTREAM_PARTITIONS={len(everyone)}"
        )
    return Plan(
        namespace=settings.prefix + (into or made),
        source=source,
        ends=everyone,
        hands=hands,
        now=now,
    )


def _rebuilt(settings: Settings, plan: Plan) -> Filled:
    err.print(f"replaying {many(plan.events, 'event')} into {plan.namespace}", style=QUIET)
    with count_progress("learning") as events, count_progress("writing queues") as learners:
        learned = events.add_task("", total=plan.events)
        written = learners.add_task("", total=None)
        watch = Watch(
            lambda done: events.advance(learned, done),
            lambda done: learners.advance(written, done),
        )
        return asyncio.run(rebuild(settings, plan, watch))


def _plain(filled: Filled, settings: Settings) -> dict[str, Any]:
    return {
        "namespace": filled.namespace,
        "name": filled.namespace.removeprefix(settings.prefix),
        "made_at": filled.made_at,
        "source": filled.source,
        "events": filled.events,
        "learners": filled.learners,
        "complete": filled.complete,
        "offsets": {str(p): offset for p, offset in sorted(filled.offsets.items())},
    }


def _tell(filled: Filled, seconds: float, settings: Settings, *, switched: bool) -> None:
    name = filled.namespace.removeprefix(settings.prefix)
    out.print(
        f"{many(filled.events, 'event')} of {many(filled.learners, 'learner')} in {seconds:.1f} s, "
        f"{number(round(filled.events / max(seconds, 1e-9)))} a second"
    )
    if switched:
        out.print(f"[{GOOD}]{name} serves[/]; back: `stepstream replay switch`")
    else:
        out.print(f"to have it serve: `stepstream replay switch {name}`")


@replay_command.command("verify", epilog=examples("stepstream replay verify --from archive"))
@source_option
@json_option
def verify_command(source: str, as_json: bool) -> int:
    """Compare every feature that serves with what the events yield, while workers go on.

    Each learner's state is read together with the offset up to which it counts, the events are
    counted up to that very offset, and the features of both are compared exactly.

    Exit code 0 if nothing differs, 1 if something does.
    """
    settings = services()
    with count_progress("comparing learners") as progress:
        task = progress.add_task("", total=None)
        found = asyncio.run(_verified(settings, source, lambda n: progress.advance(task, n)))
    if as_json:
        emit(asdict(found))
    else:
        _tell_verified(found)
    return 0 if found.same else EXIT_NO


async def _verified(settings: Settings, source: str, tell: Callable[[int], None]) -> Verified:
    settings = await serving(settings)
    store = RedisStore(settings.store, settings.partitions)
    events, window = open_source(source, settings), settings.statement_window
    try:
        return await Verifier(store, events, window, clock.now()).run(settings.partitions, tell)
    finally:
        await store.close()


def _tell_verified(found: Verified) -> None:
    out.print(
        f"{many(found.features, 'feature')} of {many(found.learners, 'learner')} compared, from "
        f"{many(found.events, 'event')}"
    )
    for one in found.differences[:_SHOWN]:
        out.print(f"[{BAD}]{one.learner} {one.feature}[/]: {one.serves!r} serves, {one.replayed!r}")
    if found.same:
        out.print(f"[{GOOD}]all are the same[/]")
    else:
        out.print(f"[{BAD}]{many(len(found.differences), 'difference')}[/]: --json has them")


@replay_command.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """Say which namespaces there are, and which of them serves."""
    settings = services()
    filled, serving = asyncio.run(_listed(settings))
    if as_json:
        made = [_plain(one, settings) for one in filled]
        emit({"serves": serving.removeprefix(settings.prefix), "made": made})
        return
    shown = table("namespace", "made (UTC)", "from", "events", "learners", "", right=("events",))
    shown.add_row("(the first)", "", "", "", "", _mark(settings.prefix, serving, whole=True))
    for one in filled:
        name = one.namespace.removeprefix(settings.prefix)
        figures = number(one.events), number(one.learners)
        mark = _mark(one.namespace, serving, whole=one.complete)
        shown.add_row(name, when(one.made_at), one.source, *figures, mark)
    out.print(shown)


def _mark(namespace: str, serving: str, *, whole: bool) -> str:
    if namespace == serving:
        return f"[{GOOD}]serves[/]"
    return "" if whole else "not whole: drop it"


async def _listed(settings: Settings) -> tuple[list[Filled], str]:
    namespaces = Namespaces(settings.store, settings.prefix)
    try:
        return await namespaces.filled(), await namespaces.serving()
    finally:
        await namespaces.close()


@replay_command.command("switch")
@click.argument("name", default="")
def switch_command(name: str) -> None:
    """Have the namespace NAME serve; without NAME the first one, which no replay has made."""
    settings = services()
    asyncio.run(change_over(settings, settings.prefix + name))
    out.print(f"[{GOOD}]{name or 'the first namespace'} serves[/]")


@replay_command.command("drop")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop_command(name: str, yes: bool) -> int:
    """Remove a namespace that does not serve, with all that is in it.

    NAME is `first` for the one that no replay has made.

    Exit code 0 if it is gone, 1 if nothing was there.
    """
    settings = services()
    namespace = settings.prefix + ("" if name == "first" else name)
    if not yes:
        click.confirm(f"remove all states, queues and models of {name}?", abort=True)
    gone = asyncio.run(_drop(settings, namespace))
    if not gone:
        say(f"nothing was in {name}: `stepstream replay list` names what there is")
        return EXIT_NO
    out.print(f"{many(gone, 'key')} removed")
    return 0


async def _drop(settings: Settings, namespace: str) -> int:
    namespaces = Namespaces(settings.store, settings.prefix)
    try:
        return await namespaces.drop(namespace, settings.partitions)
    finally:
        await namespaces.close()
