"""Merges what the partitions of a pool have learned into a new base.

Who merges, and whether it lives to the end, matters to nobody: what a merge writes is in nobody's
way until it is published, and of merges of the same base one is published. Whoever adopts the new
base (`stream.adoption`) does so between two batches of its own.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from online_models.ensemble import next_base
from online_models.merging import interval
from online_models.packing import pack, tables_of_raw
from online_models.tables import Tables
from schemas.checkpoint import Merge, Snapshot, Taken
from stream.bases import MODELS, corrupt, load_base, sealed
from stream.store.contract import Pool

LEASE_SEC = 60.0
"""A merge that takes longer may find that another has been quicker."""
NOTICE_SEC = 0.6
"""More than twice as long as a worker may take to see that a merge has begun."""
_LOOK_SEC = 0.5

_NAMES = tuple(model.name for model in MODELS)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge has made."""

    merge: Merge
    parameters: Mapping[str, int]
    """Names in the new base, by model."""


class Merger:
    """Merges one pool.

    Args:
        pool: whose members.
        every: events between two merges at most; 0 never merges.
        notice_sec: so long it waits before it looks at the members, who may prepare themselves.
        patience_sec: so long it waits for members who have not adopted the newest base yet, but
            not again for who did not come to it.
    """

    def __init__(
        self, pool: Pool, every: int, notice_sec: float = 0.0, patience_sec: float = 0.0
    ) -> None:
        self._pool = pool
        self._every = every
        self._notice_sec = notice_sec
        self._patience_sec = patience_sec
        self._away: set[str] = set()

    async def due_in(self, *, overdue: bool = False) -> int | None:
        """Events until the next merge, 0 where it is time; None where nothing is ever merged.

        Where it is `overdue`, any event makes it time.
        """
        if not self._every:
            return None
        newest = await self._pool.newest()
        at = 0 if newest is None else newest.events
        events = await self._pool.events(await self._pool.members())
        wanted = 1 if overdue else interval(self._every, at)
        return max(0, at + wanted - events)

    async def merge_if_due(self, *, overdue: bool = False) -> Merged | None:
        """Merge where it is time to (see `due_in`), and nobody else is at it."""
        if await self.due_in(overdue=overdue) != 0:
            return None
        await self._await_adoption()
        version = await self._pool.begin(LEASE_SEC)
        if version is None:
            return None
        await asyncio.sleep(self._notice_sec)
        merged = await self.merge(version, await self._pool.members())
        if merged is None:
            await self._pool.give_up(version)
        return merged

    async def _await_adoption(self) -> None:
        """Who has not adopted would be left out, again and again where much comes in."""
        if not self._patience_sec:
            return
        left, behind = self._patience_sec, await self._behind()
        while behind - self._away and left > 0.0:
            await asyncio.sleep(_LOOK_SEC)
            left, behind = left - _LOOK_SEC, await self._behind()
        self._away = behind

    async def _behind(self) -> set[str]:
        """Members that do not stand on the newest base."""
        newest = await self._pool.newest()
        version = 0 if newest is None else newest.version
        found = {
            member: await self._pool.snapshot(member, ()) for member in await self._pool.members()
        }
        return {member for member, one in found.items() if one.base != version}

    async def merge(self, version: int, among: Collection[str]) -> Merged | None:
        """The attempt `version`: merge those of `among` that stand on the newest base.

        Who does not is left out: what it has learned stays its own until it has adopted.
        Returns None where there is nothing to merge, or where somebody was quicker.

        Raises:
            Corrupt: where the newest base is not as it was made.
        """
        pool = self._pool
        newest = await pool.newest()
        previous = 0 if newest is None else newest.version
        if previous > version:
            return None
        members = await pool.members()
        events = await pool.events(members)
        found = {member: await pool.snapshot(member, _NAMES) for member in members}
        ready = {m: one for m, one in found.items() if m in among and one.base == previous}
        own = {member: _merged_of(one) for member, one in sorted(ready.items())}
        if not any(tables for models in own.values() for tables in models.values()):
            return None
        base = await load_base(pool, previous)
        if base is None:
            await self._missing(previous)
            return None
        following = next_base(base, version, MODELS, list(own.values()))
        taken = {
            member: _taken(one, own[member])
            if member in ready
            else await left_out(pool, member, one.base, previous)
            for member, one in found.items()
        }
        made = sealed(following)
        await pool.offer(version, made, taken)
        offsets = {member: one.offset for member, one in ready.items()}
        live = 0 if newest is None else newest.live
        merge = Merge(version, previous, events, offsets, made.seal, live)
        if not await pool.publish(merge):
            return None
        return Merged(merge, {name: len(one) for name, one in following.models.items()})

    async def _missing(self, version: int) -> None:
        """A base that was the newest a moment ago is not there: somebody was quicker, or else."""
        newest = await self._pool.newest()
        if newest is not None and newest.version == version:
            raise corrupt(version, "are missing")


async def left_out(pool: Pool, member: str, base: int, newest: int) -> Taken:
    """What merges up to `newest` have taken in of what a member has learned on its `base`."""
    before = await pool.taken(member, newest)
    return before if before is not None and before.base == base else Taken(base, -1, {})


def _merged_of(found: Snapshot) -> dict[str, Tables]:
    """The numbers that a merge takes in: what has no rule stays with its replica."""
    known = {model.name: tables_of_raw(found.models[model.name]) for model in MODELS}
    return {
        model.name: {w: table for w, table in known[model.name].items() if w in model.merging.rules}
        for model in MODELS
    }


def _taken(found: Snapshot, own: Mapping[str, Tables]) -> Taken:
    models = {name: pack(tables) for name, tables in own.items()}
    return Taken(found.base, found.offset, models)
