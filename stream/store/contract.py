"""The store's contract; `tests/stream/store` holds both twins to it."""

from collections.abc import Sequence
from typing import Protocol

from schemas.checkpoint import Claim, Memory, Needs, PartitionWrite


class Store(Protocol):
    """Checkpoints of partitions.

    Every method may raise `schemas.errors.Unavailable` once its patience with an unreachable
    server has ended.
    """

    async def claim(self, partition: int, models: Sequence[str]) -> Claim:
        """Take the partition over: whoever held it before can write no more.

        `models` names the models whose numbers are wanted.
        """

    async def read(self, needs: Sequence[Needs]) -> list[Memory]:
        """What is known of each batch's learners and statements, in one round trip."""

    async def write(self, fences: dict[int, int], writes: Sequence[PartitionWrite]) -> None:
        """Make each partition's write visible atomically (all of it or nothing).

        `fences` maps a partition to the fence of its `Claim`. A write of an offset that the
        same owner has written already changes nothing, so a lost reply may be asked again.

        Raises:
            Fenced: where another claim has been made since, or where the offset found is
                neither the expected nor the new one (the store has lost its tail).
        """

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
