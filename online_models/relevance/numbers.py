"""From what the model keeps to named numbers, and back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from online_models.contract import Numbers
from online_models.relevance.arrays import (
    A_COHORT,
    AN_ITEM,
    CHANGED,
    FACTORS,
    LINKS,
    NOTED,
    OFFERS,
    OWN,
    ROWS,
    SKETCH,
    SKETCHES,
    TASTES,
    VISITS,
)
from online_models.relevance.content import measure_lengths
from online_models.relevance.links import own_links
from online_models.relevance.memory import (
    ALL,
    COHORT,
    ITEM,
    KINDS,
    LINK,
    MEMBER,
    SIDES,
    SKETCHED,
    WEIGHT,
    Memory,
    Name,
)
from online_models.relevance.naming import text_of

Values = tuple[float, ...]

_BITS = {ITEM: VISITS, COHORT: VISITS, SKETCHED: SKETCHES, SIDES[0]: TASTES, SIDES[1]: OFFERS}


def own_numbers(memory: Memory) -> Numbers:
    """All own numbers, by name in order."""
    slots = np.flatnonzero(memory.arrays.row >= 0)
    found = own_but_links(memory) | _of_links(memory, slots, everything=True)
    return dict(sorted(found.items()))


def own_but_links(memory: Memory) -> Numbers:
    """All of them but the links, in any order."""
    slots = np.flatnonzero(memory.arrays.own)
    return dict(_of_all(memory, OWN)) | _of_slots(memory, slots, memory.arrays.own[slots])


def changed_numbers(memory: Memory) -> Numbers:
    """Own numbers that have changed, the empty tuple for what is not own any more."""
    a = memory.arrays
    slots = a.noted[: a.counts[NOTED]]
    changed = a.changed[slots]
    found: Numbers = {text_of(name): () for name in memory.dropped}
    found |= _of_all(memory, CHANGED)
    found |= _of_slots(memory, slots, changed & a.own[slots])
    found |= _of_links(memory, slots[changed & LINKS != 0], everything=False)
    return found


def _of_all(memory: Memory, part: int) -> Iterator[tuple[str, Values]]:
    """Total and weights, where `ours` has it."""
    a = memory.arrays
    for regime, expert in np.argwhere(a.ours[part, :-1]).tolist():
        yield text_of((WEIGHT, regime, expert)), tuple(a.weights[regime, expert].tolist())
    if a.ours[part, -1, 0]:
        yield ALL, (a.total.item(),)


def _of_slots(memory: Memory, slots: Any, wanted: Any) -> Numbers:
    """Those of the numbers of each slot that are wanted, links left aside."""
    a, found = memory.arrays, Numbers()
    for kind, bit in _BITS.items():
        sort = A_COHORT if kind == COHORT else AN_ITEM
        chosen = slots[(wanted & bit != 0) & (a.sort[slots] == sort)]
        rows = zip(a.keys[chosen].tolist(), _rows(memory, kind, chosen).tolist(), strict=True)
        found |= {f"{kind}/{key:x}": tuple(row) for key, row in rows}
    return found


def _rows(memory: Memory, kind: str, slots: Any) -> Any:
    """The numbers of a kind of each slot, a row each."""
    a = memory.arrays
    if kind in SIDES:
        side = SIDES.index(kind)
        return np.concatenate((a.moves[side, slots], a.gains[side, slots]), axis=1)
    if kind == SKETCHED:
        return np.concatenate((a.sketch[slots, :SKETCH], a.stated[slots, None]), axis=1)
    return a.visits[slots, None]


def _of_links(memory: Memory, slots: Any, *, everything: bool) -> Numbers:
    a = memory.arrays
    sources, targets, links = own_links(a, slots, everything)
    keys = a.keys[sources].tolist(), a.keys[targets].tolist()
    kinds = np.where(a.sort[sources] == A_COHORT, MEMBER, LINK).tolist()
    rows = zip(kinds, *keys, links.tolist(), strict=True)
    return {f"{kind}/{source:x}>{target:x}": tuple(row) for kind, source, target, row in rows}


def fill(memory: Memory, own: Mapping[Name, Values]) -> None:
    """Put `own` numbers into `memory`, which has none."""
    links = []
    for name, values in own.items():
        if name[0] in KINDS:
            links.append((name, values))
        else:
            _put(memory, name, values)
    if links:
        _put_links(memory, links)


def _put(memory: Memory, name: Name, values: Values) -> None:
    (kind, key, expert), a = name, memory.arrays
    if kind == ALL:
        a.total[0], a.ours[OWN, -1, 0] = values[0], 1
    elif kind == WEIGHT:
        a.weights[key, expert], a.ours[OWN, key, expert] = values, 1
    else:
        _put_thing(memory, kind, key, values)


def _put_thing(memory: Memory, kind: str, key: int, values: Values) -> None:
    """Of an item or a cohort."""
    slot = memory.add_cohort(key) if kind == COHORT else memory.add_item(key)
    a = memory.arrays
    a.own[slot] |= _BITS[kind]
    if kind in SIDES:
        side = SIDES.index(kind)
        a.moves[side, slot], a.gains[side, slot] = values[:FACTORS], values[FACTORS:]
    elif kind == SKETCHED:
        a.sketch[slot, :SKETCH] = values[:-1]
        measure_lengths(a.sketch[slot : slot + 1])
        a.stated[slot] = values[-1]
    else:
        a.visits[slot] = values[0]


def _put_links(memory: Memory, links: Sequence[tuple[Name, Values]]) -> None:
    """All at once: a call of compiled code for each takes ten times as long as the rest."""
    ends = np.array([_ends(memory, name) for name, _ in links], np.int32)
    sources, first, inverse = np.unique(ends[:, 0], return_index=True, return_inverse=True)
    row_of = np.argsort(np.argsort(first))  # in the order in which sources are met
    rows, used = row_of[inverse], np.bincount(row_of[inverse])
    place = _counted(rows)
    memory.make_room(len(sources))
    a = memory.arrays
    if used.max() > a.target.shape[1]:
        name, _ = links[int(np.argmax(place >= a.target.shape[1]))]
        raise ValueError(f"{text_of(name)!r} is one link too many in its row: drop some of them")
    a.row[sources], a.used[: len(used)], a.counts[ROWS] = row_of, used, len(used)
    a.target[rows, place] = ends[:, 1]
    a.link[rows, place] = [values for _, values in links]


def _ends(memory: Memory, name: Name) -> tuple[int, int]:
    """Slots of the source and the target of a link."""
    kind, source, target = name
    slot = memory.add_item(source) if kind == LINK else memory.add_cohort(source)
    return slot, memory.add_item(target)


def _counted(rows: Any) -> Any:
    """Which one of its row each is, from 0."""
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], rows[order])
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows)) - starts
    return place
