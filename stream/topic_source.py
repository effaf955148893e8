"""The topic of events as a source (`offline.archived.Source`) for whoever reads it all again."""

from collections.abc import Iterator
from heapq import merge

from offline.archived import Archived, Offsets
from schemas.errors import Corrupt
from stream.event_reader import read_events
from stream.kafka import Admin, Reader
from stream.records import RawRecord
from stream.topics import EVENTS

_AT_ONCE = 1000


class TopicSource:
    """The events that Kafka still has.

    Args:
        servers: Kafka's.
        prefix: the installation's.
    """

    def __init__(self, servers: str, prefix: str) -> None:
        self._servers, self._prefix = servers, prefix
        self._topic = prefix + EVENTS.name

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
        wanted = {p: last for p, last in up_to.items() if last > after.get(p, -1)}
        starts = Admin(self._servers).starts(self._topic) if wanted else {}
        for partition in wanted:
            if starts[partition] > after.get(partition, -1) + 1:
                raise Corrupt(
                    f"Kafka has deleted the events of {self._topic} before offset "
                    f"{starts[partition]} of partition {partition}: read them from the archive"
                )
        parts = [self._partition(p, after.get(p, -1) + 1, last) for p, last in wanted.items()]
        return merge(*parts, key=lambda one: (one.logged_at, one.partition))

    def _partition(self, partition: int, first: int, last: int) -> Iterator[Archived]:
        reader = Reader(self._servers, [self._topic], {partition: first})
        try:
            offset = first
            while offset <= last:
                records = [r for r in reader.poll(_AT_ONCE) if r.offset <= last]
                raw = [RawRecord(*record[:4], record.value or b"") for record in records]
                events, _ = read_events(raw, self._prefix)
                logged = {record.offset: record.timestamp for record in records}
                for at, event in events:
                    yield Archived(partition, at, logged[at], event)
                offset = records[-1].offset + 1 if records else offset
        finally:
            reader.close()
