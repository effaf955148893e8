"""Links between items: what is visited soon after what.

A visit adds 1 to the link from each of the `WINDOW` items that the learner visited before it:
*ahead* in the row of the earlier item, *behind* in the row of the later one. So a row says both
what follows an item and what is seen around it, and `ahead / visits` is the share of visits that
led to an item soon.
"""

from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.relevance.arrays import AHEAD, BEHIND

WINDOW = 3
"""A visit is *soon* after the last so many other items."""

VIA = 16
"""Items through which a chain of two links leads: those nearest to what the learner did."""

NEAR, NEXT, FAR, OF_COHORT = range(4)
"""Columns of `Arrays.sums`: around, after, two links away, and among the learner's cohorts."""

_SWEEP, _MET = 0, 1


@compiled
def sweep(a: Any, source: int, share: float, column: int) -> None:
    """Add `share` of all links of `source` to the sums of what they lead to."""
    a.clock[_SWEEP] += 1
    row = a.row[source]
    if row >= 0:
        n = a.used[row]
        for place in range(n):
            a.stamp[a.target[row, place]] = a.clock[_SWEEP]
        _meet(a.is_met, a.met, a.clock, a.target[row, :n])
        _add(a.sums, a.target[row, :n], a.link[row, :n], share, column)
    if source + 1 < len(a.base_start):
        start, end = a.base_start[source], a.base_start[source + 1]
        others = np.flatnonzero(a.stamp[a.base_target[start:end]] != a.clock[_SWEEP]) + start
        _meet(a.is_met, a.met, a.clock, a.base_target[others])
        _add(a.sums, a.base_target[others], a.base_link[others], share, column)


@compiled
def _meet(is_met: Any, met: Any, clock: Any, targets: Any) -> None:
    for target in targets:
        if is_met[target] == 0:
            is_met[target] = 1
            met[clock[_MET]] = target
            clock[_MET] += 1


@compiled
def _add(sums: Any, targets: Any, links: Any, share: float, column: int) -> None:
    for place in range(len(targets)):
        ahead, behind = links[place, AHEAD], links[place, BEHIND]
        if column == OF_COHORT:
            sums[targets[place], OF_COHORT] += share * ahead
        else:
            sums[targets[place], column] += share * 0.5 * (ahead + behind)
        if column == NEAR:
            sums[targets[place], NEXT] += share * ahead


@compiled
def forget_sums(a: Any) -> None:
    """Make the sums zero again."""
    for place in range(a.clock[_MET]):
        target = a.met[place]
        a.is_met[target] = 0
        for column in range(a.sums.shape[1]):
            a.sums[target, column] = 0.0
    a.clock[_MET] = 0


@compiled
def strongest(a: Any, column: int, most: int) -> Any:
    """Slots with the largest sums in `column`, largest first, ties by key."""
    return _largest(a.sums[:, column], a.keys, a.met[: a.clock[_MET]], most)


@compiled
def _largest(sums: Any, keys: Any, slots: Any, most: int) -> Any:
    best = np.empty(most, np.int32)
    size = 0
    for slot in slots:
        if sums[slot] <= 0.0:
            continue
        if size == most:
            last = best[size - 1]
            if not _is_before(sums[slot], keys[slot], sums[last], keys[last]):
                continue
            size -= 1
        rank = size
        while rank > 0:
            other = best[rank - 1]
            if not _is_before(sums[slot], keys[slot], sums[other], keys[other]):
                break
            best[rank] = other
            rank -= 1
        best[rank] = slot
        size += 1
    return best[:size]


@compiled
def _is_before(value: float, key: int, other: float, other_key: int) -> bool:
    return bool(value > other or (value == other and key < other_key))


@compiled
def add_links(a: Any, sources: Any, target: int, weight: float) -> Any:
    """Count a visit to `target` after visits to `sources`; all of them have rows of their own.

    Returns:
        int32 (n, 2): the slots whose links had to leave the full rows of each source and of
        `target`, or -1.
    """
    gone = np.empty((len(sources), 2), np.int32)
    for place in range(len(sources)):
        gone[place, AHEAD] = _add_link(a, sources[place], target, AHEAD, weight)
        gone[place, BEHIND] = _add_link(a, target, sources[place], BEHIND, weight)
    return gone


@compiled
def add_member(a: Any, cohort: int, target: int, weight: float) -> int:
    """Count a visit to `target` by `cohort`; returns the slot whose link had to leave, or -1."""
    return _add_link(a, cohort, target, AHEAD, weight)


@compiled
def _add_link(a: Any, source: int, target: int, column: int, weight: float) -> int:
    row = a.row[source]
    for place in range(a.used[row]):
        if a.target[row, place] == target:
            a.link[row, place, column] += weight
            return -1
    place, gone = a.used[row], -1
    if place == a.target.shape[1]:
        place = _weakest(a.link[row], a.keys[a.target[row]])
        gone = a.target[row, place]
    else:
        a.used[row] += 1
    a.target[row, place] = target
    _start(a, source, target, a.link[row, place])
    a.link[row, place, column] += weight
    return gone


@compiled
def _weakest(links: Any, keys: Any) -> int:
    weakest = 0
    for place in range(1, len(links)):
        less = links[place].sum() - links[weakest].sum()
        if less < 0.0 or (less == 0.0 and keys[place] < keys[weakest]):
            weakest = place
    return weakest


@compiled
def _start(a: Any, source: int, target: int, link: Any) -> None:
    """What the base has of the link, else nothing."""
    link[:] = 0.0
    if source + 1 < len(a.base_start):
        for place in range(a.base_start[source], a.base_start[source + 1]):
            if a.base_target[place] == target:
                link[:] = a.base_link[place]


@compiled
def ahead_of(a: Any, sources: Any, target: int) -> Any:
    """(n,): the link ahead from each of `sources` to `target`, 0 where nothing was seen."""
    found = np.zeros((len(sources), 2))
    for n in range(len(sources)):
        _start(a, sources[n], target, found[n])
        row = a.row[sources[n]]
        if row >= 0:
            for place in range(a.used[row]):
                if a.target[row, place] == target:
                    found[n] = a.link[row, place]
    return found[:, AHEAD]


@compiled
def drop_targets(a: Any, rows: int, is_gone: Any) -> None:
    """Take the own links to every slot that `is_gone` out of the first `rows` rows."""
    for row in range(rows):
        kept = 0
        for place in range(a.used[row]):
            if not is_gone[a.target[row, place]]:
                a.target[row, kept] = a.target[row, place]
                a.link[row, kept] = a.link[row, place]
                kept += 1
        a.used[row] = kept
