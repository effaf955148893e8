"""What the model knows, as arrays that compiled functions can read; a *slot* is an item's row.

Links are kept in two layers. A replica has rows of its own, with the links that it has changed
since its base, as they are now; the links of the base are shared by all replicas, never written,
and count where the replica has none of its own.
"""

from typing import Any, NamedTuple

import numpy as np

from online_models.compiled import compiled
from online_models.relevance.hashing import mixed

EXPERTS = (
    "together",
    "follows",
    "chain",
    "popular",
    "peers",
    "own",
    "skills",
    "words",
)
"""Whose opinions are blended; `experts` says what each measures."""

REGIMES = ("warm", "cold", "new")
"""Each has weights of its own: items that were visited, items by their description alone, and all
items for a learner of whom nothing is known."""

FACTORS = 16
"""Numbers of a factor vector."""

BLOCK = 64
"""Numbers of a sketch of skills, and of one of words."""

AHEAD, BEHIND = 0, 1
"""Columns of a link: visits to its target soon after its source, and soon before."""

TASTE, OFFER = 0, 1
"""Which of its two factor vectors: what having visited an item, and what being one, stands for."""

PRIOR_MEAN, PRIOR_VARIANCE = 0.5, 0.2
"""Of the weight of an expert before anything was learned."""

MEAN, VARIANCE, COUNT = 0, 1, 2
"""Of a weight."""

SKETCH = 2 * BLOCK
"""Numbers of a description, skills then words; behind them stand their two inverse lengths."""

VACANT, AN_ITEM, A_COHORT = range(3)
"""What a slot is taken by."""

VISITS, TASTES, OFFERS, SKETCHES, LINKS = 1, 2, 4, 8, 16
"""Sorts of numbers of a slot, as bits of a set."""

SWEEP, MET, NOTED, ROWS, SPARE = range(5)
"""Counters: number of the sweep; lengths of `met` and of `noted`; rows that were ever taken, and
the length of `spare`."""

OWN, CHANGED = 0, 1
"""Parts of `Arrays.ours`."""


class Arrays(NamedTuple):
    """(n,) is one entry a slot, as many as there is room for."""

    keys: Any
    """uint64 (n,)"""
    sort: Any
    """uint8 (n,): `VACANT`, `AN_ITEM` or `A_COHORT`"""
    index_keys: Any
    """uint64 (a power of two,): keys of items, to be found by their hash (linear probing)"""
    index_slots: Any
    """int32, the same length: their slots; -1 where a place is free"""
    visits: Any
    """float64 (n,), at the landmark's scale (`scale_of`)"""
    total: Any
    """float64 (1,): visits to all items"""
    stated: Any
    """float64 (n,): when the description was last seen to change, POSIX seconds; -inf never"""
    moves: Any
    """float64 (2, n, FACTORS): how far the factors have moved from where they started"""
    gains: Any
    """float64 (2, n, 2): sum of the squared slopes of a vector (AdaGrad), and how many"""
    sketch: Any
    """float32 (n, SKETCH + 2)"""
    weights: Any
    """float64 (regimes, experts, 3): mean, variance, how often it was learned"""
    row: Any
    """int32 (n,): the own row of links, or -1"""
    used: Any
    """int32 (rows,): links in the row"""
    target: Any
    """int32 (rows, max_links): slots"""
    link: Any
    """float64 (rows, max_links, 2): ahead, behind"""
    fresh: Any
    """uint8 (rows, max_links): has the link changed?"""
    spare: Any
    """int32 (rows,): rows that were given back"""
    own: Any
    """uint8 (n,): which numbers of the slot are the replica's own, but for links"""
    changed: Any
    """uint8 (n,): which numbers of the slot have changed, be they still there or not"""
    noted: Any
    """int32 (n,): slots of which some have"""
    ours: Any
    """uint8 (2, regimes + 1, experts): whether each weight is own, and whether it has changed; the
    first one of the last row is the total's"""
    base_start: Any
    """int64 (slots of the base + 1,): where the base's links of a slot begin"""
    base_target: Any
    """int32 (links of the base,)"""
    base_link: Any
    """float64 (links of the base, 2)"""
    sums: Any
    """Scratch, float64 (n, 4), zero between calls: what links add up to, see `links`"""
    stamp: Any
    """Scratch, int64 (n,): the last sweep that met the slot among own links"""
    is_met: Any
    """Scratch, uint8 (n,), zero between calls: is it in `met`?"""
    met: Any
    """Scratch, int32 (n,): slots whose sums may be other than zero"""
    counts: Any
    """int64 (5,): see `SWEEP`"""


def fresh_weights() -> Any:
    """Weights before anything was learned."""
    weights = np.empty((len(REGIMES), len(EXPERTS), 3))
    weights[:] = PRIOR_MEAN, PRIOR_VARIANCE, 0.0
    return weights


def arrays_of(room: int, rows: int, max_links: int) -> Arrays:
    """Empty arrays for `room` slots, `rows` of which have links."""
    places = 1 << max(2 * room - 1, 1).bit_length()
    return Arrays(
        keys=np.zeros(room, np.uint64),
        sort=np.zeros(room, np.uint8),
        index_keys=np.zeros(places, np.uint64),
        index_slots=np.full(places, -1, np.int32),
        visits=np.zeros(room),
        total=np.zeros(1),
        stated=np.full(room, -np.inf),
        moves=np.zeros((2, room, FACTORS)),
        gains=np.zeros((2, room, 2)),
        sketch=np.zeros((room, SKETCH + 2), np.float32),
        weights=fresh_weights(),
        row=np.full(room, -1, np.int32),
        used=np.zeros(rows, np.int32),
        target=np.zeros((rows, max_links), np.int32),
        link=np.zeros((rows, max_links, 2)),
        fresh=np.zeros((rows, max_links), np.uint8),
        spare=np.zeros(rows, np.int32),
        own=np.zeros(room, np.uint8),
        changed=np.zeros(room, np.uint8),
        noted=np.zeros(room, np.int32),
        ours=np.zeros((2, len(REGIMES) + 1, len(EXPERTS)), np.uint8),
        base_start=np.zeros(1, np.int64),
        base_target=np.zeros(0, np.int32),
        base_link=np.zeros((0, 2)),
        sums=np.zeros((room, 4)),
        stamp=np.zeros(room, np.int64),
        is_met=np.zeros(room, np.uint8),
        met=np.zeros(room, np.int32),
        counts=np.zeros(5, np.int64),
    )


_BY_SLOT = (
    "keys",
    "sort",
    "visits",
    "stated",
    "sketch",
    "row",
    "own",
    "changed",
    "noted",
    "sums",
    "stamp",
    "is_met",
    "met",
)
_BY_ROW = ("used", "target", "link", "fresh", "spare")
_BY_SIDE = ("moves", "gains")
_AS_IT_IS = ("total", "weights", "ours", "base_start", "base_target", "base_link", "counts")


def with_room(arrays: Arrays, room: int, rows: int) -> Arrays:
    """The same, with room for so many slots and rows."""
    larger = arrays_of(room, rows, arrays.target.shape[1])
    slots, old_rows = len(arrays.keys), len(arrays.used)
    for name in _BY_SLOT:
        getattr(larger, name)[:slots] = getattr(arrays, name)
    for name in _BY_ROW:
        getattr(larger, name)[:old_rows] = getattr(arrays, name)
    for name in _BY_SIDE:
        getattr(larger, name)[:, :slots] = getattr(arrays, name)
    put_all(larger.index_keys, larger.index_slots, larger.keys, larger.sort)
    return larger._replace(**{name: getattr(arrays, name) for name in _AS_IT_IS})


@compiled
def slot_of(index_keys: Any, index_slots: Any, key: Any) -> Any:
    """Slot of the item of `key`, or -1."""
    place = np.int64(mixed(key)) & (len(index_keys) - 1)
    while index_slots[place] >= 0 and index_keys[place] != key:
        place = (place + 1) & (len(index_keys) - 1)
    return index_slots[place]


@compiled
def slots_of(index_keys: Any, index_slots: Any, keys: Any) -> Any:
    """int32 (n,): `slot_of` each of `keys`."""
    slots = np.empty(len(keys), np.int32)
    for n in range(len(keys)):
        slots[n] = slot_of(index_keys, index_slots, keys[n])
    return slots


@compiled
def put(index_keys: Any, index_slots: Any, key: Any, slot: int) -> None:
    """Let `key`, which is not there, be found in `slot`."""
    place = np.int64(mixed(key)) & (len(index_keys) - 1)
    while index_slots[place] >= 0:
        place = (place + 1) & (len(index_keys) - 1)
    index_keys[place], index_slots[place] = key, slot


@compiled
def put_all(index_keys: Any, index_slots: Any, keys: Any, sort: Any) -> None:
    """Let all items be found, and nothing else."""
    index_slots[:] = -1
    for slot in range(len(keys)):
        if sort[slot] == AN_ITEM:
            put(index_keys, index_slots, keys[slot], slot)


@compiled
def note(a: Any, slot: int, numbers: int) -> None:
    """That numbers of a slot have changed, and are own."""
    if a.changed[slot] == 0:
        a.noted[a.counts[NOTED]] = slot
        a.counts[NOTED] += 1
    a.changed[slot] |= numbers
    a.own[slot] |= numbers & ~LINKS
