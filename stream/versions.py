"""What is live, for who makes a version of the models of it."""

import asyncio
from collections.abc import Sequence

from online_models.tables import NO_BASE, Base
from schemas.checkpoint import Merge
from schemas.errors import Refused
from stream.bases import load_base, sealed
from stream.store.contract import Pool, member_of

_TRIES = 5
NOTHING = Merge(0, 0, 0, {}, sealed(NO_BASE).seal)
"""What there is before the first merge."""


async def live_base(
    pool: Pool, namespace: str, partitions: int
) -> tuple[Base, Merge, dict[int, int]]:
    """The newest base, what made it, and the events that it knows of.

    Those are, by partition, all up to an offset: the last one that any merge up to this base has
    taken in; -1 where none has.

    Raises:
        Refused: where other installations have taught it as well: their events are not here.
        Corrupt: where the base cannot be used.
    """
    for _ in range(_TRIES):
        merges = await pool.merges()
        newest = merges[-1] if merges else NOTHING
        up_to = _trained_up_to(merges, namespace, partitions)
        base = await load_base(pool, newest.version)
        if base is not None:
            return base, newest, up_to
        await asyncio.sleep(0)  # a newer one was published meanwhile
    raise Refused("bases are published faster than they can be read: try again")


def _trained_up_to(merges: list[Merge], namespace: str, partitions: int) -> dict[int, int]:
    members = {member_of(namespace, p): p for p in range(partitions)}
    found = dict.fromkeys(range(partitions), -1)
    for merge in merges:
        for member, offset in merge.taken.items():
            if member not in members:
                raise Refused(
                    f"{member} learns in the same STEPSTREAM_PARAMETER_POOL: its events are not in "
                    "this installation's archive, so nothing can be fitted on all that was learned"
                )
            found[members[member]] = max(found[members[member]], offset)
    return found


Line = tuple[Merge, ...]
"""Promotions that were not rolled back, each made on top of the one before, oldest first."""


def line_of(merge: Merge, promotions: Sequence[Merge]) -> Line:
    """The promotions that a base stands on, of all that are remembered."""
    known = {one.version: one for one in promotions if one.promoted is not None}
    found: Line = ()
    live = merge.live
    while live in known:
        found = known[live], *found
        promoted = known[live].promoted
        live = 0 if promoted is None else promoted.below
    return found


def ids_of(line: Line) -> list[str]:
    """Ids of the versions promoted."""
    return [one.promoted.id for one in line if one.promoted is not None]


async def live_version(pool: Pool) -> str:
    """Id of the version that is live; empty where it is only what the stream has learned."""
    newest = await pool.newest() or NOTHING
    return "".join(ids_of(line_of(newest, await pool.promotions()))[-1:])
