"""`models`: how good the models are, and which of them serve."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click
from rich.table import Table

from online_models.guard import PutAside, describe
from online_models.prequential import Quality
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import services
from stream.cli.output import (
    BAD,
    GOOD,
    QUIET,
    emit,
    examples,
    json_option,
    many,
    number,
    out,
    table,
    when,
)
from stream.cli.promotion import pin_command, promote_command, rollback_command, unpin_command
from stream.cli.versions import list_command, show_command
from stream.model_report import Measured, ModelReport, Report, Reporter
from stream.namespaces import serving
from stream.settings import Settings
from stream.store.redis_store import RedisStore

_EVERY_SEC = 2.0
_UNKNOWN = "-"


@click.group(
    "models",
    invoke_without_command=True,
    epilog=examples(
        "stepstream models",
        "stepstream models --watch",
        "stepstream models --json | jq '.models[].measured.put_aside'",
        "stepstream models list",
    ),
)
@json_option
@click.option("--watch", is_flag=True, help="Look again every two seconds, until Ctrl-C.")
@click.pass_context
def models_command(context: click.Context, as_json: bool, watch: bool) -> int:
    """Show how good each model's predictions are, beside its baseline's, and whether it serves.

    Each prediction is scored before the model learns what came out: over all outcomes (total), and
    over about the newest 5,000 and 500 of each partition, the newest counting most. A model that
    goes bad is put aside: its baseline serves until the model is the better one again.
    docs/model-quality.md explains the measures and the rules.

    The commands below are about versions, which the offline job makes (docs/versions.md).

    Everything is read from Redis, as the last checkpoints have it: no worker has to run.

    Exit code 0 if events have been learned from, 1 if not.
    """
    if context.invoked_subcommand is not None:
        return 0
    return asyncio.run(_run(services(), as_json, watch))


for command in (
    list_command,
    show_command,
    promote_command,
    pin_command,
    unpin_command,
    rollback_command,
):
    models_command.add_command(command)


async def _run(settings: Settings, as_json: bool, watch: bool) -> int:
    settings = await serving(settings)
    store = RedisStore(settings.store, settings.partitions)
    reporter = Reporter(store.pool, settings.store.namespace, settings.partitions)
    show = _emit if as_json else _show
    try:
        report = await reporter.read()
        while watch:
            if out.is_terminal and not as_json:
                out.clear()
            show(report)
            await asyncio.sleep(_EVERY_SEC)
            report = await reporter.read()
    finally:
        await store.close()
    if not report.events:
        say("no event has been learned from yet: look at `stepstream status`")
        return EXIT_NO
    show(report)
    return 0


def _emit(report: Report) -> None:
    models = [_plain(model) for model in report.models]
    facts = {"partitions": report.partitions, "events": report.events, "base": report.base}
    emit({**facts, "models": models})


def _plain(model: ModelReport) -> dict[str, Any]:
    plain = asdict(model)
    if model.measured is not None:
        unit = model.measured.unit
        aside = model.measured.put_aside.items()
        plain["measured"]["put_aside"] = [_told(*one, unit) for one in aside]
    return plain


def _told(partition: int, standing: PutAside, unit: str) -> dict[str, Any]:
    return {
        "partition": partition,
        "reason": standing.reason,
        "since": standing.since._asdict(),
        "finding": standing.finding._asdict(),
        "why": describe(standing, unit),
    }


def _show(report: Report) -> None:
    where = f"{many(report.events, 'event')} in {many(report.partitions, 'partition')}"
    out.print(f"[{QUIET}]{where}, shared parameters of version {report.base}[/]")
    measured = [(one.name, one.measured) for one in report.models if one.measured is not None]
    out.print(_quality(measured))
    out.print(_models(report))
    for name, one in measured:
        for line in _reasons(name, one):
            out.print(line)


def _quality(measured: list[tuple[str, Measured]]) -> Table:
    figures = ("outcomes", "AUC", "log-loss", "baseline's", "ECE", "RMSE", "its baseline's", "80 %")
    shown = table("model", "over", *figures, right=figures)
    for name, one in measured:
        for window, quality in one.quality.items():
            total = window == "total"
            over = "all" if total else f"newest {int(window):,}"
            shown.add_row(name if total else "", over, *_figures(quality))
    return shown


def _figures(quality: Quality) -> Iterator[str]:
    yield number(quality.events)
    for value in (
        quality.auc,
        quality.log_loss,
        quality.baseline_log_loss,
        quality.ece,
        quality.rmse,
        quality.baseline_rmse,
    ):
        yield _UNKNOWN if value is None else f"{value:.3f}"
    yield _UNKNOWN if quality.coverage is None else f"{quality.coverage:.0%}"


def _models(report: Report) -> Table:
    figures = ("drifts", "parameters", "changed since")
    shown = table("model", "serves", *figures, "schema", right=figures)
    for model in report.models:
        drifts = _UNKNOWN if model.measured is None else str(model.measured.drifts)
        sizes = number(model.shared), number(model.own)
        schema = model.schema.partition(":")[0]
        shown.add_row(model.name, _serves(model, report.partitions), drifts, *sizes, schema)
    return shown


def _serves(model: ModelReport, partitions: int) -> str:
    if model.measured is None:
        return _UNKNOWN
    aside = len(model.measured.put_aside)
    if not aside:
        return f"[{GOOD}]yes[/]"
    return f"[{BAD}]baseline in {aside} of {partitions}[/]"


def _reasons(name: str, measured: Measured) -> Iterator[str]:
    if measured.drifts:
        yield f"{name}: newest drift {when(measured.drift_at)} UTC"
    for partition, standing in measured.put_aside.items():
        why = describe(standing, measured.unit)
        yield f"{name} in partition {partition}: [{BAD}]{why}[/], since {_since(standing)}"


def _since(standing: PutAside) -> str:
    return f"{when(standing.since.at)} UTC, outcome {number(standing.since.events)}"
