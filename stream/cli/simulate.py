"""`simulate`: traffic of made-up learners on an installation, for demonstrations."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from schemas.errors import ConfigurationError
from stream import clock
from stream.cli.demo import sample_organisation
from stream.cli.ending import say
from stream.cli.environment import key_maker, services
from stream.cli.output import examples, many
from stream.demo.learners import SimulatedLearners
from stream.demo.mirror import Follower, Mirror
from stream.demo.traffic import Traffic, reference_messages, reference_topics
from stream.kafka import Publisher, Reader
from stream.load import Loaded, Problems, load
from stream.load.fields import LearnerKey
from stream.metrics import Metrics
from stream.records import Record
from stream.settings import Settings
from stream.topic_creation import create_topics
from stream.topics import RECOMMENDATIONS


@click.command(
    "simulate",
    epilog=examples(
        "stepstream simulate",
        "stepstream simulate --rate 50 --learners 2000 --organisation organisation/",
    ),
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    help="Statements a second.",
)
@click.option("--learners", type=click.IntRange(min=1), default=200, show_default=True)
@click.option(
    "--organisation",
    type=click.Path(path_type=Path, exists=True),
    help="Catalogue, profiles and roles, as for `stepstream load`.  [default: the sample]",
)
@click.option("--seed", type=int, help="Another one, other people.  [default: the time]")
def simulate_command(
    rate: float, learners: int, organisation: Path | None, seed: int | None
) -> None:
    """Publish what simulated learners do, until it is stopped (Ctrl-C or SIGTERM).

    For demonstrations: the learners sim-00001, sim-00002, ... and the organisation are published to
    the topics of this installation and stay there. The learners take what they do next from their
    queues, or follow their own mind; some of what they send is as broken as in real life.
    """
    settings = services()
    create_topics(settings)
    keys = key_maker(settings)
    loaded = _loaded(organisation or sample_organisation(), keys)
    people = SimulatedLearners(
        int(clock.now()) if seed is None else seed,
        loaded.activities,
        loaded.requirements,
        count=learners,
        home_page=settings.home_page,
    )
    known = replace(loaded, profiles=(*loaded.profiles, *people.profiles(keys)))
    metrics = Metrics()
    if settings.metrics_port >= 0:
        metrics.serve(settings.metrics_host, settings.metrics_port)
    traffic = Traffic(people, Mirror(), keys, settings.prefix, metrics)
    say(f"{many(learners, 'simulated learner')}, {rate:g} statements a second, until it is stopped")
    asyncio.run(_run(settings, traffic, known, rate))
    say("stopped")


def _loaded(organisation: Path, keys: LearnerKey) -> Loaded:
    loaded = load([organisation], keys)
    if isinstance(loaded, Problems):
        raise ConfigurationError(f"the organisation cannot be loaded: {loaded.problems[0]}")
    return loaded


async def _run(settings: Settings, traffic: Traffic, known: Loaded, rate: float) -> None:
    topic = settings.prefix + RECOMMENDATIONS.name
    follower = await asyncio.to_thread(Follower, settings.kafka, topic, traffic.mirror)
    try:
        with Publisher(settings.kafka) as log:
            held = await asyncio.to_thread(_held, settings)
            await log.send(reference_messages(known, held, settings.prefix))
            await _until_stopped(traffic.run(log, rate))
    finally:
        await asyncio.to_thread(follower.close)


def _held(settings: Settings) -> list[Record]:
    reader = Reader(settings.kafka, reference_topics(settings.prefix))
    try:
        return list(reader.to_end())
    finally:
        reader.close()


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
