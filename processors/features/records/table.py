"""Table: a bounded number of packed rows by key; the least recent row leaves first."""

from collections.abc import Iterator
from itertools import chain
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

HEAD = Struct("<IQ")
"""Every row starts with its last event (`clock_sec`) and its key: the smallest pair is the least
recent row, ties broken by key."""

_KEY = "<4xQ"


class Layout:
    """Bounds of a table, and what a row is.

    Args:
        limit: how many rows at most.
        size: bytes of the part that the events alone decide, `HEAD` first.
        tail: what follows in a fresh row: the models' own part, which compiled code writes.
    """

    __slots__ = ("heads", "keys", "limit", "size", "tail")

    def __init__(self, limit: int, size: int, tail: bytes = b"") -> None:
        self.limit = limit
        self.size = size + len(tail)
        self.tail = tail
        rest = self.size - HEAD.size
        self.heads = Struct(f"{HEAD.format}{rest}x")
        self.keys = Struct(f"{_KEY}{rest}x")


class Table:
    """Rows of one size by key. A row keeps its slot as long as it stays.

    Args:
        layout: the bounds.
        packed: what `encode` gave.
    """

    __slots__ = ("_data", "_layout", "_size", "_slots")

    def __init__(self, layout: Layout, packed: bytes = b"") -> None:
        self._layout = layout
        self._size = layout.size
        self._data = bytearray(packed)
        keys = chain.from_iterable(layout.keys.iter_unpack(packed))
        self._slots: dict[int, int] = dict(zip(keys, range(layout.limit), strict=False))
        if 0 in self._slots:
            self._slots = {key_of(row): slot for slot, row in self._taken()}

    def __len__(self) -> int:
        return len(self._slots)

    def get(self, key: int) -> bytes | None:
        """The row of `key`."""
        slot = self._slots.get(key)
        if slot is None:
            return None
        return bytes(self._data[slot * self._size : (slot + 1) * self._size])

    def slot(self, key: int) -> int | None:
        """Where the row of `key` stands."""
        return self._slots.get(key)

    def by_slot(self) -> dict[int, int]:
        """Keys by slot."""
        return {slot: key for key, slot in self._slots.items()}

    def key_at(self, slot: int) -> int:
        """The key of the row that stands in `slot`, which must be taken."""
        _, key = HEAD.unpack_from(self._data, slot * self._size)
        return int(key)

    def items(self) -> Iterator[tuple[int, bytes]]:
        """Keys and rows, in order of their slots."""
        return ((key_of(row), row) for _, row in self._taken())

    def put(self, key: int, row: bytes) -> int | None:
        """Keep `row` (without its tail); the slot of another that had to leave for it, if any.

        A row that would itself be the least recent of a full table is not kept.
        """
        slot = self._slots.get(key)
        if slot is not None:
            self._write(slot, row)
            return None
        if len(self._slots) < self._layout.limit:
            self._place(key, row, self._vacant())
            return None
        return self._replace_oldest(key, row)

    def drop(self, key: int) -> int:
        """Forget the row of `key`, which must be there; the slot that is free now."""
        slot = self._slots.pop(key)
        self._write(slot, bytes(self._size))
        return slot

    def array(self, row_type: np.dtype[Any]) -> npt.NDArray[Any]:
        """The slots as an array of records, vacant ones with key 0: a view, for compiled code.

        Up to date until another row is put.
        """
        return np.frombuffer(self._data, row_type)

    @property
    def width(self) -> int:
        """How many slots `encode` writes."""
        return len(self._data) // self._size

    @property
    def nbytes(self) -> int:
        """How many bytes `encode` gives."""
        return len(self._data)

    def encode(self) -> bytes:
        """All slots in order, vacant ones as zeros."""
        return bytes(self._data)

    def _rows(self) -> list[bytes]:
        data, size = bytes(self._data), self._size
        return [data[start : start + size] for start in range(0, len(data), size)]

    def _taken(self) -> Iterator[tuple[int, bytes]]:
        return ((slot, row) for slot, row in enumerate(self._rows()) if any(row))

    def _vacant(self) -> int:
        if self.width == len(self._slots):
            return self.width
        return next(slot for slot, row in enumerate(self._rows()) if not any(row))

    def _write(self, slot: int, row: bytes) -> None:
        start = slot * self._size
        if start == len(self._data):
            self._data = self._data + row  # not +=, which fails while somebody holds a view
        else:
            self._data[start : start + len(row)] = row

    def _replace_oldest(self, key: int, row: bytes) -> int | None:
        oldest = min(self._layout.heads.iter_unpack(self._data))
        if HEAD.unpack_from(row) < oldest:
            return None
        slot = self._slots.pop(oldest[1])
        self._place(key, row, slot)
        return slot

    def _place(self, key: int, row: bytes, slot: int) -> None:
        self._write(slot, row + self._layout.tail)
        self._slots[key] = slot


def key_of(row: bytes) -> int:
    """The key of a row."""
    return int(HEAD.unpack_from(row)[1])


def last_of(row: bytes) -> int:
    """The time of a row's last event, `clock_sec`."""
    return int(HEAD.unpack_from(row)[0])
