"""`prove`: a version of the models against those that were live, on the time after its fit."""

from pathlib import Path
from typing import Any

import click
from rich.progress import Progress, TaskID
from rich.table import Table

from offline.places import Place
from offline.proof import DEFAULT, Proof
from offline.proof.bootstrap import Difference
from offline.proof.gate_file import read_gate
from offline.proof.measures import MEASURES
from offline.report import About, content_of, render
from offline.versions import Versions
from schemas.errors import ConfigurationError
from schemas.version import Version
from stream.cli.answer_options import EXISTING
from stream.cli.ending import EXIT_NO
from stream.cli.environment import configured
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
    out,
    table,
)
from stream.proving import prove_again
from stream.rebuild.sources import ARCHIVE, open_source
from stream.recalibrating import REPORT


@click.command(
    "prove",
    epilog=examples(
        "stepstream prove v20261126-0045",
        "stepstream prove v20261126-0045 --gate gate.yaml --report report.html",
        "stepstream prove v20261126-0045 --json | jq .verdict",
    ),
)
@click.argument("version")
@click.option("--gate", type=EXISTING, help="YAML file: what it must show; see docs/proof.md.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the page there.",
)
@json_option
def prove_command(version: str, gate: Path | None, report: Path | None, as_json: bool) -> int:
    """Prove VERSION (an id, or its first characters) on what the archive has of later events.

    The version and the live models that it was made from begin with the same learners and go
    through all events after its fit: each is predicted by both, then learned by both. Passing takes
    being worse nowhere that matters, better somewhere, and no sign of having seen those events.

    A version that nobody has proved yet keeps the verdict and the page; one that was proved keeps
    what it has. No server has to run.

    Exit code 0 if it passes, 1 if it does not.
    """
    settings = configured()
    versions = Versions(Place(settings.versions_place))
    loaded = versions.load(versions.resolve(version))
    asked = DEFAULT if gate is None else read_gate(gate)
    folder = Path(settings.home)
    folder.mkdir(parents=True, exist_ok=True)
    with count_progress("proving") as progress:
        proof = prove_again(
            open_source(ARCHIVE, settings),
            loaded,
            asked,
            window=settings.statement_window,
            folder=folder,
            watch=_Bars(progress),
        )
    facts = loaded.version
    page = render(content_of(proof, about(facts)))
    if report is not None:
        _write(report, page)
    kept = facts.verdict is None
    if kept:
        _keep(versions, facts, proof, page)
    _tell(facts, proof, kept=kept, as_json=as_json)
    return 0 if proof.verdict.passed else EXIT_NO


def about(version: Version) -> About:
    """What the page says of a version beside its proof."""
    return About(
        version=version.id,
        parent=version.parent,
        created_at=version.created_at,
        code=version.code,
        seal=version.seal,
        events=version.events,
        settings=version.settings,
    )


class _Bars:
    """One bar for each thing that is done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        task = self._tasks.get(what)
        if task is None:
            task = self._tasks[what] = self._progress.add_task(what, total=total or None)
        self._progress.update(task, completed=done)


def _write(path: Path, page: bytes) -> None:
    try:
        path.write_bytes(page)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}): name another file"
        ) from error


def _keep(versions: Versions, facts: Version, proof: Proof, page: bytes) -> None:
    if not versions.place.has(f"{facts.id}/{REPORT}"):
        versions.attach(facts.id, REPORT, page)
    versions.prove(facts.id, proof.verdict, proof.metrics())


def _tell(facts: Version, proof: Proof, *, kept: bool, as_json: bool) -> None:
    verdict = {"passed": proof.verdict.passed, "reasons": list(proof.verdict.reasons)}
    if as_json:
        told: dict[str, Any] = {"version": facts.id, "verdict": verdict, "kept": kept}
        emit({**told, **proof.metrics()})
        return
    span = proof.span
    err.print(
        f"{many(span.events, 'event')} of {many(span.learners, 'learner')} after the fit",
        style=QUIET,
    )
    out.print(_measured(proof.differences))
    color, word = (GOOD, "passed") if proof.verdict.passed else (BAD, "refused")
    out.print(f"[{color}]{word}[/] {facts.id}")
    for reason in proof.verdict.reasons:
        out.print(f"  {reason}", markup=False)


def _measured(differences: tuple[Difference, ...]) -> Table:
    figures = ("live", "candidate", "better by", "95 %")
    shown = table("model", "measure", *figures, right=figures)
    for one in differences:
        if one.axis == "all":
            title = next(m.title for m in MEASURES[one.model] if m.name == one.measure)
            ends = f"{one.interval.low:+.4f} to {one.interval.high:+.4f}"
            values = (f"{one.live:.4f}", f"{one.candidate:.4f}", f"{one.better_by:+.4f}", ends)
            shown.add_row(one.model, title, *values)
    return shown
