"""What the model knows, as arrays that compiled functions can read; a *slot* is an item's row.

Links are kept in two layers. A replica has rows of its own, with the links that it has changed
since its base, as they are now; the links of the base are shared by all replicas, never written,
and count where the replica has none of its own.
"""

from typing import Any, NamedTuple

import numpy as np

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


class Arrays(NamedTuple):
    """(n,) is one entry a slot, as many as there is room for."""

    keys: Any
    """uint64 (n,)"""
    visits: Any
    """float64 (n,), at the landmark's scale (`scale_of`)"""
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
    """Scratch, int32 (n,): slots that links have led to"""
    clock: Any
    """Scratch, int64 (2,): number of the sweep, length of `met`"""


def fresh_weights() -> Any:
    """Weights before anything was learned."""
    weights = np.empty((len(REGIMES), len(EXPERTS), 3))
    weights[:] = PRIOR_MEAN, PRIOR_VARIANCE, 0.0
    return weights


def arrays_of(room: int, rows: int, max_links: int) -> Arrays:
    """Empty arrays for `room` slots, `rows` of which have links."""
    return Arrays(
        keys=np.zeros(room, np.uint64),
        visits=np.zeros(room),
        moves=np.zeros((2, room, FACTORS)),
        gains=np.zeros((2, room, 2)),
        sketch=np.zeros((room, SKETCH + 2), np.float32),
        weights=fresh_weights(),
        row=np.full(room, -1, np.int32),
        used=np.zeros(rows, np.int32),
        target=np.zeros((rows, max_links), np.int32),
        link=np.zeros((rows, max_links, 2)),
        base_start=np.zeros(1, np.int64),
        base_target=np.zeros(0, np.int32),
        base_link=np.zeros((0, 2)),
        sums=np.zeros((room, 4)),
        stamp=np.zeros(room, np.int64),
        is_met=np.zeros(room, np.uint8),
        met=np.zeros(room, np.int32),
        clock=np.zeros(2, np.int64),
    )


_BY_SLOT = ("keys", "visits", "sketch", "row", "sums", "stamp", "is_met", "met")
_BY_ROW = ("used", "target", "link")


def with_room(arrays: Arrays, room: int, rows: int) -> Arrays:
    """The same, with room for so many slots and rows."""
    max_links = arrays.target.shape[1]
    larger = arrays_of(room, rows, max_links)
    slots, old_rows = len(arrays.keys), len(arrays.used)
    for name in _BY_SLOT:
        getattr(larger, name)[:slots] = getattr(arrays, name)
    for name in _BY_ROW:
        getattr(larger, name)[:old_rows] = getattr(arrays, name)
    larger.moves[:, :slots] = arrays.moves
    larger.gains[:, :slots] = arrays.gains
    larger.clock[:] = arrays.clock
    return larger._replace(
        weights=arrays.weights,
        base_start=arrays.base_start,
        base_target=arrays.base_target,
        base_link=arrays.base_link,
    )
