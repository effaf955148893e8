"""Where the first part of the events ends."""

from itertools import islice

from offline.archived import Offsets, Source


def first_part(source: Source, up_to: Offsets, share: float) -> dict[int, int]:
    """Offsets that the first `share` of the events up to `up_to` end at, in the order of the log.

    -1 where a partition has none of them. Reads that part once.
    """
    offsets = dict.fromkeys(up_to, -1)
    events = int(share * source.count({}, up_to))
    for archived in islice(source.read({}, up_to), events):
        offsets[archived.partition] = archived.offset
    return offsets
