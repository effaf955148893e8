"""`models list` and `models show`: versions, and which is live."""

from typing import Any

import click

from schemas.checkpoint import Merge
from schemas.errors import Refused
from schemas.version import Version, measured, version_to_json
from stream.cli.ending import say
from stream.cli.output import (
    BAD,
    GOOD,
    QUIET,
    emit,
    examples,
    facts,
    json_option,
    number,
    out,
    table,
    when,
)
from stream.cli.releases import run
from stream.releases import Releases

_REPORT = "report.html"
_HISTORY = 5
_KEY = "success", "log_loss"
"""Model and measure that a list of versions shows; `show` and the report have all."""


@click.command(
    "list", epilog=examples("stepstream models list", "stepstream models list --json | jq .live")
)
@json_option
def list_command(as_json: bool) -> None:
    """List the versions that the offline job has made, what proving them came to, and the live one.

    They lie in STEPSTREAM_VERSIONS. docs/versions.md explains what a version is.
    """
    found = run(lambda _, releases: _listed(releases))
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
        version = releases.versions.facts(name)
        key = {"measured": measured(version, _KEY[0]), "damaged": ""}
        return {**facts, **version_to_json(version), **key}
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
    columns = "version", "made", "parent", "events", f"{_KEY[0]} {_KEY[1]}", "proof", ""
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
        return one["id"], "", "", "", "", f"[{BAD}]{one['damaged']}[/]", ""
    state = f"[{GOOD}]live{', pinned' if pinned else ''}[/]" if one["live"] else ""
    made, events = when(one["created_at"]), number(one["events"])
    cells = one["id"], made, one["parent"] or "-", events, _headline(one["measured"])
    return *cells, _proof(one["verdict"]), state


def _headline(measured: dict[str, dict[str, float]]) -> str:
    found = measured.get(_KEY[1])
    return f"{found['candidate']:.4f} (was {found['live']:.4f})" if found else "-"


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
    found, place = run(lambda _, releases: _found(releases, version))
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
