"""What of a stored queue a reader gets: the rules of the catalogue once more, then the wish.

A queue is stored as JSON and read as JSON: what is handed out is the same object with fewer items.
Their ranks are counted anew; their propensity stays that of the place which the policy gave them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from processors.reference import Reference
from processors.rules import RemovalCode, removal_at_reading

Item = Mapping[str, Any]
MOST_ITEMS = 25


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants of a queue."""

    k: int = MOST_ITEMS
    """So many items at most."""
    minutes: float | None = None
    """Time there is; None: as long as it takes."""
    context: str = ""
    """Id of a course, or of an activity of one: items of that course only; "": of all."""


class Reader(NamedTuple):
    """For whom a queue is read, and when: a `processors.rules.Standing`."""

    now: float
    """POSIX seconds."""
    role: str


class HandedOut(NamedTuple):
    """The queue as the reader gets it, and what rules have left out."""

    queue: dict[str, Any]
    removed: list[RemovalCode]
    kept: int
    """Which ranks of the stored queue were handed out, as a set of bits."""


def hand_out(
    queue: Mapping[str, Any], wish: Wish, reference: Reference, reader: Reader
) -> HandedOut:
    """The stored `queue` without what may not be offered any more, cut to `wish`.

    An activity that `reference` does not know stays: whoever ranked it knew it.
    """
    removed: list[RemovalCode] = []
    items = _offerable(queue["items"], reference, reader, removed)
    chosen = [*_cut(_within(items, wish.context, reference), wish)]
    ranked = [_ranked(item, rank) for rank, item in enumerate(chosen, 1)]
    kept = sum(1 << item["rank"] for item in chosen)
    return HandedOut({**queue, "items": ranked}, removed, kept)


def _offerable(
    items: Iterable[Item], reference: Reference, reader: Reader, removed: list[RemovalCode]
) -> Iterator[Item]:
    for item in items:
        entry = reference.entry(item["activity"])
        removal = None if entry is None else removal_at_reading(entry, reader)
        if removal is None:
            yield item
        else:
            removed.append(removal.code)


def _within(items: Iterable[Item], context: str, reference: Reference) -> Iterable[Item]:
    if not context:
        return items
    course = course_of(context, reference)
    return (item for item in items if course and _course(item, reference) == course)


def course_of(context: str, reference: Reference) -> str:
    """The course that an id means: itself where activities belong to it, else its own; or ""."""
    if reference.course(context):
        return context
    entry = reference.entry(context)
    return entry.activity.course if entry else ""


def _course(item: Item, reference: Reference) -> str:
    entry = reference.entry(item["activity"])
    return entry.activity.course if entry else ""


def _cut(items: Iterable[Item], wish: Wish) -> Iterator[Item]:
    """The first `k` that fit into what is left of the time; what is too long is passed over."""
    left = float("inf") if wish.minutes is None else wish.minutes
    places = wish.k
    for item in items:
        if item["minutes"] <= left and places:
            left -= item["minutes"]
            places -= 1
            yield item


def _ranked(item: Item, rank: int) -> Item:
    return item if item["rank"] == rank else {**item, "rank": rank}
