"""Links between items: what is visited soon after what.

A visit adds 1 to the link from each of the `WINDOW` items that the learner visited before it:
*ahead* in the row of the earlier item, *behind* in the row of the later one. So a row says both
what follows an item and what is seen around it, and `ahead / visits` is the share of visits that
led to an item soon.
"""

from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.relevance.arrays import (
    AHEAD,
    BEHIND,
    CHANGED,
    LINKS,
    MET,
    OWN,
    ROWS,
    SPARE,
    SWEEP,
    VISITS,
    note,
)

WINDOW = 3
"""A visit is *soon* after the last so many other items."""

NEAR, NEXT, FAR, OF_COHORT = range(4)
"""Columns of `Arrays.sums`: around, after, two links away, and among the learner's cohorts."""


@compiled
def sweep(a: Any, source: int, share: float, column: int, everything: bool) -> None:
    """Add `share` of all links of `source` to the sums of what they lead to.

    Args:
        a: the arrays.
        source: a slot.
        share: of the links.
        column: of the sums; with `NEAR` goes `NEXT`.
        everything: otherwise only what was met before (`meet`) counts.
    """
    a.counts[SWEEP] += 1
    now, row = a.counts[SWEEP], a.row[source]
    is_based = source + 1 < len(a.base_start)
    if row >= 0:
        for place in range(a.used[row]):
            target = a.target[row, place]
            if is_based:
                a.stamp[target] = now
            if _counts(a, target, everything):
                _add(
                    a.sums,
                    target,
                    a.link[row, place, AHEAD],
                    a.link[row, place, BEHIND],
                    share,
                    column,
                )
    if is_based:
        for place in range(a.base_start[source], a.base_start[source + 1]):
            target = a.base_target[place]
            if a.stamp[target] != now and _counts(a, target, everything):
                _add(
                    a.sums,
                    target,
                    a.base_link[place, AHEAD],
                    a.base_link[place, BEHIND],
                    share,
                    column,
                )


@compiled
def _counts(a: Any, target: int, everything: bool) -> bool:
    if everything:
        meet(a, target)
    return bool(a.is_met[target])


@compiled
def _add(sums: Any, target: int, ahead: float, behind: float, share: float, column: int) -> None:
    if column == OF_COHORT:
        sums[target, OF_COHORT] += share * ahead
        return
    sums[target, column] += share * 0.5 * (ahead + behind)
    if column == NEAR:
        sums[target, NEXT] += share * ahead


@compiled
def meet(a: Any, slot: int) -> None:
    """Let the sums of `slot` count."""
    if a.is_met[slot] == 0:
        a.is_met[slot] = 1
        a.met[a.counts[MET]] = slot
        a.counts[MET] += 1


@compiled
def forget_sums(a: Any) -> None:
    """Make the sums zero again."""
    for place in range(a.counts[MET]):
        a.is_met[a.met[place]] = 0
        for column in range(a.sums.shape[1]):
            a.sums[a.met[place], column] = 0.0
    a.counts[MET] = 0


@compiled
def strongest(a: Any, column: int, most: int) -> Any:
    """Slots with the largest sums in `column`, largest first, ties by key."""
    met = a.met[: a.counts[MET]]
    return met[largest(a.sums[met, column], a.keys[met], most, 0.0)]


@compiled
def largest(values: Any, keys: Any, most: int, floor: float) -> Any:
    """Places of the largest of `values` above `floor`, largest first, ties by key."""
    best = np.empty(most, np.int64)
    size = 0
    for place in range(len(values)):
        if values[place] <= floor:
            continue
        if size == most:
            last = best[size - 1]
            if not _is_before(values[place], keys[place], values[last], keys[last]):
                continue
            size -= 1
        rank = size
        while rank > 0:
            other = best[rank - 1]
            if not _is_before(values[place], keys[place], values[other], keys[other]):
                break
            best[rank] = other
            rank -= 1
        best[rank] = place
        size += 1
    return best[:size]


@compiled
def _is_before(value: float, key: int, other: float, other_key: int) -> bool:
    return bool(value > other or (value == other and key < other_key))


@compiled
def count_visit(a: Any, sources: Any, target: int, cohorts: Any, weight: float) -> Any:
    """Count a visit to `target` soon after `sources` by somebody of `cohorts`, all of them slots.

    There is room for rows of links.

    Returns:
        int32 (n, 2): sources and targets of links that had to leave full rows.
    """
    gone, size = np.empty((2 * len(sources) + len(cohorts), 2), np.int32), 0
    for source in sources:
        size = _put_down(gone, size, source, _add_link(a, source, target, AHEAD, weight))
        size = _put_down(gone, size, target, _add_link(a, target, source, BEHIND, weight))
    for cohort in cohorts:
        size = _put_down(gone, size, cohort, _add_link(a, cohort, target, AHEAD, weight))
        a.visits[cohort] += weight
        note(a, cohort, VISITS)
    a.visits[target] += weight
    note(a, target, VISITS)
    a.total[0] += weight
    a.ours[OWN, -1, 0] = a.ours[CHANGED, -1, 0] = 1
    return gone[:size]


@compiled
def _put_down(gone: Any, size: int, source: int, left: int) -> int:
    """Add the link from `source` to `left`, where that is one; how long `gone` is then."""
    if left < 0:
        return size
    gone[size, 0], gone[size, 1] = source, left
    return size + 1


@compiled
def give_row(a: Any, slot: int) -> Any:
    """The row for the own links of `slot`; there is room for one more."""
    row = a.row[slot]
    if row < 0:
        if a.counts[SPARE] > 0:
            a.counts[SPARE] -= 1
            row = a.spare[a.counts[SPARE]]
        else:
            row = a.counts[ROWS]
            a.counts[ROWS] += 1
        a.row[slot] = row
    return row


@compiled
def take_row(a: Any, slot: int) -> None:
    """Have no links of `slot` any more."""
    row = a.row[slot]
    if row >= 0:
        a.row[slot], a.used[row], a.fresh[row, :] = -1, 0, 0
        a.spare[a.counts[SPARE]] = row
        a.counts[SPARE] += 1


@compiled
def _add_link(a: Any, source: int, target: int, column: int, weight: float) -> int:
    """Add to a link; returns the slot whose link had to leave for it, or -1."""
    row = give_row(a, source)
    note(a, source, LINKS)
    place, gone = _place_of(a, row, target), -1
    if place < 0:
        place = a.used[row]
        if place < a.target.shape[1]:
            a.used[row] += 1
        else:
            place = _weakest(a, row)
            gone = a.target[row, place]
        a.target[row, place] = target
        a.link[row, place, AHEAD], a.link[row, place, BEHIND] = _of_base(a, source, target)
    a.link[row, place, column] += weight
    a.fresh[row, place] = 1
    return gone


@compiled
def _place_of(a: Any, row: int, target: int) -> int:
    for place in range(a.used[row]):
        if a.target[row, place] == target:
            return place
    return -1


@compiled
def _weakest(a: Any, row: int) -> int:
    """Place of the smallest link of a full row, ties by key."""
    weakest, least = -1, np.inf
    for place in range(a.target.shape[1]):
        size = a.link[row, place, AHEAD] + a.link[row, place, BEHIND]
        if size < least or (size == least and _key(a, row, place) < _key(a, row, weakest)):
            weakest, least = place, size
    return weakest


@compiled
def _key(a: Any, row: int, place: int) -> Any:
    return a.keys[a.target[row, place]]


@compiled
def _of_base(a: Any, source: int, target: int) -> Any:
    """What the base has of the link, ahead and behind, else nothing."""
    if source + 1 < len(a.base_start):
        for place in range(a.base_start[source], a.base_start[source + 1]):
            if a.base_target[place] == target:
                return a.base_link[place, AHEAD], a.base_link[place, BEHIND]
    return 0.0, 0.0


@compiled
def ahead_of(a: Any, sources: Any, target: int) -> Any:
    """(n,): the link ahead from each of `sources` to `target`, 0 where nothing was seen."""
    found = np.zeros(len(sources))
    for n in range(len(sources)):
        row = a.row[sources[n]]
        place = _place_of(a, row, target) if row >= 0 else -1
        of_base, _ = _of_base(a, sources[n], target)
        found[n] = a.link[row, place, AHEAD] if place >= 0 else of_base
    return found


@compiled
def own_links(a: Any, slots: Any, everything: bool) -> Any:
    """Own links of `slots`; of those that are not `fresh` only where `everything` is asked for.

    Returns:
        int32 (n,) source, int32 (n,) target, float64 (n, 2) ahead and behind.
    """
    size = 0
    for slot in slots:
        size += a.used[a.row[slot]] if a.row[slot] >= 0 else 0
    source, target = np.empty(size, np.int32), np.empty(size, np.int32)
    link, size = np.empty((size, 2)), 0
    for slot in slots:
        row = a.row[slot]
        for place in range(a.used[row] if row >= 0 else 0):
            if everything or a.fresh[row, place]:
                source[size], target[size] = slot, a.target[row, place]
                link[size] = a.link[row, place]
                size += 1
    return source[:size], target[:size], link[:size]


@compiled
def drop_targets(a: Any, is_gone: Any) -> None:
    """Take the own links to every slot that `is_gone` out of the rows."""
    for row in range(a.counts[ROWS]):
        kept = 0
        for place in range(a.used[row]):
            if not is_gone[a.target[row, place]]:
                a.target[row, kept] = a.target[row, place]
                a.link[row, kept] = a.link[row, place]
                a.fresh[row, kept] = a.fresh[row, place]
                kept += 1
        a.fresh[row, kept:] = 0
        a.used[row] = kept
