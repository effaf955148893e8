"""`learner`: what is known of one learner."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from online_models.replica import Replica
from processors.features import describe
from processors.reference import Reference
from processors.state import LearnerState
from schemas.codec import hash64
from schemas.reference import LearnerProfile
from stream import clock
from stream.bases import load_base
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import keys_of, services
from stream.cli.output import STRONG, emit, examples, facts, json_option, out, table, when
from stream.learner_facts import (
    Names,
    Source,
    find_state,
    names_of,
    read_retention,
    remembered,
)
from stream.namespaces import serving
from stream.reference_feed import load_reference
from stream.settings import Settings
from stream.store.redis_store import RedisStore

_SHOWN_ACTIVITIES = 10


@click.command(
    "learner",
    epilog=examples(
        "stepstream learner 1001",
        "stepstream learner ada@example.org --json",
    ),
)
@click.argument("learner")
@json_option
def learner_command(learner: str, as_json: bool) -> int:
    """Show what is known of LEARNER: the profile, and every feature as the models see it now.

    LEARNER is a learner key (32 hexadecimal digits) or an identifier as the LMS has it: an account
    name, `homePage|name`, or an e-mail address. --json gives every feature by name; the table
    shows the skills and the newest activities. Recall is what the retention model expects of an
    answer now, half-life the time since the last practice until half of it is left.
    `docs/features.md` and `docs/outcomes.md` explain them.

    Exit code 0 if something is known, 1 if nothing is.
    """
    settings = services()
    keys = keys_of(learner, settings)
    reference = load_reference(settings.kafka, settings.prefix)
    key, state, models = asyncio.run(_found(keys, settings))
    profile = reference.profile(key)
    if state is None and profile is None:
        say(
            f"nothing is known of {learner}: no profile was loaded and no event of theirs was "
            "handled, or the identifier is written differently in the statements"
        )
        return EXIT_NO
    names = names_of(reference)
    now = clock.now()
    features = {} if state is None else describe(state, now, names)
    memory = {} if state is None or models is None else _memory(state, models, names, now)
    if as_json:
        told = {"features": features, "memory": memory}
        emit({"learner": key, "profile": _plain(profile), **told})
    else:
        _show(key, profile, features, memory, reference)
    return 0


async def _found(
    keys: tuple[str, ...], settings: Settings
) -> tuple[str, LearnerState | None, Replica | None]:
    """The learner's key, state and retention model; None where there is no state."""
    settings = await serving(settings)
    store = RedisStore(settings.store, settings.partitions)
    base_of = partial(load_base, store.pool)
    source = Source(store, store.pool, base_of, settings.store.namespace, settings.partitions)
    try:
        key, state = await find_state(source, keys)
        return key, state, None if state is None else await read_retention(source, key)
    finally:
        await store.close()


def _memory(
    state: LearnerState, models: Replica, names: Names, now: float
) -> dict[str, dict[str, float]]:
    found = remembered(state, models, names, now)
    return {name: held._asdict() for name, held in found.items()}


def _plain(profile: LearnerProfile | None) -> dict[str, Any] | None:
    return None if profile is None else asdict(profile)


def _show(
    key: str,
    profile: LearnerProfile | None,
    features: Mapping[str, Any],
    memory: Mapping[str, Mapping[str, float]],
    reference: Reference,
) -> None:
    out.print(f"[{STRONG}]learner {key}[/]")
    out.print(facts([*_of_profile(profile), *_overall(features)]))
    if features:
        required = reference.requirement(profile.role) if profile else {}
        out.print(_skills(features["skills"], memory, required))
        out.print(_activities(features["activities"], reference))


def _of_profile(profile: LearnerProfile | None) -> list[tuple[str, str]]:
    if profile is None:
        return [("profile", "none was loaded")]
    told = {
        "role": profile.role,
        "level": profile.level,
        "goals": ", ".join(profile.goals),
        "time": f"{profile.minutes_per_week:g} min a week" if profile.minutes_per_week else "",
    }
    return [(name, escape(text)) for name, text in told.items() if text]


def _overall(features: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not features:
        return [("events", "none yet")]
    return [
        ("events", str(features["events"])),
        ("finished", str(features["finished"])),
        ("engagement", f"{number(features['engagement'])} events, the newer the more they count"),
        ("pace", f"{number(features['pace'])} of the planned minutes"),
        ("velocity", f"{number(features['velocity'])} proficiency gained a week"),
        ("performance", f"{number(features['performance_delta'])} newest outcomes over earlier"),
    ]


def number(value: float | None) -> str:
    """Two decimals; a dash where there is no value."""
    return "–" if value is None else f"{value:.2f}"  # noqa: RUF001  (a dash means: none)


def _skills(
    skills: Mapping[str, Any],
    memory: Mapping[str, Mapping[str, float]],
    required: Mapping[int, float],
) -> Table:
    columns = ("proficiency", "±", "required", "recall", "half-life", "right", "wrong")
    shown = table("skill", *columns, "last practised", right=columns)
    for name, skill in sorted(skills.items(), key=lambda pair: pair[0]):
        practised = skill["last_practised"]
        shown.add_row(
            escape(name),
            number(skill["proficiency"]["mean"]),
            number(skill["proficiency"]["sd"]),
            number(required.get(hash64(name))),
            number(memory[name]["recall"]),
            _days(memory[name]["half_life_days"]),
            f"{skill['successes']['all']:g}",
            f"{skill['failures']['all']:g}",
            when(practised) if practised else "",
        )
    return shown


def _days(days: float) -> str:
    """A time to forget, in days."""
    return f"{days:.3g} d" if days < _LONG_DAYS else "years"


_LONG_DAYS = 3_650.0


def _activities(activities: Mapping[str, Any], reference: Reference) -> Table:
    shown = table("activity", "events", "last outcome", "finished", "last seen", right=("events",))
    newest = sorted(activities.items(), key=lambda pair: -pair[1]["last_at"])
    for name, record in newest[:_SHOWN_ACTIVITIES]:
        known = reference.lookup(name)
        shown.add_row(
            escape((known and known.title) or name),
            str(record["events"]),
            number(record["last_outcome"]),
            "yes" if record["finished"] > 0 else "",
            when(record["last_at"]),
        )
    return shown
