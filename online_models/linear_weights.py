"""Weights: Gaussian weights by 64-bit key, as arrays; a shared base and what was learned since.

An open-addressing hash table (linear probing). Key 0 marks a free place; the lowest byte of a key
is its `Group`, so a prior needs no table. The base is never written: partitions share it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from online_models.compiled import compiled
from online_models.tables import Numbers

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Table = npt.NDArray[Any]
"""Array of `PLACE_TYPE`, its length a power of two."""

PLACE_TYPE = np.dtype([("key", "u8"), ("mean", "f8"), ("var", "f8"), ("touched", "u8")])
_NOTHING = np.zeros(0, PLACE_TYPE)
_SMALLEST = 1024
_GROUP = np.uint64(0xFF)


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


@compiled
def own_place(own: Table, changes: Keys, notes: Any, weight: Any) -> Any:
    """Place of a weight that is about to change; it is taken in and noted where it was not.

    Args:
        own: table with room for one more.
        changes: keys that have changed, with room for one more.
        notes: `Weights.notes`.
        weight: key, mean and variance that it starts from.
    """
    place = find(own, weight[0])
    if place < 0:
        place = -1 - place
        own[place].key, own[place].mean, own[place].var = weight
        notes[0] += 1
    if own[place].touched == 0:
        own[place].touched = 1
        changes[notes[1]] = weight[0]
        notes[1] += 1
    return place


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
    table = np.zeros(places, PLACE_TYPE)
    _fill(table, rows)
    return table


def rows_of(keys: npt.ArrayLike, values: npt.ArrayLike) -> Table:
    """Rows of weights from keys, shape (n,), and means and variances, shape (n, 2)."""
    rows = np.zeros(len(np.asarray(keys, np.uint64)), PLACE_TYPE)
    rows["key"] = keys
    rows["mean"], rows["var"] = np.asarray(values, np.float64).reshape(-1, 2).T
    return rows


def numbers_of(rows: Table) -> Numbers:
    """(mean, variance) by key in hexadecimal, in order of keys."""
    rows = rows[np.argsort(rows["key"])]
    columns = (rows[name].tolist() for name in ("key", "mean", "var"))
    return {f"{key:x}": (mean, var) for key, mean, var in zip(*columns, strict=True)}


class Weights:
    """The sparse weights of one model in one partition.

    Args:
        prior: variance of an untouched weight, by group.
        max_keys: weights of its own that it holds at most; then the half that says least goes.
    """

    def __init__(self, prior: Floats, max_keys: int) -> None:
        self._prior = prior
        self._max_keys = max_keys
        self.adopt(_NOTHING)

    def adopt(self, rows: Table, base: Table = _NOTHING) -> None:
        """Hold exactly `rows` over `base` (what `table_of` made), which stays as it is."""
        self.base = base if len(base) else table_of(_NOTHING)
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
            self._forget(max(0, min(self._max_keys // 2, self._max_keys - entries)))
        elif 2 * (held + entries) > len(self.own):
            grown = np.zeros(2 * len(self.own), PLACE_TYPE)
            _fill(grown, self.rows())
            self.own = grown
        if changed + entries > len(self.changes):
            self.changes = np.concatenate((self.changes, np.zeros_like(self.changes)))

    def rows(self) -> Table:
        """The weights of its own, in no order."""
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

    def _forget(self, keep: int) -> None:
        """Go back to the base with all weights of its own but the `keep` that say most."""
        rows = self.rows()
        order = np.lexsort((rows["key"], -worth(rows, self._prior)))
        self._dropped.update(rows["key"][order[keep:]].tolist())
        kept = np.zeros(len(self.own), PLACE_TYPE)
        _fill(kept, rows[order[:keep]])
        self.own = kept
        self.notes[0] = keep


def worth(rows: Table, prior: Floats) -> Floats:
    """How much each weight says, in nats: KL divergence of what is known from its prior.

    `(v / v0 + m^2 / v0 - 1 - ln(v / v0)) / 2` for Gaussians (Kullback, "Information Theory and
    Statistics", 1959, chapter 9); 0 where nothing was learned.
    """
    v0 = prior[(rows["key"] & _GROUP).astype(np.int64)]
    ratio = rows["var"] / v0
    nats: Floats = 0.5 * (ratio + rows["mean"] * rows["mean"] / v0 - 1.0 - np.log(ratio))
    return nats
