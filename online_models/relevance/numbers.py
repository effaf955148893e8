"""From what the model keeps to named numbers, and back."""

from collections.abc import Iterable, Mapping

import numpy as np

from online_models.contract import Numbers
from online_models.relevance.arrays import FACTORS, SKETCH
from online_models.relevance.content import measure_lengths
from online_models.relevance.memory import (
    ALL,
    COHORT,
    LINK,
    LINKS,
    SIDES,
    SKETCHED,
    WEIGHT,
    Memory,
    Name,
)
from online_models.relevance.naming import text_of

Values = tuple[float, ...]


def written(memory: Memory, names: Iterable[Name]) -> Numbers:
    """The own numbers of `names`, the empty tuple for what is not own."""
    return {text_of(name): _own(memory, name) for name in names}


def _own(memory: Memory, name: Name) -> Values:
    if name[0] in LINKS:
        return _link(memory, name)
    return _values(memory, name) if name in memory.own else ()


def _link(memory: Memory, name: Name) -> Values:
    kind, source, target = name
    slot = (memory.items if kind == LINK else memory.cohorts).get(source)
    to, a = memory.items.get(target), memory.arrays
    if slot is not None and to is not None and a.row[slot] >= 0:
        row = a.row[slot]
        for place in np.flatnonzero(a.target[row, : a.used[row]] == to):
            return tuple(a.link[row, place].tolist())
    return ()


def _values(memory: Memory, name: Name) -> Values:
    (kind, key, expert), a = name, memory.arrays
    if kind == ALL:
        return (memory.total,)
    if kind == WEIGHT:
        return tuple(a.weights[key, expert].tolist())
    slot = memory.cohorts[key] if kind == COHORT else memory.items[key]
    if kind in SIDES:
        side = SIDES.index(kind)
        return (*a.moves[side, slot].tolist(), *a.gains[side, slot].tolist())
    if kind == SKETCHED:
        return (*a.sketch[slot, :SKETCH].tolist(), memory.described[key])
    return (float(a.visits[slot]),)


def fill(memory: Memory, own: Mapping[Name, Values]) -> None:
    """Put `own` numbers into `memory`."""
    for name, values in own.items():
        if name[0] not in LINKS:
            memory.own[name] = None
            _put(memory, name, values)
    for name, values in own.items():
        if name[0] in LINKS:
            _put_link(memory, name, values)


def _put(memory: Memory, name: Name, values: Values) -> None:
    kind, key, expert = name
    if kind == ALL:
        memory.total = values[0]
    elif kind == WEIGHT:
        memory.arrays.weights[key, expert] = values
    else:
        _put_thing(memory, kind, key, values)


def _put_thing(memory: Memory, kind: str, key: int, values: Values) -> None:
    """Of an item or a cohort."""
    slot = memory.add_cohort(key) if kind == COHORT else memory.add_item(key)
    a = memory.arrays
    if kind in SIDES:
        side = SIDES.index(kind)
        a.moves[side, slot], a.gains[side, slot] = values[:FACTORS], values[FACTORS:]
    elif kind == SKETCHED:
        a.sketch[slot, :SKETCH] = values[:-1]
        measure_lengths(a.sketch[slot : slot + 1])
        memory.described[key] = values[-1]
    else:
        a.visits[slot] = values[0]


def _put_link(memory: Memory, name: Name, values: Values) -> None:
    kind, source, target = name
    slot = memory.add_item(source) if kind == LINK else memory.add_cohort(source)
    to = memory.add_item(target)
    memory.give_row(slot)
    a = memory.arrays
    row, place = a.row[slot], a.used[a.row[slot]]
    if place == a.target.shape[1]:
        raise ValueError(f"{text_of(name)!r} is one link too many in its row: drop some of them")
    a.used[row] += 1
    a.target[row, place], a.link[row, place] = to, values
