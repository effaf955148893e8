"""`learner`: what is known of one learner."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from online_models.packing import tables_of_raw
from online_models.replica import Replica
from online_models.served import Served
from online_models.tables import NO_BASE
from processors.features import describe
from processors.outcomes.outlook import Outlook
from processors.partitioning import partition_of
from processors.reference import Reference
from processors.state import LearnerState, decode
from schemas.codec import hash64
from schemas.reference import LearnerProfile
from stream import clock
from stream.bases import load_base
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import keys_of, services
from stream.cli.output import STRONG, emit, examples, facts, json_option, out, table, when
from stream.namespaces import serving
from stream.reference_feed import load_reference
from stream.settings import Settings
from stream.store.contract import member_of
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
    key, blob, models = asyncio.run(_found(keys, settings))
    profile = reference.profile(key)
    if blob is None and profile is None:
        say(
            f"nothing is known of {learner}: no profile was loaded and no event of theirs was "
            "handled, or the identifier is written differently in the statements"
        )
        return EXIT_NO
    names = names_of(reference)
    features = describe(decode(blob), clock.now(), names) if blob else {}
    memory = _remembered(decode(blob), models, names) if blob else {}
    if as_json:
        told = {"features": features, "memory": memory}
        emit({"learner": key, "profile": _plain(profile), **told})
    else:
        _show(key, profile, features, memory, reference)
    return 0


async def _found(keys: tuple[str, ...], settings: Settings) -> tuple[str, bytes | None, Replica]:
    """The first of `keys` with a state, the state, and its partition's models; else the usual key.

    Of the models only retention is read.
    """
    settings = await serving(settings)
    store, models = RedisStore(settings.store, settings.partitions), Replica()
    try:
        for key in keys:
            if blob := await store.state(key):
                partition = partition_of(key.encode(), settings.partitions)
                member = member_of(settings.store.namespace, partition)
                await _read_retention(store, member, models)
                return key, blob, models
        return keys[0], None, models
    finally:
        await store.close()


async def _read_retention(store: RedisStore, member: str, models: Replica) -> None:
    name = models.retention.name
    held = await store.pool.snapshot(member, [name])
    base = await load_base(store.pool, held.base)
    own = tables_of_raw(held.models[name])
    models.retention.restore_tables(own, (base or NO_BASE).of(name))


def _remembered(
    state: LearnerState, models: Replica, names: Callable[[int], str | None]
) -> dict[str, dict[str, float]]:
    """What is left of each skill, by name."""
    found = Outlook(state, Served(models), clock.now()).remembered()
    named = {names(skill) or f"{skill:016x}": held._asdict() for skill, held in found.items()}
    return dict(sorted(named.items()))


def names_of(reference: Reference) -> Callable[[int], str | None]:
    """From a hash to the skill, the activity's id or the kind of content that it stands for."""
    kinds = {hash64(kind): kind for e in reference.entries() if (kind := e.activity.content)}

    def name(key: int) -> str | None:
        entry = reference.by_key(key)
        known = entry.activity.id if entry else kinds.get(key)
        return reference.skill_name(key) or known

    return name


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
