"""Puts a demo together from what was asked for and the servers that were found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from processors.objective import Objective
from schemas.codec import decode_json
from schemas.errors import ConfigurationError
from stream.demo.in_memory import InMemory
from stream.demo.learners import SimulatedLearners
from stream.demo.on_kafka import OnKafka
from stream.demo.place import Place
from stream.demo.running import Demo
from stream.demo.screen import Screen
from stream.demo.servers import Servers
from stream.demo.sources import File, Queued, Simulation, Source
from stream.demo.watching import Watch
from stream.load import Loaded, Problems, load
from stream.load.fields import LearnerKey
from stream.log import Message
from stream.reference_changes import changes, values_of
from stream.wiring import pseudonyms


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for."""

    seconds: float
    """How long simulated learners are at it."""
    learners: int
    rate: float
    """Messages a second; 0 means as fast as possible."""
    statements: Path | None
    """File of statements, in place of simulated learners."""
    organisation: Path
    """Catalogue, profiles and roles."""
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the command line hands in."""

    keys: LearnerKey
    objective: Objective
    screen: Screen
    report: Callable[[str], None]
    """Takes a line for people when the worker has to be started again."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A demo, and the reference data that it begins with."""

    demo: Demo
    reference: Sequence[Message]


def staged(found: Servers, wishes: Wishes, means: Means) -> Staged:
    """A demo that can be run.

    Raises:
        ConfigurationError: where the organisation cannot be loaded.
    """
    place = _place(found, means)
    source, loaded = _source(place, _loaded(wishes, means.keys), means.keys, wishes)
    demo = Demo(
        place=place,
        title=_title(found),
        source=source,
        rate=wishes.rate,
        watch=Watch(pseudonyms(found.settings), place.queue),
        screen=means.screen,
    )
    everything = changes(values_of(loaded), {}, prune=False)
    prefix = found.settings.prefix
    return Staged(demo, list(chain.from_iterable(one.messages(prefix) for one in everything)))


def _loaded(wishes: Wishes, keys: LearnerKey) -> Loaded:
    loaded = load([wishes.organisation], keys)
    if isinstance(loaded, Problems):
        raise ConfigurationError(f"the organisation cannot be loaded: {loaded.problems[0]}")
    return loaded


def _place(found: Servers, means: Means) -> Place:
    if found.kind == "in-memory":
        return InMemory(found.settings, means.objective)
    return OnKafka(found.kind, found.settings, found.folder, means.report)


def _title(found: Servers) -> str:
    return {
        "embedded": "Kafka and Valkey on this machine",
        "external": f"Kafka at {found.settings.kafka}",
        "in-memory": "in memory, without Kafka",
    }[found.kind]


def _source(
    place: Place, loaded: Loaded, keys: LearnerKey, wishes: Wishes
) -> tuple[Source, Loaded]:
    """What is published, and the organisation with those who publish it."""
    if wishes.statements is not None:
        return File(wishes.statements), loaded
    people = SimulatedLearners(
        wishes.seed,
        loaded.activities,
        loaded.requirements,
        count=wishes.learners,
        home_page=place.settings.home_page,
    )
    source = Simulation(people, wishes.seconds, _queued(place, keys))
    return source, replace(loaded, profiles=(*loaded.profiles, *people.profiles(keys)))


def _queued(place: Place, keys: LearnerKey) -> Queued:
    """How learners look at their own queue."""
    known: dict[str, str] = {}

    def queued(identifier: str) -> Sequence[str]:
        key = known.get(identifier) or known.setdefault(identifier, keys(identifier))
        queue = place.queue(key)
        return [item["activity"] for item in decode_json(queue)["items"]] if queue else ()

    return queued
