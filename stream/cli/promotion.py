"""`models promote`, `rollback`, `pin`, `unpin`: which version is live."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import click

from schemas.checkpoint import Merge
from schemas.errors import Refused, Unavailable
from stream import clock
from stream.cli.ending import say
from stream.cli.output import STRONG, count_progress, emit, examples, json_option, many, out
from stream.cli.releases import run
from stream.kafka import Admin, Publisher
from stream.releases import Releases
from stream.settings import Settings
from stream.topics import EVENTS

_LOOK_SEC = 0.05
_PATIENCE_SEC = 60.0
"""So long running workers may take to adopt."""
_ANSWER_SEC = 3.0


@click.command(
    "promote",
    epilog=examples("stepstream models promote v20261126", "stepstream models rollback"),
)
@click.argument("version")
@json_option
def promote_command(version: str, as_json: bool) -> None:
    """Make VERSION (an id, or how it begins) live, without stopping a worker.

    Workers adopt it between two batches and re-apply what they have learned since it was fitted.
    Refused, with exit code 1 and what is live left as it is, where it was not proved better, is
    damaged, was made by other models or a newer Stepstream, does not come from what is live, or
    where what is live is pinned. Promoting what is live already changes nothing.
    """

    async def work(settings: Settings, releases: Releases) -> dict[str, Any]:
        name = releases.versions.resolve(version)
        return await _changed(settings, releases, lambda log: releases.promote(name, log))

    _tell(run(work), as_json)


@click.command(
    "rollback",
    epilog=examples("stepstream models rollback", "stepstream models rollback --to v20261119"),
)
@click.option("--to", metavar="VERSION", help="Take all promotions after this one back.")
@json_option
def rollback_command(to: str | None, as_json: bool) -> None:
    """Take the last promotion back; what has been learned since it stays learned.

    What is pinned can be rolled back, too; it stays pinned.
    """

    async def work(settings: Settings, releases: Releases) -> dict[str, Any]:
        name = releases.versions.resolve(to) if to else None
        return await _changed(settings, releases, lambda log: releases.roll_back(name, log))

    _tell(run(work), as_json)


async def _changed(
    settings: Settings, releases: Releases, change: Callable[[Publisher], Awaitable[Merge]]
) -> dict[str, Any]:
    running = asyncio.create_task(asyncio.to_thread(_running, settings))
    with Publisher(settings.kafka) as log:
        merge = await change(log)
        adopted, missing = await _wait(releases, merge.version, await running)
    live = await releases.live()
    return {
        "live": live[-1] if live else "",
        "base": merge.version,
        "partitions": settings.partitions,
        "adopted": len(adopted),
        "not_yet": sorted(missing),
    }


def _running(settings: Settings) -> set[int]:
    """Partitions of running workers; none where Kafka does not tell."""
    with suppress(Unavailable):
        admin = Admin(settings.kafka, _ANSWER_SEC)
        return admin.assigned(settings.group, settings.prefix + EVENTS.name)
    return set()


async def _wait(releases: Releases, base: int, wanted: set[int]) -> tuple[set[int], set[int]]:
    """Partitions that have adopted, and those of running workers that have not in time."""
    deadline = clock.monotonic() + _PATIENCE_SEC
    with count_progress("partitions adopt it") as progress:
        task = progress.add_task("", total=len(wanted))
        while True:
            adopted = await releases.adopted(base)
            progress.update(task, completed=len(adopted & wanted))
            if wanted <= adopted or clock.monotonic() > deadline:
                return adopted, wanted - adopted
            await asyncio.sleep(_LOOK_SEC)


def _tell(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    live = found["live"] or "no version: what the stream has learned by itself"
    out.print(f"live is [{STRONG}]{live}[/], shared parameters {found['base']}")
    left = found["partitions"] - found["adopted"]
    if not left:
        out.print(f"all {many(found['partitions'], 'partition')} have adopted it")
    elif found["not_yet"]:
        say(f"partitions {found['not_yet']} have not adopted it yet; see that their worker runs")
    else:
        say(f"no worker runs for {many(left, 'partition')}: adopted when one starts")


@click.command("pin", epilog=examples("stepstream models pin", "stepstream models pin v20261126"))
@click.argument("version", default="live")
@json_option
def pin_command(version: str, as_json: bool) -> None:
    """Keep what is live: nothing is promoted, by the offline job or by hand, until `unpin`.

    VERSION, where it is named, must be the one that is live. A rollback is possible all the same.
    """

    async def work(_: Settings, releases: Releases) -> dict[str, Any]:
        line = await releases.live()
        live = line[-1] if line else ""
        if version != "live" and releases.versions.resolve(version) != live:
            now = live or "no version"
            raise Refused(f"live is {now}: `stepstream models promote {version}` comes first")
        await releases.pool.pin(clock.now())
        return {"pinned": True, "live": live}

    _tell_pin(run(work), as_json)


@click.command("unpin", epilog=examples("stepstream models unpin"))
@json_option
def unpin_command(as_json: bool) -> None:
    """Let versions be promoted again."""

    async def work(_: Settings, releases: Releases) -> dict[str, Any]:
        await releases.pool.unpin()
        line = await releases.live()
        return {"pinned": False, "live": line[-1] if line else ""}

    _tell_pin(run(work), as_json)


def _tell_pin(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    live = found["live"] or "what the stream has learned by itself"
    what = "stays live until `stepstream models unpin`" if found["pinned"] else "may be replaced"
    out.print(f"[{STRONG}]{live}[/] {what}")
