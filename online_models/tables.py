"""Named numbers as arrays: what many replicas are merged from, and what many replicas share."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from online_models.compiled import compiled, unlocked

Numbers = dict[str, tuple[float, ...]]
"""Named numbers, 64-bit floats, all finite. In changes the empty tuple means: was dropped."""

Names = NDArray[np.bytes_]
Values = NDArray[np.float64]
Hashes = NDArray[np.uint64]
Characters = NDArray[np.uint8]
"""(n, longest): names, filled up with zeros."""
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]
T = TypeVar("T")

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_DIGITS = 16
_FOUR = np.uint64(4)
_ZERO, _NINE, _LETTERS = ord("0"), ord("9"), ord("a") - 10


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Named numbers of one width, read only."""

    names: Names
    """(n,) in ascending order of their bytes, each once."""
    values: Values
    """(n, width)"""

    def __post_init__(self) -> None:
        self.names.flags.writeable = False
        self.values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.names)

    def find(self, names: Names) -> tuple[Rows, Mask]:
        """For each of `names` its row here (any row where there is none), and whether it is."""
        if not len(self):
            return np.zeros(len(names), np.intp), np.zeros(len(names), np.bool_)
        rows = np.minimum(np.searchsorted(self.names, names), len(self) - 1)
        return rows, self.names[rows] == names

    def lookup(self, names: Names, otherwise: Values) -> Values:
        """(len(names), width): the numbers of each of `names`, or its row of `otherwise`."""
        rows, found = self.find(names)
        values = otherwise.copy()
        values[found] = self.values[rows[found]]
        return values

    def keep(self, mask: Mask) -> "Table":
        """The rows where `mask` is true."""
        return Table(self.names[mask], self.values[mask])


Tables = dict[int, Table]
"""Numbers of one model: width -> table, without empty ones."""


def empty(width: int) -> Table:
    """A table with nothing in it."""
    return Table(np.zeros(0, "S1"), np.zeros((0, width)))


def tables_of(numbers: Mapping[str, tuple[float, ...]]) -> Tables:
    """`numbers` as arrays; what is dropped (empty tuples) is left out."""
    by_width: dict[int, list[tuple[bytes, tuple[float, ...]]]] = defaultdict(list)
    for name, values in numbers.items():
        if values:
            by_width[len(values)].append((name.encode(), values))
    return {width: _table(sorted(pairs)) for width, pairs in sorted(by_width.items())}


def _table(pairs: list[tuple[bytes, tuple[float, ...]]]) -> Table:
    return Table(np.array([name for name, _ in pairs]), np.array([row for _, row in pairs], float))


def numbers_of(tables: Tables) -> Numbers:
    """The inverse of `tables_of`, by name in order."""
    pairs = (
        (name.decode(), tuple(row))
        for table in tables.values()
        for name, row in zip(table.names.tolist(), table.values.tolist(), strict=True)
    )
    return dict(sorted(pairs))


def hashes_of(names: Names) -> Hashes:
    """`named_numbers.number_of` of each name."""
    characters = np.ascontiguousarray(names).view(np.uint8)
    return _numbers(characters.reshape(len(names), names.itemsize))


@unlocked
def _numbers(characters: Characters) -> Hashes:
    numbers = np.zeros(len(characters), np.uint64)
    for n in range(len(characters)):
        for character in characters[n]:
            if character != 0:
                numbers[n] = (numbers[n] << _FOUR) | digit_of(character)
    return numbers


@compiled
def digit_of(character: Any) -> Any:
    """What a hexadecimal digit (0-9, a-f) is worth; 64 bits without sign."""
    return np.uint64(np.int64(character) - (_LETTERS if character > _NINE else _ZERO))


def names_of_hashes(hashes: Hashes) -> Names:
    """`named_numbers.name_of` of each number; not in order of names."""
    lengths = np.ones(len(hashes), np.int64)
    for digits in range(1, _DIGITS):
        lengths += (hashes >> np.uint64(4 * digits)) > 0
    characters = np.zeros((len(hashes), _DIGITS), np.uint8)
    for column in range(_DIGITS):
        shift = (4 * np.maximum(lengths - 1 - column, 0)).astype(np.uint64)
        digit = _HEX[((hashes >> shift) & np.uint64(15)).astype(np.intp)]
        characters[:, column] = np.where(column < lengths, digit, 0)
    return characters.reshape(-1).view("S16")


class ModelBase:
    """What all replicas of one model start from: immutable, held once however many share it."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables: Tables = tables or {}
        self._views: dict[tuple[Any, ...], Any] = {}

    @cached_property
    def numbers(self) -> Mapping[str, tuple[float, ...]]:
        """All numbers by name; made when it is first asked for, then shared."""
        return numbers_of(self.tables)

    def __len__(self) -> int:
        return sum(map(len, self.tables.values()))

    def view(self, build: Callable[..., T], *of: int) -> T:
        """`build(self, *of)`, made once and then shared: must not be changed by who gets it.

        For what a model needs to find numbers fast; `build` is a function of a module.
        """
        name = build, *of
        if name not in self._views:
            self._views[name] = build(self, *of)
        return cast("T", self._views[name])


EMPTY = ModelBase()
"""The base of replicas that have never been merged."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Base:
    """The bases of all models, as one merge made them."""

    version: int
    """0 before the first merge."""
    models: Mapping[str, ModelBase]

    def of(self, model: str) -> ModelBase:
        """The base of `model`; the empty one where it has none."""
        return self.models.get(model, EMPTY)


NO_BASE = Base(0, {})
