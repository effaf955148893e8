"""A source that shows nothing of what came after recorded offsets."""

from collections.abc import Iterator

from offline.archived import Archived, Offsets, Source
from schemas.errors import StepstreamError


class FromTheFuture(StepstreamError):
    """Something asked for events that it must not know, or was given some: a fault."""


class Guarded:
    """A `Source` that ends at `up_to`.

    Args:
        source: what it shows a part of.
        up_to: last offset by partition; partitions that are missing are not shown.
    """

    def __init__(self, source: Source, up_to: Offsets) -> None:
        self._source, self._up_to = source, dict(up_to)

    def ends(self) -> dict[int, int]:
        """Offset of the last event of each partition that is shown."""
        ends = self._source.ends()
        return {p: min(end, self._up_to[p]) for p, end in ends.items() if p in self._up_to}

    def count(self, after: Offsets, up_to: Offsets) -> int:
        """See `Source.count`.

        Raises:
            FromTheFuture: where `up_to` is later than what is shown.
        """
        return self._source.count(after, self._checked(up_to))

    def read(self, after: Offsets, up_to: Offsets) -> Iterator[Archived]:
        """See `Source.read`.

        Raises:
            FromTheFuture: where `up_to` is later than what is shown, or the source gives such.
        """
        last = self._checked(up_to)
        for archived in self._source.read(after, last):
            if archived.offset > last.get(archived.partition, -1):
                raise FromTheFuture(f"the source gave {_name(archived)}, which is after its end")
            yield archived

    def _checked(self, up_to: Offsets) -> Offsets:
        for partition, offset in up_to.items():
            if offset > self._up_to.get(partition, -1):
                raise FromTheFuture(
                    f"events of partition {partition} up to offset {offset} were asked for, but "
                    f"nothing after {self._up_to.get(partition, -1)} may be known here"
                )
        return up_to


def _name(archived: Archived) -> str:
    return f"offset {archived.offset} of partition {archived.partition}"
