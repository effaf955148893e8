"""Offers of which nobody knows yet what becomes of them; the oldest first."""

from collections.abc import Collection
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from online_models.named_numbers import NamedNumbers, is_name, name_of, number_of
from online_models.parts import FewNumbers
from online_models.tables import ModelBase, Numbers, Tables, numbers_of

_KIND, _MARK = "o", ":"


class Key(NamedTuple):
    """Who was offered what, in 64-bit hashes."""

    learner: int
    activity: int

    @property
    def text(self) -> str:
        """As its numbers are named."""
        return f"{_KIND}{_MARK}{name_of(self.learner)}{_MARK}{name_of(self.activity)}"

    @classmethod
    def of(cls, name: str) -> "Key":
        """The inverse of `text`."""
        _, learner, activity = name.split(_MARK)
        return cls(number_of(learner), number_of(activity))


def names_of(learner: int) -> str:
    """How the names of all offers to a learner begin."""
    return f"{_KIND}{_MARK}{name_of(learner)}{_MARK}"


class OpenOffers(FewNumbers):
    """Rows of numbers by key, each with the moment of the offer in front.

    Args:
        width: numbers a row, with the moment.
        most: offers kept open; of more, the older half is `overdue`.
    """

    def __init__(self, width: int, most: int) -> None:
        self._width = width
        self._most = most
        self._numbers = NamedNumbers()
        self._by_age: list[tuple[float, str]] = []

    def get(self, key: Key) -> tuple[float, ...] | None:
        """The row of an open offer."""
        return self._numbers.get(key.text, ()) or None

    def put(self, key: Key, row: tuple[float, ...]) -> None:
        """Open an offer that is not open."""
        self._numbers.put(key.text, *row)
        heappush(self._by_age, (row[0], key.text))
        if len(self._by_age) > 2 * self._most:
            self._sort()

    def forget(self, learners: Collection[int]) -> int:
        """Close the offers to these, and nobody learns of them; returns how many there were."""
        names = [name for name in self._numbers.state() if Key.of(name).learner in learners]
        for name in names:
            self._numbers.drop(name)
        return len(names)

    def overdue(self) -> list[tuple[Key, tuple[float, ...]]]:
        """Where more are open than may be: the older half, the oldest first; they are closed."""
        found = []
        if len(self._numbers) > self._most:
            while len(self._numbers) > self._most // 2:
                found += self._oldest()
        return found

    def change(self, key: Key, row: tuple[float, ...]) -> None:
        """Another row for an open offer, of the same moment."""
        self._numbers.put(key.text, *row)

    def older_than(self, at: float) -> list[tuple[Key, tuple[float, ...]]]:
        """The offers made before `at`, the oldest first; they are closed."""
        found = []
        while self._by_age and self._by_age[0][0] < at:
            found += self._oldest()
        return found

    def _oldest(self) -> list[tuple[Key, tuple[float, ...]]]:
        """Close the oldest offer; none where it was closed before."""
        made, name = heappop(self._by_age)
        row = self._numbers.get(name, ())
        if not row or row[0] != made:
            return []
        self._numbers.drop(name)
        return [(Key.of(name), row)]

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """Hold exactly the offers among `own`; a base has none."""
        del base
        held = own.get(self._width)
        self._numbers.adopt({} if held is None else numbers_of({self._width: held}))
        self._sort()

    def state(self) -> Numbers:
        """All open offers."""
        return self._numbers.state()

    def touched(self) -> Numbers:
        """What was opened since the last call; empty tuples for what was closed."""
        return self._numbers.touched()

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        parts = name.split(_MARK)
        named = parts[0] == _KIND and len(parts) == 3 and all(map(is_name, parts[1:]))  # noqa: PLR2004
        return named and len(values) == self._width

    def _sort(self) -> None:
        self._by_age = [(row[0], name) for name, row in self._numbers.state().items()]
        heapify(self._by_age)
