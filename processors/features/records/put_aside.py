"""Put aside: what a learner wants out of the queue, at most 12 sayings; the oldest leave first.

A saying is that one activity was dismissed, or is not relevant, on a day. The same said again is
counted, with the latest of its days, so the order of arrival does not matter; what takes a saying
back lowers its count. A saying that left and came back lacks what it had counted before.
"""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from processors.features.decay import DAY_SEC, clock_sec
from processors.trace import Trace
from schemas.kinds import Kind

LIMIT = 12
SIZE = 8
_KEY = (1 << 40) - 1
"""The bits of an activity's hash that are kept."""
_KINDS = (Kind.DISMISSED, Kind.NOT_RELEVANT)
_MOST = 127
"""Counting stops there."""
_WORDS = tuple(Struct(f">{n}Q") for n in range(LIMIT + 1))
_Sayings = dict[tuple[int, int], tuple[int, int]]
"""(activity, kind) -> (day since 1970, how often)"""


class Saying(NamedTuple):
    """That an activity was put aside."""

    activity: int
    """As `named` names it."""
    kind: Kind
    until: float
    """The end of the day of the last time, UTC; POSIX seconds."""


def named(activity: int) -> int:
    """What sayings call the activity of that hash.

    40 bits: that any of 10,000 activities is taken for one of 12 happens to one learner in 9
    million.
    """
    return activity & _KEY


def with_trace(rows: bytes, trace: Trace) -> bytes:
    """The rows with the saying of `trace`, of a kind that puts aside."""
    sayings, name = _unpacked(rows), _name(trace)
    day, count = sayings.get(name, (0, 0))
    sayings[name] = max(day, _day(trace)), min(count + 1, _MOST)
    if len(sayings) > LIMIT:
        del sayings[min(sayings, key=lambda old: (sayings[old][0], old))]
    return _packed(sayings)


def without_trace(rows: bytes, trace: Trace) -> bytes:
    """The rows when the saying of `trace` is taken back, whether it is there or not."""
    sayings, name = _unpacked(rows), _name(trace)
    day, count = sayings.pop(name, (0, 0))
    if count > 1:
        sayings[name] = day, count - 1
    return _packed(sayings)


def sayings_of(rows: bytes) -> Iterator[Saying]:
    """The rows, unpacked."""
    for (activity, kind), (day, _) in _unpacked(rows).items():
        yield Saying(activity, _KINDS[kind], (day + 1) * DAY_SEC)


def is_whole(size: int) -> bool:
    """Whether rows can take so many bytes."""
    return 0 <= size <= LIMIT * SIZE and size % SIZE == 0


def _name(trace: Trace) -> tuple[int, int]:
    return named(trace.activity), _KINDS.index(trace.kind)


def _day(trace: Trace) -> int:
    return int(clock_sec(trace.at) // DAY_SEC)


def _unpacked(rows: bytes) -> _Sayings:
    words = _WORDS[len(rows) // SIZE].unpack(rows)
    return {(w >> 24, w >> 7 & 1): (w >> 8 & 0xFFFF, w & _MOST) for w in words}


def _packed(sayings: _Sayings) -> bytes:
    """40 bits of the hash, 16 of the day, 1 of the kind, 7 of the count; in order."""
    words = sorted(
        key << 24 | day << 8 | kind << 7 | count for (key, kind), (day, count) in sayings.items()
    )
    return _WORDS[len(words)].pack(*words)
