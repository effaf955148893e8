"""Messages of several partitions in one order, whole stretches at once.

Which message comes next is decided as by always taking the earliest of the partitions' heads. That
order is the same as by (largest `logged_at` of the partition so far, partition, offset), so that
whole stretches can be ordered at once. At most one block of each partition is held.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from offline.archive.columns import UNREADABLE
from offline.archived import Archived
from schemas.codec import decode_json
from schemas.event import event_from_json


class Logged(NamedTuple):
    """One message as the log had it."""

    partition: int
    offset: int
    logged_at: float
    """When the log had it, POSIX seconds."""
    value: bytes


class Block(Protocol):
    """Messages of one partition, in offset order; at least one."""

    @property
    def offsets(self) -> npt.NDArray[np.int64]:
        """Their offsets."""

    @property
    def logged_at(self) -> npt.NDArray[np.float64]:
        """When the log had each, POSIX seconds."""

    def bytes_of(self, start: int, stop: int) -> Sequence[bytes | None]:
        """Values from `start` up to, not including, `stop`."""


def events_of(messages: Iterable[Logged]) -> Iterator[Archived]:
    """The events that messages of `learning.events` hold; what is none is left out."""
    for partition, offset, logged_at, value in messages:
        try:
            event = event_from_json(decode_json(value))
        except UNREADABLE:
            continue
        yield Archived(partition, offset, logged_at, event)


def interleaved(parts: Mapping[int, Iterator[Block]]) -> Iterator[Logged]:
    """The messages of all partitions, each with a value, in order."""
    heads = [_Head(partition, blocks) for partition, blocks in sorted(parts.items())]
    heads = [head for head in heads if head.advance()]
    while heads:
        yield from _stretch(heads, min(head.horizon for head in heads))
        heads = [
            head for head in heads if head.position < len(head.block.offsets) or head.advance()
        ]


class _Head:
    """One partition: the block that is being read, and how far."""

    def __init__(self, partition: int, source: Iterator[Block]) -> None:
        self.partition = partition
        self._source = source
        self._largest = -np.inf
        self.block: Block
        self.keys: npt.NDArray[np.float64]
        self.position = 0

    def advance(self) -> bool:
        """Take the next block; False where there is none."""
        block = next(self._source, None)
        if block is None:
            return False
        self.block = block
        self.keys = np.maximum(np.maximum.accumulate(block.logged_at), self._largest)
        self._largest = float(self.keys[-1])
        self.position = 0
        return True

    @property
    def horizon(self) -> tuple[float, int]:
        """Whatever comes before this is in the block."""
        return float(self.keys[-1]), self.partition

    def taken(self, horizon: tuple[float, int]) -> tuple[int, int]:
        """Start and stop of what comes up to `horizon`, which is then behind the head."""
        key, partition = horizon
        side = "right" if self.partition <= partition else "left"
        start = self.position
        self.position = max(start, int(np.searchsorted(self.keys, key, side=side)))  # type: ignore[call-overload]
        return start, self.position


def _stretch(heads: list[_Head], horizon: tuple[float, int]) -> Iterator[Logged]:
    keys: list[npt.NDArray[np.float64]] = []
    found: list[Logged | None] = []
    for head in heads:
        start, stop = head.taken(horizon)
        if stop > start:
            keys.append(head.keys[start:stop])
            found.extend(_messages(head, start, stop))
    order = np.argsort(np.concatenate(keys), kind="stable")
    for place in order.tolist():
        if (message := found[place]) is not None:
            yield message


def _messages(head: _Head, start: int, stop: int) -> Iterator[Logged | None]:
    block, partition = head.block, head.partition
    columns = (
        block.offsets[start:stop].tolist(),
        block.logged_at[start:stop].tolist(),
        block.bytes_of(start, stop),
    )
    for offset, logged_at, value in zip(*columns, strict=True):
        yield None if value is None else Logged(partition, offset, logged_at, value)
