"""The topic of events as a source (`offline.archived.Source`) for whoever reads it all again."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from offline.archived import Archived, Offsets
from offline.interleaving import events_of, interleaved
from schemas.errors import Corrupt
from stream.kafka import Admin, Reader
from stream.topics import EVENTS

_AT_ONCE = 1000


class TopicSource:
    """The events that Kafka still has.

    What is read on from where the last `read` ended costs no new connection.

    Args:
        servers: Kafka's.
        prefix: the installation's.
    """

    def __init__(self, servers: str, prefix: str) -> None:
        self._servers, self._topic = servers, prefix + EVENTS.name
        self._open: dict[int, _Following] = {}

    def ends(self) -> dict[int, int]:
        """See `Source.ends`."""
        ends = Admin(self._servers).ends(self._topic)
        return {partition: end - 1 for partition, end in ends.items()}

    def count(self, after: Offsets, up_to: Offsets) -> int:
        """See `Source.count`."""
        return sum(max(0, last - after.get(p, -1)) for p, last in up_to.items())

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        """See `Source.read`. What is no event is left out, as the stream does.

        Raises:
            Corrupt: where Kafka has deleted some of these events.
            Unavailable: where it does not answer.
        """
        firsts = {p: after.get(p, -1) + 1 for p, last in up_to.items() if last > after.get(p, -1)}
        self._open_new({p: first for p, first in firsts.items() if not self._is_at(p, first)})
        yield from events_of(interleaved({p: self._open[p].blocks(up_to[p]) for p in firsts}))

    def _is_at(self, partition: int, offset: int) -> bool:
        return partition in self._open and self._open[partition].next == offset

    def _open_new(self, firsts: Offsets) -> None:
        starts = Admin(self._servers).starts(self._topic) if firsts else {}
        for partition, first in firsts.items():
            if starts[partition] > first:
                raise Corrupt(
                    f"Kafka has deleted the events of {self._topic} before offset "
                    f"{starts[partition]} of partition {partition}: read them from the archive"
                )
            if partition in self._open:
                self._open.pop(partition).close()
            self._open[partition] = _Following(self._servers, self._topic, partition, first)


class _Block(NamedTuple):
    """See `interleaving.Block`."""

    offsets: npt.NDArray[np.int64]
    logged_at: npt.NDArray[np.float64]
    values: list[bytes | None]

    def bytes_of(self, start: int, stop: int) -> Sequence[bytes | None]:
        return self.values[start:stop]


class _Following:
    """One partition, from an offset on."""

    def __init__(self, servers: str, topic: str, partition: int, first: int) -> None:
        self._reader = Reader(servers, [topic], {partition: first})
        self.next = first
        """Offset after the last one that was read."""

    def blocks(self, last: int) -> Iterator[_Block]:
        """What comes up to offset `last`."""
        while self.next <= last:
            found = self._reader.values(min(_AT_ONCE, last - self.next + 1))
            if found:
                self.next = found[-1][0] + 1
                offsets, logged_at, values = zip(*found, strict=True)
                yield _Block(np.array(offsets), np.array(logged_at), [*values])

    def close(self) -> None:
        self._reader.close()
