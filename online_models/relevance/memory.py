"""What the model keeps: slots, arrays, and which of the numbers are the replica's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.relevance.arrays import (
    A_COHORT,
    AN_ITEM,
    CHANGED,
    NOTED,
    OFFERS,
    ROWS,
    SKETCHES,
    TASTES,
    VACANT,
    VISITS,
    Arrays,
    arrays_of,
    note,
    put,
    put_all,
    slot_of,
    with_room,
)
from online_models.relevance.links import WINDOW, drop_targets, own_links, take_row

ALL = "*"
ITEM, COHORT, SKETCHED, WEIGHT = "i", "c", "d", "w"
LINK, MEMBER = "l", "m"
KINDS = (LINK, MEMBER)
"""Of links: from an item, and from a cohort."""
SIDES = ("p", "q")
"""Taste and offer."""

Name = tuple[str, int, int]
"""Kind of number, key (of weights: regime), and key of a target (of weights: expert) or 0."""

_FIRST_ROOM = 64
_MANY = 1000
"""Links that have left are named when there are so many lists of them."""
_GONE = 1 << 7
"""Set of changes of a slot that was left by who had them."""
_COPIED = ("total", "weights", "counts", "ours")


@dataclass(frozen=True, slots=True)
class Shared:
    """What the replicas on one base have in common; never written."""

    arrays: Arrays
    """Items in the first slots, then cohorts."""
    cohorts: Mapping[int, int]
    """Key -> slot."""


NOTHING = Shared(arrays_of(0, 0, 1), {})


class Memory:
    """Everything that is known, own numbers over those of the base.

    Args:
        max_items: how many items and cohorts may be known beside those of the base.
        max_links: how many links may be own in one row.
        shared: the base.
    """

    def __init__(self, max_items: int, max_links: int, shared: Shared = NOTHING) -> None:
        based = shared.arrays
        self._max_items, self._based = max_items, len(based.keys)
        self.cohorts = dict(shared.cohorts)
        """Key -> slot."""
        self._dropped: dict[Name, None] = {}
        self._slots: dict[int, int] = {}
        """Item -> slot, as far as they were asked for: looking in the arrays takes longer."""
        self._left: list[Any] = []
        """Links that have left their rows and are not among the names of `_dropped` yet."""
        self._size = self._based
        self._free: list[int] = []
        self._sketches: dict[int, Any] = {}
        """By slot, as it was described lately: the same object need not be compared again."""
        self.arrays = with_room(
            based._replace(
                **{name: getattr(based, name).copy() for name in _COPIED},
                used=np.zeros(0, np.int32),
                **{
                    name: getattr(arrays_of(0, 0, max_links), name)
                    for name in ("target", "link", "fresh", "spare")
                },
            ),
            max(self._based, _FIRST_ROOM),
            _FIRST_ROOM,
        )
        self.order: Any = None
        """int32: slots of the items, by key."""
        self._put_in_order()

    def __len__(self) -> int:
        """Items and cohorts."""
        return self._size - len(self._free)

    def slot(self, item: int) -> int:
        """The slot of an item, -1 where it is not known."""
        a = self.arrays
        return int(slot_of(a.index_keys, a.index_slots, np.uint64(item)))

    def add_item(self, key: int) -> int:
        """The slot of an item, a new one where it is not known."""
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = self._slot_for(key)
        return slot

    def _slot_for(self, key: int) -> int:
        slot = self.slot(key)
        if slot < 0:
            slot = self._vacant(key, AN_ITEM)
            a = self.arrays
            put(a.index_keys, a.index_slots, a.keys[slot], slot)
            place = np.searchsorted(a.keys[self.order], a.keys[slot])
            self.order = np.insert(self.order, place, slot)
        return slot

    def add_cohort(self, key: int) -> int:
        """The slot of a cohort, a new one where it is not known."""
        slot = self.cohorts.get(key)
        if slot is None:
            slot = self.cohorts[key] = self._vacant(key, A_COHORT)
        return slot

    def describe(self, slot: int, sketch: Any, at: float) -> None:
        """Take in what an item is about, unless something newer is known."""
        if self._sketches.get(slot) is sketch:
            return
        a = self.arrays
        if at < a.stated[slot]:
            return
        self._sketches[slot] = sketch
        if not np.array_equal(a.sketch[slot], sketch):
            a.sketch[slot] = sketch
            a.stated[slot] = at
            note(a, slot, SKETCHES)

    def make_room(self, cohorts: int) -> None:
        """Rows of links for one more visit of somebody of so many cohorts."""
        rows = len(self.arrays.used)
        if self.arrays.counts.item(ROWS) + WINDOW + 1 + cohorts > rows:
            self.arrays = with_room(self.arrays, len(self.arrays.keys), 2 * rows + cohorts)

    def drop_links(self, pairs: Any) -> None:
        """Links, int32 (n, 2) source and target, have left their rows."""
        self._left.append(pairs)
        if len(self._left) >= _MANY:
            self._name_left()

    @property
    def dropped(self) -> dict[Name, None]:
        """What was own and is not any more."""
        self._name_left()
        return self._dropped

    def forget_rare(self, spared: int) -> None:
        """Where too many are known beside those of the base, forget the half visited least.

        Args:
            spared: slot of an item that stays.
        """
        if len(self) - self._based <= self._max_items:
            return
        a = self.arrays
        new = np.flatnonzero(a.sort)
        new = new[(new >= self._based) & (new != spared)]
        order = np.lexsort((a.sort[new] == AN_ITEM, a.keys[new], a.visits[new]))
        self._forget(new[order[: len(new) - self._max_items // 2]])

    def settle(self) -> None:
        """Nothing has changed from now on."""
        a = self.arrays
        slots = a.noted[: a.counts[NOTED]]
        rows = a.row[slots]
        a.fresh[rows[rows >= 0]] = 0
        a.changed[slots] = 0
        a.counts[NOTED] = 0
        a.ours[CHANGED] = 0
        self._dropped, self._left = {}, []

    def _name_left(self) -> None:
        """All at once, which takes a tenth of the time; slots must be whose they were."""
        if not self._left:
            return
        source, target = np.concatenate(self._left).T
        a, self._left = self.arrays, []
        kinds = np.where(a.sort[source] == AN_ITEM, LINK, MEMBER).tolist()
        names = zip(kinds, a.keys[source].tolist(), a.keys[target].tolist(), strict=True)
        self._dropped.update(dict.fromkeys(names))

    def _vacant(self, key: int, sort: int) -> int:
        slot = self._free.pop() if self._free else self._size
        if slot == self._size:
            self._size += 1
            if slot >= len(self.arrays.keys):
                self.arrays = with_room(self.arrays, 2 * slot, len(self.arrays.used))
        self.arrays.keys[slot], self.arrays.sort[slot] = key, sort
        return slot

    def _put_in_order(self) -> None:
        a = self.arrays
        items = np.flatnonzero(a.sort == AN_ITEM).astype(np.int32)
        self.order = items[np.argsort(a.keys[items])]

    def _forget(self, slots: Any) -> None:
        a, is_gone = self.arrays, np.zeros(len(self.arrays.keys), np.bool_)
        is_gone[slots] = True
        source, target, _ = own_links(a, np.flatnonzero(a.row >= 0), True)
        links = np.stack((source, target), axis=1)
        self.drop_links(links[is_gone[source] | is_gone[target]])
        self._name_left()
        drop_targets(a, is_gone)
        for slot in slots.tolist():
            self._vacate(slot)
        self._slots = {}
        put_all(a.index_keys, a.index_slots, a.keys, a.sort)
        self._put_in_order()

    def _vacate(self, slot: int) -> None:
        a, key = self.arrays, int(self.arrays.keys[slot])
        is_item = a.sort[slot] == AN_ITEM
        kinds = {VISITS: ITEM if is_item else COHORT, SKETCHES: SKETCHED}
        kinds |= dict(zip((TASTES, OFFERS), SIDES, strict=True))
        for bit, kind in kinds.items():
            if a.own[slot] & bit:
                self._dropped[kind, key, 0] = None
        if not is_item:
            del self.cohorts[key]
        self._sketches.pop(slot, None)
        a.visits[slot] = a.sketch[slot] = a.moves[:, slot] = a.gains[:, slot] = 0.0
        a.stated[slot] = -np.inf
        a.own[slot], a.sort[slot] = 0, VACANT
        a.changed[slot] = _GONE if a.changed[slot] else 0
        take_row(a, slot)
        self._free.append(slot)
