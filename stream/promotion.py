"""Promotes versions of the models into the live pool, and takes promotions back.

Both are a new base that is made of the newest one, and of nothing else: what members have learned
on their own stays their own and is re-based on it like on any other base (`stream.adoption`). So
nobody has to be asked, no merge has to be waited for, and if one is quicker it is done again on
what that has made. What is live, and what it can go back to, is part of the published `Merge`.

From base to base leads a *path* of moves (from these numbers to those), each a `transplant`:

    promote      back over promotions that the version does not know of, then origin -> version
    roll back    back over the last promotions: what each made -> what was live before
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from offline.versions import Loaded, Models, Versions
from online_models.meaning import MEANING
from online_models.tables import Base, ModelBase
from online_models.transplanting import transplant_all
from schemas.checkpoint import Merge, Promoted, SealedBase
from schemas.errors import Refused, Unavailable
from schemas.version import Version
from stream.bases import load_base, sealed
from stream.clock import Clock
from stream.merger import left_out
from stream.store.contract import Pool
from stream.versions import NOTHING, Line, ids_of, line_of

_TRIES = 8

Move = tuple[Models, Models]
"""From the first numbers to the second."""


class Kept(Protocol):
    """Bases that promotions were made of, by seal."""

    def keep(self, base: SealedBase) -> None:
        """Have it there for ever."""

    def base(self, seal: str) -> Models:
        """The numbers of a base.

        Raises:
            Refused: where it is not there, or not as it was.
        """


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of a base."""

    path: Sequence[Move]
    live: int
    """The base of the promotion that the next base stands on, if nothing is promoted."""
    promoted: Promoted | None = None
    """What is."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a pool remembers."""

    newest: Merge
    merges: Sequence[Merge]
    promotions: Sequence[Merge]

    @property
    def line(self) -> Line:
        """The promotions that the newest base stands on."""
        return line_of(self.newest, self.promotions)


Planner = Callable[[Past], Plan]


class Promoter:
    """Promotes and rolls back in one pool."""

    def __init__(self, pool: Pool, versions: Versions, kept: Kept, now: Clock) -> None:
        self._pool = pool
        self._versions = versions
        self._kept = kept
        self._now = now

    async def promote(
        self, name: str, prepare: Callable[[], Awaitable[None]] | None = None
    ) -> Merge:
        """Make version `name` live; returns what was published, or is live already.

        Args:
            name: of the version.
            prepare: is awaited when the version is checked, before anything is changed.

        Raises:
            Refused: where it must not or cannot be; what is live stays.
            Unavailable: where others publish all the time.
        """
        loaded = await asyncio.to_thread(self._versions.load, name)
        await self._judge(loaded.version)
        past = await self._past()
        if ids_of(past.line)[-1:] == [name]:
            return past.newest
        await self._check_pin()
        if prepare is not None:
            await prepare()
        return await self._publish(partial(self._promotion, loaded), pinned=True)

    async def roll_back(self, to: str | None = None) -> Merge:
        """Take the last promotion back, or all after the one of version `to`.

        Raises:
            Refused: where there is none, or what it was made of is lost; what is live stays.
            Unavailable: where others publish all the time.
        """
        return await self._publish(partial(self._rollback, to), pinned=False)

    async def again(self, merge: Merge) -> Merge | None:
        """Do once more what `merge`, a promotion or a rollback, has done; None where it cannot be.

        Raises:
            Refused: as `promote` and `roll_back`, but for verdicts and pins.
        """
        past = await self._past()
        if merge.promoted is None:
            line = line_of(merge, past.promotions)
            plan = partial(self._rollback_by, len(past.line) - len(line))
        else:
            loaded = await asyncio.to_thread(self._versions.load, merge.promoted.id)
            plan = partial(self._promotion, loaded)
        return await self._attempt(merge.version, past, plan, merge.at)

    async def _judge(self, version: Version) -> None:
        verdict = version.verdict
        await self._pool.judge(version.id, passed=verdict is not None and verdict.passed)
        check_verdict(version)

    async def _past(self) -> Past:
        newest = await self._pool.newest() or NOTHING
        return Past(newest, await self._pool.merges(), await self._pool.promotions())

    async def _publish(self, plan: Planner, *, pinned: bool) -> Merge:
        for _ in range(_TRIES):
            if pinned:
                await self._check_pin()
            past = await self._past()
            version = await self._pool.enter()
            made = await self._attempt(version, past, plan, self._now())
            if made is not None:
                return made
        raise Unavailable("merges are published faster than this can be: try again")

    async def _check_pin(self) -> None:
        if await self._pool.pinned() is not None:
            raise Refused(
                "what is live is pinned: `stepstream models unpin` first, if it may be replaced"
            )

    async def _attempt(self, version: int, past: Past, planner: Planner, at: float) -> Merge | None:
        """Make and publish a base; None where a merge was quicker."""
        pool, newest = self._pool, past.newest
        plan = await asyncio.to_thread(planner, past)
        base = await load_base(pool, newest.version)
        if base is None:
            return None
        made = await asyncio.to_thread(self._made, version, base, plan)
        bases = {m: (await pool.snapshot(m, ())).base for m in await pool.members()}
        taken = {m: await left_out(pool, m, base, newest.version) for m, base in bases.items()}
        await pool.offer(version, made, taken)
        merge = Merge(
            version=version,
            previous=newest.version,
            events=newest.events,
            taken={},
            seal=made.seal,
            live=plan.live if plan.promoted is None else version,
            at=at,
            promoted=plan.promoted,
        )
        return merge if await pool.publish(merge) else None

    def _made(self, version: int, base: Base, plan: Plan) -> SealedBase:
        now: Models = {name: one.tables for name, one in base.models.items()}
        for old, new in plan.path:
            now = transplant_all(now, old, new)
        made = sealed(Base(version, {name: ModelBase(tables) for name, tables in now.items()}))
        if plan.promoted is not None:
            self._kept.keep(sealed(base))
            self._kept.keep(made)
        return made

    def _promotion(self, loaded: Loaded, past: Past) -> Plan:
        origin = origin_of(loaded.version, past)
        path = self._path(past.line, line_of(origin, past.promotions))
        promoted = Promoted(loaded.version.id, past.newest.seal, past.newest.live)
        return Plan([*path, (loaded.origin, loaded.numbers)], 0, promoted)

    def _rollback(self, to: str | None, past: Past) -> Plan:
        return self._rollback_by(_count(ids_of(past.line), to), past)

    def _rollback_by(self, count: int, past: Past) -> Plan:
        left = past.line[:-count]
        below = past.line[-count].promoted
        return Plan(self._path(past.line, left), 0 if below is None else below.below)

    def _path(self, start: Line, end: Line) -> list[Move]:
        """Back over promotions of `start` that are not of `end`, then over those of `end`."""
        back = [self._move(one)[::-1] for one in reversed(start) if one not in end]
        return [*back, *(self._move(one) for one in end if one not in start)]

    def _move(self, promotion: Merge) -> Move:
        assert promotion.promoted is not None  # noqa: S101  a line has promotions only
        return self._kept.base(promotion.promoted.before), self._kept.base(promotion.seal)


def check_verdict(version: Version) -> None:
    """Only what was proved better may be promoted.

    Raises:
        Refused: says what its proof came to.
    """
    verdict = version.verdict
    if verdict is None:
        raise Refused(f"version {version.id} is not proved: `stepstream recalibrate` proves it")
    if not verdict.passed:
        raise Refused(f"version {version.id} failed its gate: {'; '.join(verdict.reasons)}")


def origin_of(version: Version, past: Past) -> Merge:
    """The published base that a version was fitted on the events of.

    Raises:
        Refused: where what is live does not come from it.
    """
    seal = f"{MEANING} {version.origin_seal}"
    for merge in (NOTHING, *past.merges):
        if (merge.version, merge.seal) == (version.origin, seal):
            return merge
    raise Refused(
        f"version {version.id} was fitted on what base {version.origin} knew, and that is none of "
        f"the {len(past.merges):,} bases that led to what is live: run `stepstream recalibrate`"
    )


def _count(ids: list[str], to: str | None) -> int:
    """How many promotions must be taken back for version `to` to be live."""
    if not ids:
        raise Refused("no version is live, only what the stream has learned: nothing to roll back")
    if to is None:
        return 1
    if to == ids[-1]:
        raise Refused(f"version {to} is live already")
    if to not in ids:
        back = ", ".join(ids[-2::-1]) or "none"
        raise Refused(f"version {to} is not among those that can be gone back to: {back}")
    return ids[::-1].index(to)
