"""`recalibrate`: fit the models on the archive, prove them, and promote what is better."""

import asyncio
import re
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from offline.fit.plan import Plan
from offline.fit.recalibration import Wish
from offline.fit.twin import Stream
from offline.proof import DEFAULT
from offline.proof.gate_file import read_gate
from schemas.checkpoint import Merge
from schemas.errors import StepstreamError
from schemas.version import version_to_json
from stream import clock
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import configured, services
from stream.cli.output import (
    BAD,
    GOOD,
    QUIET,
    emit,
    err,
    examples,
    json_option,
    many,
    out,
)
from stream.kafka import Publisher
from stream.metrics import Metrics
from stream.namespaces import serving
from stream.rebuild.sources import ARCHIVE, TOPIC
from stream.recalibrating import Made, Recalibrator, Request
from stream.releases import Releases
from stream.settings import Settings
from stream.store.redis_store import RedisStore

_PLAN = Plan()
_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_OF_SOME = (
    "--promote needs all learners: what is live has learned of all of them, and what is proved on "
    "some, of whom alone both sides have learned, need not be better than that. Leave out "
    "--promote, let `stepstream prove VERSION` compare it with what is live on what comes later, "
    "then `stepstream models promote VERSION`"
)
_BEAT_SEC = 1.0
_SHARE = re.compile(r"(\d+(?:\.\d+)?)(%?)")


class DurationType(click.ParamType):
    """`90s`, `30m`, `6h`, `1d`, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds; a number is taken as it is."""
        if isinstance(value, float):
            return value
        found = _DURATION.fullmatch(str(value).strip())
        if found is None or not float(found[1]):
            self.fail(f"{value!r} is no time: say 90s, 30m, 6h or 1d", param, ctx)
        return float(found[1]) * _UNITS[found[2]]


class ShareType(click.ParamType):
    """`20%` or `0.2`, from 0 to 0.9."""

    name = "share"
    bounds = "at most 90%"

    def fits(self, share: float) -> bool:
        """Whether it may be that much."""
        return 0.0 <= share <= 0.9  # noqa: PLR2004  what is left must be worth a fit

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The share of 1."""
        found = _SHARE.fullmatch(str(value).strip())
        share = -1.0 if found is None else float(found[1]) / (100.0 if found[2] else 1.0)
        if not self.fits(share):
            self.fail(f"{value!r} is no share: say 20% or 0.2, {self.bounds}", param, ctx)
        return share


class LearnersType(ShareType):
    """`20%` or `0.2`, above 0, up to 1."""

    bounds = "above 0 and at most 100%"

    def fits(self, share: float) -> bool:
        """Whether it may be that much."""
        return 0.0 < share <= 1.0


@click.command(
    "recalibrate",
    epilog=examples(
        "stepstream recalibrate",
        "stepstream recalibrate --promote",
        "stepstream recalibrate --promote --every 1d",
        "stepstream recalibrate --report report.html",
        "stepstream recalibrate --learners 10% --holdout 0",
    ),
)
@click.option(
    "--from",
    "source",
    type=click.Choice((ARCHIVE, TOPIC)),
    default=ARCHIVE,
    show_default=True,
    help="Where the events are.",
)
@click.option(
    "--passes",
    type=click.IntRange(1, 5),
    default=_PLAN.passes,
    show_default=True,
    help="How often the events are gone through.",
)
@click.option(
    "--holdout",
    type=ShareType(),
    default="20%",
    show_default=True,
    help="The newest part of the events, on which the candidate is proved; 0: it is not proved.",
)
@click.option(
    "--learners",
    type=LearnersType(),
    default="100%",
    show_default=True,
    help="The share of the learners that is looked at, always the same ones; less takes less time.",
)
@click.option(
    "--gate",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML file that says what a candidate must show.",
)
@click.option(
    "--wait",
    type=DurationType(),
    default="2m",
    show_default=True,
    help="How long the archive may take to have what the live models have learned of.",
)
@click.option("--promote", is_flag=True, help="Make it live if it is proved to be better.")
@click.option("--every", type=DurationType(), help="Again and again, so long after each start: 1d.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the page of the proof there.",
)
@json_option
def recalibrate_command(**asked: Any) -> int:
    """Fit all models on the archive, prove them on the newest events, and write a version.

    The candidate is fitted up to some moment, then goes through what came later beside the live
    models as they were at that moment. What it must show is the gate (docs/proof.md). Then it
    learns what it was proved on, too. The version lies in STEPSTREAM_VERSIONS, with its report;
    `stepstream models` lists, promotes and rolls back. No worker has to stop.

    What was broken off is gone on with by the same command. Memory stays bounded however long the
    archive is (docs/recalibration.md).

    Exit code 0 if a version was made and is not worse than what is live, 1 if it failed its proof,
    was not promoted, or there is too little to learn from.
    """
    if asked["promote"] and asked["learners"] < 1.0:
        raise click.UsageError(_OF_SOME)
    run = _once if asked["every"] is None else _again_and_again
    return asyncio.run(run(asked))


async def _again_and_again(asked: dict[str, Any]) -> int:
    settings, metrics = configured(), Metrics()
    if settings.metrics_port >= 0:
        metrics.serve(settings.metrics_host, settings.metrics_port)
    beating = asyncio.ensure_future(_beat(metrics))
    try:
        return await _for_ever(asked)
    finally:
        beating.cancel()


async def _beat(metrics: Metrics) -> None:
    while True:
        metrics.heartbeat.set(clock.now())
        await asyncio.sleep(_BEAT_SEC)


async def _for_ever(asked: dict[str, Any]) -> int:
    while True:
        started = clock.monotonic()
        try:
            await _once(asked)
        except StepstreamError as error:
            say(f"{error} (tried again at the next time)")
        await asyncio.sleep(max(0.0, asked["every"] - (clock.monotonic() - started)))


async def _once(asked: dict[str, Any]) -> int:
    settings = await serving(services())
    store = RedisStore(settings.store, settings.partitions)
    releases = Releases(settings, store.pool, clock.now)
    try:
        with _bars() as bars:
            request = _request_of(asked, settings)
            made = await Recalibrator(settings, request, releases, clock.now, _Watch(bars)).run()
        if asked["report"] is not None and made.report:
            asked["report"].write_bytes(made.report)
        merge = await _promoted(settings, releases, made) if asked["promote"] else None
    finally:
        await store.close()
    return _tell(made, merge, asked)


def _request_of(asked: dict[str, Any], settings: Settings) -> Request:
    window = settings.statement_window
    wish = Wish(
        plan=Plan(passes=asked["passes"], statement_window=window),
        stream=Stream(settings.partitions, settings.merge_every, window),
        holdout=asked["holdout"],
        learners=asked["learners"],
    )
    return Request(
        wish=wish,
        gate=DEFAULT if asked["gate"] is None else read_gate(asked["gate"]),
        source=asked["source"],
        patience_sec=asked["wait"],
    )


async def _promoted(settings: Settings, releases: Releases, made: Made) -> Merge | None:
    verdict = made.version.verdict
    if verdict is None or not verdict.passed:
        return None
    with Publisher(settings.kafka) as log:
        return await releases.promote(made.version.id, log)


def _tell(made: Made, merge: Merge | None, asked: dict[str, Any]) -> int:
    verdict = made.version.verdict
    passed = verdict is not None and verdict.passed
    if asked["as_json"]:
        facts = {"place": made.place, "why_unproved": made.why_unproved, "resumed": made.resumed}
        base = None if merge is None else merge.version
        emit({**version_to_json(made.version), **facts, "promoted_as": base})
    else:
        _show(made, merge)
    refused = (verdict is not None and not passed) or (asked["promote"] and merge is None)
    return EXIT_NO if refused else 0


def _show(made: Made, merge: Merge | None) -> None:
    version = made.version
    share = version.settings.get("learners", 1.0)
    whose = "" if share == 1.0 else f" of {share:.3g} of the learners"
    events = many(version.events, "event") + whose
    out.print(f"[{GOOD}]{version.id}[/] fitted on {events}: {made.place}")
    if version.verdict is None:
        out.print(
            f"[{QUIET}]not proved: {made.why_unproved}; `stepstream prove {version.id}` does "
            "when more has come[/]"
        )
    else:
        colour, word = (GOOD, "better") if version.verdict.passed else (BAD, "failed its proof")
        out.print(f"[{colour}]{word}[/]")
        for reason in version.verdict.reasons:
            out.print(f"  {reason}", markup=False)
    if merge is not None:
        out.print(
            f"[{GOOD}]promoted[/] as base {merge.version}; `stepstream models rollback` "
            "takes it back"
        )


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


class _Watch:
    """A bar for each thing that is done, with events a second; a line each where nobody looks."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._what = ""
        self._task: Any = None
        self._started, self._first = 0.0, 0

    def __call__(self, what: str, done: int, total: int) -> None:
        if what != self._what:
            self._what, self._started, self._first = what, clock.monotonic(), done
            self._task = self._bars.add_task(what, total=total or None, speed="")
            if self._bars.disable:
                say(f"{what}: {many(total, 'event')}" if total else what)
        spent = clock.monotonic() - self._started
        speed = f"{(done - self._first) / spent:,.0f}/s" if spent and done else ""
        self._bars.update(self._task, completed=done, total=total or None, speed=speed)
