"""Weights: numbers by 64-bit key, as arrays; a shared base and what was learned since.

An open-addressing hash table (linear probing). Key 0 marks a free place; the lowest byte of a key
is its `Group`, so what a row starts from needs no table. The base is never written: partitions
share it. A row holds Gaussians, mean and variance in turn.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from online_models.compiled import compiled
from online_models.named_numbers import is_name, number_of
from online_models.tables import (
    EMPTY,
    ModelBase,
    Numbers,
    Tables,
    empty,
    hashes_of,
    names_of_hashes,
)
from online_models.tables import Table as NamedTable

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Table = npt.NDArray[Any]
"""Array of `place_type(width)`, its length a power of two."""

_SMALLEST = 1024
_GROUP = np.uint64(0xFF)


def place_type(width: int) -> np.dtype[Any]:
    """What a place of a table holds."""
    return np.dtype([("key", "u8"), ("values", "f8", (width,)), ("touched", "u8")])


@compiled
def find(table: Table, key: Any) -> Any:
    """Place of `key`, or -1 - the place where it would stand."""
    last = len(table) - 1
    place = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & last
    while table[place].key != 0:
        if table[place].key == key:
            return place
        place = (place + 1) & last
    return -1 - place


# A call that is given arrays costs as much as a look-up, and so does a view of a row: therefore
# many keys at once, and number by number.


@compiled
def look_up(keys: Any, first: int, end: int, own: Table, base: Table, values: Floats) -> None:
    """Copy the numbers of some keys into rows: own ones, else the base's, else rows stay.

    Args:
        keys: of the rows.
        first: row to begin with.
        end: row to stop before.
        own: table.
        base: table.
        values: rows, as they are where nothing is known.
    """
    for n in range(first, end):
        place = find(own, keys[n])
        if place >= 0:
            for k in range(values.shape[1]):
                values[n, k] = own[place].values[k]
        else:
            place = find(base, keys[n])
            if place >= 0:
                for k in range(values.shape[1]):
                    values[n, k] = base[place].values[k]


@compiled
def keep(keys: Any, x: Any, span: Any, values: Floats, own: Table, into: Any) -> None:
    """Write the numbers of some keys, each taken in and noted where it was not.

    Args:
        keys: of the rows.
        x: inputs; where one is 0, nothing was learned.
        span: row to begin with, row to stop before.
        values: rows: what they hold from now on.
        own: table with room for all of them.
        into: keys that have changed, with room as well, and `Weights.notes`.
    """
    changes, notes = into
    for n in range(span[0], span[1]):
        if x[n] == 0.0:
            continue
        place = find(own, keys[n])
        if place < 0:
            place = -1 - place
            own[place].key = keys[n]
            notes[0] += 1
        if own[place].touched == 0:
            own[place].touched = 1
            changes[notes[1]] = keys[n]
            notes[1] += 1
        for k in range(values.shape[1]):
            own[place].values[k] = values[n, k]


@compiled
def _fill(table: Table, rows: Table) -> None:
    for n in range(len(rows)):
        table[-1 - find(table, rows[n].key)] = rows[n]


@compiled
def _places(table: Table, keys: Keys) -> Any:
    places = np.empty(len(keys), np.int64)
    for n in range(len(keys)):
        places[n] = find(table, keys[n])
    return places


def table_of(rows: Table) -> Table:
    """A table of rows with different keys, half full at most."""
    places = max(_SMALLEST, 1 << (2 * len(rows) - 1).bit_length())
    table = np.zeros(places, rows.dtype)
    _fill(table, rows)
    return table


def rows_of(keys: npt.ArrayLike, values: Floats) -> Table:
    """Rows from keys, shape (n,), and numbers, shape (n, width)."""
    rows = np.zeros(len(values), place_type(values.shape[1]))
    rows["key"], rows["values"] = keys, values
    return rows


def numbers_of(rows: Table) -> Numbers:
    """Numbers by key in hexadecimal, in order of keys."""
    rows = rows[np.argsort(rows["key"])]
    pairs = zip(rows["key"].tolist(), rows["values"].tolist(), strict=True)
    return {f"{key:x}": tuple(values) for key, values in pairs}


def _table_of_base(base: ModelBase, width: int) -> Table:
    """The rows of a base, made for looking up; `ModelBase.view` keeps it."""
    return table_of(_rows(base.tables, width))


def _rows(tables: Tables, width: int) -> Table:
    held = tables.get(width, empty(width))
    return rows_of(hashes_of(held.names), held.values)


class Weights:
    """The sparse weights of one model in one partition: a part of it (`parts`).

    Args:
        start: what an untouched row holds, by group, shape (groups, width).
        max_keys: rows of its own that it holds at most; then the quarter that says least goes.
        groups: those that there are; all of `start` where nobody says.
    """

    def __init__(self, start: Floats, max_keys: int, groups: Collection[int] | None = None) -> None:
        self.start = start
        self._max_keys = max_keys
        self._groups = range(len(start)) if groups is None else groups
        self._width = start.shape[1]
        self.restore_tables({}, EMPTY)

    def state(self) -> Numbers:
        """The rows of its own."""
        return numbers_of(self.rows())

    def tables(self) -> Tables:
        """`state()` as arrays."""
        rows = self.rows()
        if not len(rows):
            return {}
        names = names_of_hashes(rows["key"])
        order = np.argsort(names)
        return {self._width: NamedTable(names[order], rows["values"][order])}

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        known = is_name(name) and number_of(name) & int(_GROUP) in self._groups
        return known and len(values) == self._width and min(values[1::2]) > 0.0

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """Hold exactly the rows among `own` over those of `base`, which stays as it is."""
        rows = _rows(own, self._width)
        self.base = base.view(_table_of_base, self._width)
        self.own = table_of(rows)
        self.changes = np.zeros(_SMALLEST, np.uint64)
        """Keys of its own that changed since the last `touched`, `notes[1]` of them."""
        self.notes = np.array([len(rows), 0])
        """How many keys are its own; how many of them have changed."""
        self._dropped: set[int] = set()

    def __len__(self) -> int:
        return int(self.notes[0])

    def make_room(self, entries: int) -> None:
        """See to it that `entries` more keys can be learned; to be called before learning."""
        held, changed = self.notes.tolist()
        if held + entries > self._max_keys:
            self._forget(max(0, min(3 * self._max_keys // 4, self._max_keys - entries)))
        elif 2 * (held + entries) > len(self.own):
            grown = np.zeros(2 * len(self.own), self.own.dtype)
            _fill(grown, self.rows())
            self.own = grown
        if changed + entries > len(self.changes):
            self.changes = np.concatenate((self.changes, np.zeros_like(self.changes)))

    def rows(self) -> Table:
        """The rows of its own, in no order."""
        held: Table = self.own[self.own["key"] != 0]
        return held

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for what was dropped."""
        places = _places(self.own, self.changes[: self.notes[1]])
        places = places[places >= 0]
        changes: Numbers = {f"{key:x}": () for key in sorted(self._dropped)}
        changes |= numbers_of(self.own[places])
        self.own["touched"][places] = 0
        self.notes[1] = 0
        self._dropped = set()
        return changes

    def _forget(self, keep_rows: int) -> None:
        """Go back to the base with all rows of its own but the `keep_rows` that say most."""
        rows = self.rows()
        order = np.lexsort((rows["key"], -worth(rows["key"], rows["values"], self.start)))
        self._dropped.update(rows["key"][order[keep_rows:]].tolist())
        kept = np.zeros(len(self.own), self.own.dtype)
        _fill(kept, rows[order[:keep_rows]])
        self.own = kept
        self.notes[0] = keep_rows


def worth(keys: Keys, values: Floats, start: Floats) -> Floats:
    """How much each row says, in nats: KL divergence of its Gaussians from what they start from.

    `(v / v0 + (m - m0)^2 / v0 - 1 - ln(v / v0)) / 2` each (Kullback, "Information Theory and
    Statistics", 1959, chapter 9); 0 where nothing was learned.
    """
    origin = start[(keys & _GROUP).astype(np.intp)]
    ratio = values[:, 1::2] / origin[:, 1::2]
    shift = (values[:, ::2] - origin[:, ::2]) ** 2 / origin[:, 1::2]
    nats: Floats = 0.5 * (ratio + shift - 1.0 - np.log(ratio)).sum(axis=1)
    return nats
