"""`proposals`: what the archived events say of the catalogue, for a person to accept."""

from pathlib import Path

import click

from offline.places import Place
from offline.proposals import Proposals, mine, sentences, yaml_of
from offline.versions import Versions
from schemas.errors import ConfigurationError, Refused
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import configured
from stream.cli.output import QUIET, count_progress, emit, err, examples, json_option, many, out
from stream.rebuild.sources import ARCHIVE, open_source
from stream.recalibrating import PROPOSALS
from stream.settings import Settings


@click.command(
    "proposals",
    epilog=examples(
        "stepstream proposals",
        "stepstream proposals -o proposals.yaml && stepstream load proposals.yaml --dry-run",
        "stepstream proposals v20261126-0045",
    ),
)
@click.argument("version", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Also write a catalogue there that `stepstream load` takes.",
)
@json_option
def proposals_command(version: str | None, output: Path | None, as_json: bool) -> int:
    """Show which skills seem to build on which, and which untagged activity seems to be about what.

    Mined from the archived events; with VERSION (an id, or its first characters), from those that
    the version was fitted on, and the file is laid beside its numbers. Nothing is ever applied: a
    person reads the evidence and puts what is right into the catalogue.

    Exit code 0 if something is proposed, 1 if not.
    """
    settings = configured()
    found = _of_version(settings, version) if version else _of_archive(settings)
    if output is not None:
        _write(output, found)
    told = sentences(found)
    if as_json:
        emit({"events": found.events, "share_of_learners": found.share, "proposals": told})
    for line in [] if as_json else told:
        out.print(f"- {line}", markup=False, soft_wrap=True)
    if not as_json:
        err.print(f"from {many(found.events, 'event')}", style=QUIET)
    if not found:
        say("nothing surely builds on anything, and no activity surely lacks a skill")
        return EXIT_NO
    return 0


def _of_archive(settings: Settings) -> Proposals:
    return _mined(settings, open_source(ARCHIVE, settings).ends())


def _of_version(settings: Settings, version: str) -> Proposals:
    versions = Versions(Place(settings.versions_place))
    facts = versions.facts(versions.resolve(version))
    found = _mined(settings, dict(facts.trained_up_to))
    if not versions.place.has(f"{facts.id}/{PROPOSALS}"):
        versions.attach(facts.id, PROPOSALS, yaml_of(found).encode())
    return found


def _mined(settings: Settings, up_to: dict[int, int]) -> Proposals:
    source = open_source(ARCHIVE, settings)
    total = source.count({}, up_to)
    if not total:
        raise Refused(
            "the archive has no events to look at: run `stepstream archive run --once` first"
        )
    with count_progress("mining") as progress:
        task = progress.add_task("", total=total)
        return mine(source, up_to, lambda done: progress.advance(task, done))


def _write(path: Path, found: Proposals) -> None:
    try:
        path.write_text(yaml_of(found), "utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}): name another file"
        ) from error
