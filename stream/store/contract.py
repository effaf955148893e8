"""The contracts of store and pool; `tests/stream/store` holds both twins to them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from schemas.checkpoint import (
    Adoption,
    Claim,
    Forgotten,
    Memory,
    Merge,
    Needs,
    PartitionWrite,
    SealedBase,
    Snapshot,
    Taken,
)

LONGEST_HISTORY = 10_000
"""Merges of a pool, and adoptions of a partition, that are remembered; the oldest go first."""


def member_of(namespace: str, partition: int) -> str:
    """Names a partition of an installation among all that share a pool; leads all its keys."""
    return f"{namespace}{{{partition}}}"


class Pool(Protocol):
    """Partitions, of one installation or of several, whose parameters are merged.

    A merge is an *attempt* first: it begins and gets a version, looks at the members one by one,
    offers what it has made, and is published. Only then is it there, and only if nobody was
    quicker. What it wrote before is in nobody's way and is cleared away by a later attempt.

    Every method may raise `schemas.errors.Unavailable` like those of `Store`.
    """

    async def join(self) -> None:
        """All partitions of this installation are members."""

    async def leave(self) -> None:
        """They are not."""

    async def members(self) -> list[str]:
        """Every partition that is merged, in order of names."""

    async def events(self, members: Sequence[str]) -> int:
        """Events that `members` have applied."""

    async def newest(self) -> Merge | None:
        """The merge whose base is to be adopted; None before the first."""

    async def merges(self) -> list[Merge]:
        """The newest `LONGEST_HISTORY`, oldest first."""

    async def promotions(self) -> list[Merge]:
        """The newest `LONGEST_HISTORY` promotions and rollbacks, oldest first."""

    async def pin(self, at: float) -> None:
        """Nothing is to be promoted from now on; `at`: POSIX seconds, for people."""

    async def unpin(self) -> None:
        """What is proved better may be promoted."""

    async def pinned(self) -> float | None:
        """Since when nothing is to be promoted; None where that is not so."""

    async def judge(self, version: str, *, passed: bool) -> None:
        """A version of the models was judged: proved better than what is live, or not."""

    async def judged(self) -> tuple[str, bool] | None:
        """The version that was judged last, and whether it passed; None before the first."""

    async def begin(self, lease_sec: float) -> int | None:
        """A version for a new attempt; None where another attempt has not ended.

        An attempt that has not ended after `lease_sec` is taken for dead. Clears away what dead
        attempts have left behind, and bases that no member needs any more.
        """

    async def enter(self) -> int:
        """A version for an attempt that waits for nobody and that nobody waits for.

        An attempt that began before it and is published after it comes too late.
        """

    async def snapshot(self, member: str, models: Sequence[str]) -> Snapshot:
        """The own numbers of `models`, with base and offset, all at one moment."""

    async def sizes(self, member: str, models: Sequence[str]) -> dict[str, int]:
        """How many own numbers of `models` there are, by name."""

    async def offer(self, version: int, base: SealedBase, taken: Mapping[str, Taken]) -> None:
        """Write the base of an attempt, and for each member what it has taken in."""

    async def publish(self, merge: Merge) -> bool:
        """Make the attempt's base the newest, if `merge.previous` still is; ends the attempt.

        Versions only grow: nothing is published on a base that was begun later. No promotion is
        published while what is live is pinned.
        """

    async def attempt(self) -> int | None:
        """The attempt that is under way."""

    async def give_up(self, version: int) -> None:
        """End an attempt that is not published."""

    async def seal(self, version: int) -> str | None:
        """The seal of a base; None where no member needs it any more."""

    async def base(self, version: int) -> SealedBase | None:
        """A base; None where no member needs it any more."""

    async def taken(self, member: str, version: int) -> Taken | None:
        """What merges up to `version` have taken in; None where it is not offered to `member`."""

    async def adoptions(self, member: str) -> list[Adoption]:
        """The newest `LONGEST_HISTORY`, oldest first."""


class Store(Protocol):
    """Checkpoints of partitions.

    Every method may raise `schemas.errors.Unavailable` once its patience with an unreachable
    server has ended.
    """

    @property
    def pool(self) -> Pool:
        """Where the models of the partitions are merged."""

    async def claim(self, partition: int, models: Sequence[str]) -> Claim:
        """Take the partition over: whoever held it before can write no more.

        `models` names the models whose numbers are wanted.
        """

    async def read(self, needs: Sequence[Needs]) -> list[Memory]:
        """What is known of each batch's learners and statements, in one round trip."""

    async def look(self, partition: int, learners: Sequence[str]) -> tuple[int, dict[str, bytes]]:
        """Offset of the last applied event (-1: none) and states, both as of one moment."""

    async def learners(self, partition: int) -> list[str]:
        """Everybody who has a state there, in order."""

    async def write(self, fences: dict[int, int], writes: Sequence[PartitionWrite]) -> None:
        """Make each partition's write visible atomically (all of it or nothing).

        `fences` maps a partition to the fence of its `Claim`. A write of an offset that the
        same owner has written already changes nothing, so a lost reply may be asked again.

        Raises:
            Fenced: where another claim has been made since, where the offset or the base found
                is neither the expected nor the new one (the store has lost its tail), or where
                the base to adopt is not offered to the partition any more.
        """

    async def forget(
        self, partition: int, fence: int, learner: str, word: str, offers: int = 0
    ) -> Forgotten:
        """Have nothing of a learner there: state, queue, receipts, what waits, open offers.

        Asked again under the same `word`, the counts grow by what was found anew.

        Args:
            partition: the learner's, or another one with open offers.
            fence: of the `Claim`.
            learner: key.
            word: under which `forgot` tells, for an hour.
            offers: what the models had held and have been written without since; counted only.

        Raises:
            Fenced: where another claim has been made since.
        """

    async def forgot(self, partition: int, word: str) -> Forgotten | None:
        """What was forgotten under that word; None where nobody has said it lately."""

    async def held(self, partition: int, learner: str) -> Forgotten:
        """How many entries of a learner `forget` would find."""

    async def offers(self, partition: int, learner: str) -> int:
        """`held(...).offers`, which may lie in any partition."""

    async def due(self, partition: int, now: float, limit: int) -> list[str]:
        """Learners whose queue must be rebuilt by `now` (POSIX seconds), soonest first."""

    async def make_all_due(self, partition: int) -> None:
        """Every known learner's queue must be rebuilt: something that concerns all has changed."""

    async def applied(self, partition: int) -> int:
        """Offset of the last applied event; -1 before the first."""

    async def state(self, learner: str) -> bytes | None:
        """The learner's state blob."""

    async def queue(self, learner: str) -> bytes | None:
        """The learner's queue as JSON."""

    async def close(self) -> None:
        """Let go of connections."""
