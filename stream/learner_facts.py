"""What the store holds of one learner, read by somebody who is no worker."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from online_models.packing import tables_of_raw
from online_models.replica import Replica
from online_models.served import Served
from online_models.tables import NO_BASE, Base, numbers_of
from processors.outcomes.outlook import Outlook, Remembered
from processors.partitioning import partition_of
from processors.reference import Reference
from processors.state import LearnerState, decode
from schemas.codec import hash64
from schemas.errors import Corrupt
from stream.store.contract import Pool, Store, member_of

Names = Callable[[int], str | None]
"""From a hash to the skill, the activity's id or the kind of content that it stands for."""
BaseOf = Callable[[int], Awaitable[Base | None]]
"""From a version to the base: `stream.bases.load_base` on a pool, or `Bases.of`."""


class Source(NamedTuple):
    """Where to look."""

    store: Store
    pool: Pool
    base_of: BaseOf
    namespace: str
    """That `store` reads."""
    partitions: int

    def member(self, learner: str) -> str:
        """The learner's partition, as the pool calls it."""
        return member_of(self.namespace, partition_of(learner.encode(), self.partitions))


class Found(NamedTuple):
    """What there is of a learner."""

    key: str
    state: LearnerState | None
    """None where nothing was ever handled."""


async def find_state(source: Source, keys: Sequence[str]) -> Found:
    """The first of `keys` that has a state; else the first key, without one."""
    for key in keys:
        if blob := await source.store.state(key):
            return Found(key, decode(blob))
    return Found(keys[0], None)


async def read_retention(source: Source, learner: str) -> Replica:
    """The models of the learner's partition of which only retention has been read."""
    models = Replica()
    name = models.retention.name
    held = await source.pool.snapshot(source.member(learner), [name])
    base = await source.base_of(held.base) or NO_BASE
    models.retention.restore_tables(tables_of_raw(held.models[name]), base.of(name))
    return models


async def read_models(source: Source, learner: str) -> Callable[[], Replica]:
    """All models of the learner's partition, as one checkpoint has them.

    Returns:
        What makes them; it takes a while and may be called in another thread.

    Raises:
        Corrupt: where they do not fit, or their base is gone.
    """
    held = await source.pool.snapshot(source.member(learner), Replica().names)
    base = await source.base_of(held.base)
    if base is None:
        raise Corrupt(f"the shared parameters of version {held.base} are gone: ask again")

    def make() -> Replica:
        models = Replica()
        numbers = {name: numbers_of(tables_of_raw(raw)) for name, raw in held.models.items()}
        models.restore(numbers, base)
        return models

    return make


def remembered(
    state: LearnerState, models: Replica, names: Names, now: float
) -> dict[str, Remembered]:
    """What is left of each skill at `now` (POSIX seconds), by name, in order."""
    found = Outlook(state, Served(models), now).remembered()
    named = {names(skill) or f"{skill:016x}": held for skill, held in found.items()}
    return dict(sorted(named.items()))


def names_of(reference: Reference) -> Names:
    """What tells names; to be made anew when the catalogue has changed."""
    kinds = {hash64(kind): kind for e in reference.entries() if (kind := e.activity.content)}

    def name(key: int) -> str | None:
        entry = reference.by_key(key)
        known = entry.activity.id if entry else kinds.get(key)
        return reference.skill_name(key) or known

    return name
