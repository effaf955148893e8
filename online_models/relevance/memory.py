"""What the model keeps: slots, arrays, and which of the numbers are the replica's own."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from online_models.relevance.arrays import (
    AHEAD,
    BEHIND,
    EXPERTS,
    REGIMES,
    Arrays,
    arrays_of,
    with_room,
)
from online_models.relevance.links import add_links, add_member, drop_targets

ALL = "*"
ITEM, COHORT, SKETCHED, WEIGHT = "i", "c", "d", "w"
LINK, MEMBER = "l", "m"
LINKS = (LINK, MEMBER)
"""From an item, and from a cohort."""
SIDES = ("p", "q")
"""Taste and offer."""

Name = tuple[str, int, int]
"""Kind of number, key (of weights: regime), and key of a target (of weights: expert) or 0."""

_FIRST_ROOM = 64
_TOTAL: Name = (ALL, 0, 0)
_WEIGHTS: list[dict[Name, None]] = [
    {(WEIGHT, regime, expert): None for expert in range(len(EXPERTS))}
    for regime in range(len(REGIMES))
]


@dataclass(frozen=True, slots=True)
class Shared:
    """What the replicas on one base have in common; never written."""

    items: Mapping[int, int]
    """Key -> slot."""
    cohorts: Mapping[int, int]
    described: Mapping[int, float]
    total: float
    arrays: Arrays


NOTHING = Shared({}, {}, {}, 0.0, arrays_of(0, 0, 1))


@dataclass(slots=True)
class Memory:
    """Everything that is known, own numbers over those of the base.

    Args:
        max_items: how many items and cohorts may be known beside those of the base.
        max_links: how many links may be own in one row.
        shared: the base.
    """

    max_items: int
    max_links: int
    shared: Shared = NOTHING
    items: dict[int, int] = field(init=False)
    """Key -> slot."""
    cohorts: dict[int, int] = field(init=False)
    """Key -> slot."""
    described: dict[int, float] = field(init=False)
    """Key of an item -> when its description was last seen to change, POSIX seconds."""
    total: float = field(init=False)
    """Visits to all items."""
    arrays: Arrays = field(init=False)
    order: Any = field(init=False)
    """int32: slots of the items, by key."""
    own: dict[Name, None] = field(init=False, default_factory=dict)
    """Own numbers, without links: those stand in the rows."""
    changed: dict[Name, None] = field(init=False, default_factory=dict)
    _keys: list[int] = field(init=False)
    _sketches: dict[int, Any] = field(init=False, default_factory=dict)
    """Of items that were described lately: so that the same object is not compared again."""
    _free: list[int] = field(init=False, default_factory=list)
    _free_rows: list[int] = field(init=False, default_factory=list)
    _rows: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        shared = self.shared
        self.items, self.cohorts = dict(shared.items), dict(shared.cohorts)
        self.described, self.total = dict(shared.described), shared.total
        empty = arrays_of(0, 0, self.max_links)
        rows = {name: getattr(empty, name) for name in ("used", "target", "link")}
        self.arrays = with_room(
            shared.arrays._replace(weights=shared.arrays.weights.copy(), **rows),
            max(len(shared.arrays.keys), len(self) + _FIRST_ROOM),
            _FIRST_ROOM,
        )
        self._put_in_order()

    def __len__(self) -> int:
        """Items and cohorts."""
        return len(self.items) + len(self.cohorts)

    def add_item(self, key: int) -> int:
        """The slot of an item, a new one where it is not known."""
        slot = self.items.get(key)
        if slot is None:
            slot = self.items[key] = self._vacant(key)
            place = bisect_left(self._keys, key)
            self._keys.insert(place, key)
            self.order = np.insert(self.order, place, slot)
        return slot

    def add_cohort(self, key: int) -> int:
        """The slot of a cohort, a new one where it is not known."""
        slot = self.cohorts.get(key)
        if slot is None:
            slot = self.cohorts[key] = self._vacant(key)
        return slot

    def note(self, name: Name) -> None:
        """That the number of `name` is own and has changed."""
        self.own[name] = self.changed[name] = None

    def note_weights(self, regime: int) -> None:
        """That the weights of a regime are own and have changed."""
        self.own.update(_WEIGHTS[regime])
        self.changed.update(_WEIGHTS[regime])

    def add_visit(self, item: int, weight: float) -> None:
        """Count a visit to a known item."""
        self.arrays.visits[self.items[item]] += weight
        self.total += weight
        self.note((ITEM, item, 0))
        self.note(_TOTAL)

    def add_links(self, sources: list[int], target: int, weight: float) -> None:
        """Count a visit to `target` soon after visits to `sources`; all are known items."""
        slots = [self.items[key] for key in (*sources, target)]
        for slot in slots:
            self.give_row(slot)
        gone = add_links(self.arrays, np.array(slots[:-1], np.int32), slots[-1], weight)
        for source, left in zip(sources, gone.tolist(), strict=True):
            self._note_link((LINK, source, target), left[AHEAD])
            self._note_link((LINK, target, source), left[BEHIND])

    def add_member(self, cohort: int, target: int, weight: float) -> None:
        """Count a visit to a known item by `cohort`."""
        slot = self.add_cohort(cohort)
        self.give_row(slot)
        gone = add_member(self.arrays, slot, self.items[target], weight)
        self._note_link((MEMBER, cohort, target), gone)
        self.arrays.visits[slot] += weight
        self.note((COHORT, cohort, 0))

    def describe(self, item: int, sketch: Any, at: float) -> None:
        """Take in what a known item is about, unless something newer is known."""
        if self._sketches.get(item) is sketch or at < self.described.get(item, at):
            return
        held, self._sketches[item] = self.arrays.sketch[self.items[item]], sketch
        if not np.array_equal(held, sketch):
            held[:] = sketch
            self.described[item] = at
            self.note((SKETCHED, item, 0))

    def forget_rare(self, spared: int) -> None:
        """Where too many are known beside those of the base, forget the half visited least."""
        if len(self) - len(self.shared.items) - len(self.shared.cohorts) <= self.max_items:
            return
        visits, shared = self.arrays.visits, self.shared
        items = ((visits[s], k, ITEM) for k, s in self.items.items() if k not in shared.items)
        groups = (
            (visits[s], k, COHORT) for k, s in self.cohorts.items() if k not in shared.cohorts
        )
        new = sorted(one for one in chain(items, groups) if one[1:] != (spared, ITEM))
        self._forget([(kind, key, 0) for _, key, kind in new[: len(new) - self.max_items // 2]])

    def own_links(self) -> list[Name]:
        """Names of the own links."""
        a, names = self.arrays, []
        for kind, slots in ((LINK, self.items), (MEMBER, self.cohorts)):
            for key, slot in slots.items():
                if a.row[slot] >= 0:
                    targets = a.keys[a.target[a.row[slot], : a.used[a.row[slot]]]]
                    names += [(kind, key, target) for target in targets.tolist()]
        return names

    def _note_link(self, name: Name, gone: int) -> None:
        self.changed[name] = None
        if gone >= 0:
            self.changed[(*name[:2], int(self.arrays.keys[gone]))] = None

    def _vacant(self, key: int) -> int:
        slot = self._free.pop() if self._free else len(self)
        if slot >= len(self.arrays.keys):
            self.arrays = with_room(self.arrays, 2 * slot, len(self.arrays.used))
        self.arrays.keys[slot] = key
        return slot

    def give_row(self, slot: int) -> None:
        """A row for the own links of `slot`, where it has none."""
        if self.arrays.row[slot] >= 0:
            return
        if self._free_rows:
            row = self._free_rows.pop()
        else:
            row = self._rows
            self._rows += 1
            if row >= len(self.arrays.used):
                self.arrays = with_room(self.arrays, len(self.arrays.keys), 2 * row)
        self.arrays.row[slot] = row

    def _put_in_order(self) -> None:
        self._keys = sorted(self.items)
        self.order = np.array([self.items[key] for key in self._keys], np.int32)

    def _forget(self, names: list[Name]) -> None:
        items = {key for kind, key, _ in names if kind == ITEM}
        cohorts = {key for kind, key, _ in names if kind == COHORT}
        for name in self.own_links():
            if name[2] in items or name[1] in (items if name[0] == LINK else cohorts):
                self.changed[name] = None
        slots = [(self.items if name[0] == ITEM else self.cohorts).pop(name[1]) for name in names]
        is_gone = np.zeros(len(self.arrays.keys), np.bool_)
        is_gone[slots] = True
        drop_targets(self.arrays, self._rows, is_gone)
        for name, slot in zip(names, slots, strict=True):
            self._vacate(name, slot)
        self._put_in_order()

    def _vacate(self, forgotten: Name, slot: int) -> None:
        a, (kind, key, _) = self.arrays, forgotten
        kinds = (ITEM, SKETCHED, *SIDES) if kind == ITEM else (COHORT,)
        for name in ((one, key, 0) for one in kinds):
            if name in self.own:
                del self.own[name]
                self.changed[name] = None
        if kind == ITEM:
            self.described.pop(key, None)
            self._sketches.pop(key, None)
        a.visits[slot] = a.sketch[slot] = a.moves[:, slot] = a.gains[:, slot] = 0.0
        if a.row[slot] >= 0:
            a.used[a.row[slot]] = 0
            self._free_rows.append(int(a.row[slot]))
            a.row[slot] = -1
        self._free.append(slot)
