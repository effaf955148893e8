"""`models list`, `show`, `promote`, `pin`, `unpin`, `rollback`: versions and which is live."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import click

from schemas.checkpoint import Merge
from schemas.errors import Refused, Unavailable
from schemas.version import Version, version_to_json
from stream import clock
from stream.cli.ending import say
from stream.cli.environment import services
from stream.cli.output import (
    BAD,
    GOOD,
    QUIET,
    STRONG,
    count_progress,
    emit,
    examples,
    facts,
    json_option,
    many,
    number,
    out,
    table,
    when,
)
from stream.kafka import Admin, Publisher
from stream.namespaces import serving
from stream.releases import Releases
from stream.settings import Settings
from stream.store.redis_store import RedisStore
from stream.topics import EVENTS

T = TypeVar("T")
_LOOK_SEC = 0.05
_PATIENCE_SEC = 60.0
"""So long running workers may take to adopt."""
_ANSWER_SEC = 3.0
_REPORT = "report.html"
_HISTORY = 5


def _run(work: Callable[[Settings, Releases], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = await serving(services())
        store = RedisStore(settings.store, settings.partitions)
        try:
            return await work(settings, Releases(settings, store.pool, clock.now))
        finally:
            await store.close()

    return asyncio.run(run())


@click.command(
    "list", epilog=examples("stepstream models list", "stepstream models list --json | jq .live")
)
@json_option
def list_command(as_json: bool) -> None:
    """List the versions that the offline job has made, what proving them came to, and the live one.

    They lie in STEPSTREAM_VERSIONS. docs/versions.md explains what a version is.
    """
    found = _run(lambda _, releases: _listed(releases))
    if as_json:
        emit(found)
    else:
        _show_list(found)


async def _listed(releases: Releases) -> dict[str, Any]:
    line = await releases.live()
    pinned = await releases.pool.pinned()
    history = [_happened(one) for one in await releases.pool.promotions()]
    versions = [_described(releases, name, line) for name in releases.versions.ids()]
    live = line[-1] if line else ""
    return {"live": live, "pinned_at": pinned, "versions": versions, "history": history}


def _described(releases: Releases, name: str, line: Any) -> dict[str, Any]:
    facts = {"id": name, "live": name in line[-1:], "can_be_gone_back_to": name in line[:-1]}
    try:
        return {**facts, **version_to_json(releases.versions.facts(name)), "damaged": ""}
    except Refused as error:
        return {**facts, "damaged": str(error)}


def _happened(merge: Merge) -> dict[str, Any]:
    what = "rolled back" if merge.promoted is None else "promoted"
    version = "" if merge.promoted is None else merge.promoted.id
    return {"at": merge.at, "what": what, "version": version, "base": merge.version}


def _show_list(found: dict[str, Any]) -> None:
    if not found["versions"]:
        say("there is no version yet: `stepstream recalibrate` makes one")
        return
    columns = "version", "made", "parent", "events", "proof", ""
    shown = table(*columns, right=("events",))
    for one in found["versions"]:
        shown.add_row(*_row(one, pinned=found["pinned_at"] is not None))
    out.print(shown)
    if not found["live"]:
        out.print(f"[{QUIET}]no version is live: what the stream has learned by itself serves[/]")
    for one in found["history"][-_HISTORY:]:
        out.print(f"[{QUIET}]{when(one['at'])} UTC  {one['what']} {one['version']}[/]")


def _row(one: dict[str, Any], *, pinned: bool) -> tuple[str, ...]:
    if one["damaged"]:
        return one["id"], "", "", "", f"[{BAD}]{one['damaged']}[/]", ""
    state = f"[{GOOD}]live{', pinned' if pinned else ''}[/]" if one["live"] else ""
    made, events = when(one["created_at"]), number(one["events"])
    return one["id"], made, one["parent"] or "-", events, _proof(one["verdict"]), state


def _proof(verdict: dict[str, Any] | None) -> str:
    if verdict is None:
        return "not proved"
    colour, word = (GOOD, "better") if verdict["passed"] else (BAD, "failed")
    return f"[{colour}]{word}[/]: {'; '.join(verdict['reasons'])}"


@click.command("show", epilog=examples("stepstream models show v20261126"))
@click.argument("version")
@json_option
def show_command(version: str, as_json: bool) -> None:
    """Show all that is known of VERSION (an id, or how it begins), and where its report is."""
    found, place = _run(lambda _, releases: _found(releases, version))
    if as_json:
        emit({**version_to_json(found), **place})
        return
    plain = version_to_json(found)
    rows = [(name, _text(name, value)) for name, value in plain.items() if name != "verdict"]
    out.print(facts([*rows, *place.items()]))
    out.print(_proof(plain["verdict"]))


async def _found(releases: Releases, prefix: str) -> tuple[Version, dict[str, str]]:
    name = releases.versions.resolve(prefix)
    report = f"{name}/{_REPORT}"
    place = releases.versions.place
    files = {"place": place.path(name)}
    if place.has(report):
        files["report"] = place.path(report)
    return releases.versions.facts(name), files


def _text(name: str, value: Any) -> str:
    if name == "created_at":
        return f"{when(value)} UTC"
    if isinstance(value, dict):
        return "  ".join(f"{key}: {one}" for key, one in value.items()) or "-"
    return str(value) if value not in {"", None} else "-"


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

    _tell(_run(work), as_json)


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

    _tell(_run(work), as_json)


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

    _tell_pin(_run(work), as_json)


@click.command("unpin", epilog=examples("stepstream models unpin"))
@json_option
def unpin_command(as_json: bool) -> None:
    """Let versions be promoted again."""

    async def work(_: Settings, releases: Releases) -> dict[str, Any]:
        await releases.pool.unpin()
        line = await releases.live()
        return {"pinned": False, "live": line[-1] if line else ""}

    _tell_pin(_run(work), as_json)


def _tell_pin(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    live = found["live"] or "what the stream has learned by itself"
    what = "stays live until `stepstream models unpin`" if found["pinned"] else "may be replaced"
    out.print(f"[{STRONG}]{live}[/] {what}")


COMMANDS = (
    list_command,
    show_command,
    promote_command,
    pin_command,
    unpin_command,
    rollback_command,
)
