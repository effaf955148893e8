"""`demo`: everything at work, without anything prepared."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from schemas.errors import ConfigurationError
from stream import clock
from stream.cli.ending import EXIT_NO
from stream.cli.environment import configured, key_maker
from stream.cli.output import QUIET, emit, err, examples, json_option, out
from stream.demo.figures import Summary
from stream.demo.screen import screen_for, summary_table
from stream.demo.servers import Servers, servers
from stream.demo.staging import Means, Staged, Wishes, staged
from stream.objective_file import objective_of
from stream.settings import Settings, variable

SAMPLE = Path("examples", "organisation")
_RATE, _FILE_RATE = 200.0, 1000.0
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command(
    "demo",
    epilog=examples(
        "stepstream demo",
        "stepstream demo --seconds 20 --rate 1000 --json",
        "stepstream demo --statements statements.jsonl.gz --rate 0",
    ),
)
@click.option("--seconds", type=click.FloatRange(min=1), default=60.0, show_default=True)
@click.option("--learners", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option(
    "--rate",
    type=click.FloatRange(min=0),
    help="Messages a second; 0 means as fast as possible.  [default: 200; of a file 1000]",
)
@click.option(
    "--statements",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Publish the statements of this file instead, and end when they are handled.",
)
@click.option(
    "--organisation",
    type=click.Path(path_type=Path, exists=True),
    help="Catalogue, profiles and roles, as for `stepstream load`.  [default: the sample]",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another one, other people.")
@click.option("--keep", is_flag=True, help="Leave Kafka and Valkey running.")
@click.option("--in-memory", is_flag=True, help="Do without Kafka and Redis.")
@json_option
def demo_command(
    *,
    seconds: float,
    learners: int,
    rate: float | None,
    statements: Path | None,
    organisation: Path | None,
    seed: int,
    keep: bool,
    in_memory: bool,
    as_json: bool,
) -> int:
    """Run everything: Kafka, Valkey, a worker, and learners who do things; watch a queue change.

    Uses the servers that KAFKA_BOOTSTRAP_SERVERS and REDIS_URL name, else those that `stepstream
    up` started, else starts its own for as long as it runs. Where no Kafka can be had, the same
    pipeline runs in memory, and the demo says so. Each run has topics and keys of its own.

    In the end every statement must be accounted for: accepted + rejected = published, counted in
    the topics. Queue age is measured by the worker, for every event, from the statement's arrival
    in Kafka to the stored queue. The AUC is of predictions made before learning from the outcome,
    the newest 2000; beside it what somebody would reach who knew the simulated learners' truth.
    The worker's cap on rejects is off, unless STEPSTREAM_REJECT_CAP is set.

    Ends by itself; Ctrl-C ends it early, in order. Exit code 0 if everything adds up, else 1.
    """
    wishes = Wishes(
        seconds=seconds,
        learners=learners,
        rate=_rate(rate, statements),
        statements=statements,
        organisation=organisation or sample_organisation(),
        seed=seed,
    )
    settings = _settings()
    with _interruptible(), servers(settings, err, keep=keep, in_memory=in_memory) as found:
        summary = _run(found, wishes)
        if as_json:
            emit(summary.to_json())
        else:
            out.print(summary_table(summary))
    if keep and found.kind != "in-memory":
        _say_what_is_kept(found)
    return 0 if summary.adds_up else EXIT_NO


@contextmanager
def _interruptible() -> Iterator[None]:
    """However the demo is told to end, what it started is ended first."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _rate(asked: float | None, statements: Path | None) -> float:
    default = _RATE if statements is None else _FILE_RATE
    return default if asked is None else asked


def sample_organisation() -> Path:
    """The organisation that comes with Stepstream.

    Raises:
        ConfigurationError: where it is not there.
    """
    beside = Path(__file__).resolve().parents[2] / SAMPLE
    found = next((folder for folder in (beside, SAMPLE) if folder.is_dir()), None)
    if found is None:
        raise ConfigurationError("the sample organisation is not here: name one by --organisation")
    return found


def _settings() -> Settings:
    """The environment's settings, with names that no other run has."""
    settings = configured()
    prefix = f"{settings.prefix}demo-{int(clock.now())}-{os.getpid()}."
    cap = settings.reject_cap if variable("reject_cap") in os.environ else 1.0
    return settings.with_(prefix=prefix, group=f"{prefix}{settings.group}", reject_cap=cap)


def _run(found: Servers, wishes: Wishes) -> Summary:
    if found.kind == "in-memory":
        err.print(f"without Kafka and Redis, in memory: {found.why}", style=QUIET, markup=False)
    means = Means(
        keys=key_maker(found.settings),
        objective=objective_of(found.settings),
        screen=screen_for(err),
        report=partial(err.print, style="yellow", markup=False),
    )
    try:
        return asyncio.run(_until_stopped(staged(found, wishes, means)))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _until_stopped(stage: Staged) -> Summary:
    demo, task = stage.demo, asyncio.current_task()

    def stop() -> None:
        if demo.stopping.is_set() and task is not None:
            task.cancel()
        demo.stopping.set()

    for number in _ENDING:
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await demo.run(stage.reference)
    finally:
        demo.screen.close()
        await demo.place.stop()


def _say_what_is_kept(found: Servers) -> None:
    prefix = found.settings.prefix
    err.print(f"\nKafka and Valkey go on; this run is STEPSTREAM_PREFIX={prefix}", markup=False)
    err.print(f"  STEPSTREAM_PREFIX={prefix} stepstream queue sim-00001\n  stepstream down")
