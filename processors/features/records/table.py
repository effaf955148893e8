"""Table: a bounded number of packed rows by key; the least recent row leaves first."""

from collections.abc import Iterator
from struct import Struct

HEAD = 12
"""Every row starts with its last event (`clock_sec`, 4 bytes) and its key (8): so the smallest
row is the least recent, ties broken by key, and bytes compare without being unpacked."""


class Layout:
    """Bounds of a table: how many rows at most, how many bytes a row."""

    __slots__ = ("keys", "limit", "size")

    def __init__(self, limit: int, size: int) -> None:
        self.limit = limit
        self.size = size
        self.keys = Struct(f">4xQ{size - HEAD}x")


class Table:
    """Rows of one size by key. A row keeps its slot as long as it stays.

    Args:
        layout: the bounds.
        packed: what `encode` gave.
    """

    __slots__ = ("_data", "_limit", "_size", "_slots")

    def __init__(self, layout: Layout, packed: bytes = b"") -> None:
        self._limit = layout.limit
        self._size = layout.size
        self._data = bytearray(packed)
        keys = layout.keys.iter_unpack(packed)
        self._slots = {key: slot for slot, (key,) in enumerate(keys)}
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
        start = slot * self._size
        return int.from_bytes(self._data[start + 4 : start + HEAD])

    def items(self) -> Iterator[tuple[int, bytes]]:
        """Keys and rows, in order of their slots."""
        return ((key_of(row), row) for _, row in self._taken())

    def put(self, key: int, row: bytes) -> int | None:
        """Keep `row`; the slot of another row that had to leave for it, if one had to.

        A row that would itself be the least recent of a full table is not kept.
        """
        slot = self._slots.get(key)
        if slot is not None:
            self._write(slot, row)
            return None
        if len(self._slots) < self._limit:
            self._place(key, row, self._vacant())
            return None
        return self._replace_oldest(key, row)

    def drop(self, key: int) -> int:
        """Forget the row of `key`, which must be there; the slot that is free now."""
        slot = self._slots.pop(key)
        self._write(slot, bytes(self._size))
        return slot

    @property
    def width(self) -> int:
        """How many slots `encode` writes."""
        return len(self._data) // self._size

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
        self._data[slot * self._size : (slot + 1) * self._size] = row

    def _replace_oldest(self, key: int, row: bytes) -> int | None:
        oldest = min(self._rows())
        if row[:HEAD] < oldest[:HEAD]:
            return None
        slot = self._slots.pop(key_of(oldest))
        self._place(key, row, slot)
        return slot

    def _place(self, key: int, row: bytes, slot: int) -> None:
        self._write(slot, row)
        self._slots[key] = slot


def key_of(row: bytes) -> int:
    """The key of a row."""
    return int.from_bytes(row[4:HEAD])


def last_of(row: bytes) -> int:
    """The time of a row's last event, `clock_sec`."""
    return int.from_bytes(row[:4])
