"""Where the first part of the events ends."""

from itertools import islice
from typing import NamedTuple

from offline.archived import Offsets, Source


class FirstPart(NamedTuple):
    """The older part of some events."""

    offsets: dict[int, int]
    """Partition -> its last event; -1 where it has none of them."""
    events: int
    seconds: float
    """From the first to the last, by the log's clock."""


def first_part(source: Source, up_to: Offsets, share: float) -> FirstPart:
    """The first `share` of the events up to `up_to`, in the order of the log; read once."""
    offsets, events = dict.fromkeys(up_to, -1), int(share * source.count({}, up_to))
    first = last = None
    for archived in islice(source.read({}, up_to), events):
        offsets[archived.partition] = archived.offset
        last = archived.logged_at
        first = last if first is None else first
    return FirstPart(offsets, events, (last or 0.0) - (first or 0.0))
