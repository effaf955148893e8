"""Models made of parts, each of which holds some of the numbers."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar, Protocol, runtime_checkable

from online_models.contract import checked
from online_models.merging import Merging
from online_models.tables import EMPTY, ModelBase, Numbers, Tables, tables_of


class Part(Protocol):
    """A memory of named numbers: own ones over those of a base; see `contract.Numbered`."""

    def state(self) -> Numbers:
        """The own numbers, by name in order."""

    def tables(self) -> Tables:
        """`state()` as arrays; no other part has numbers of the same width."""

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """Hold exactly those of `own` that belong here, over those of `base`."""

    def touched(self) -> Numbers:
        """The own numbers that changed since the last call; empty tuples for dropped ones."""

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""


@runtime_checkable
class Personal(Protocol):
    """Holds numbers of single learners."""

    def forget(self, learners: Collection[int]) -> int:
        """Hold none of these learners (hashes) any more; returns how many there were."""


class FewNumbers(ABC):
    """Makes the arrays of a part that has few numbers."""

    @abstractmethod
    def state(self) -> Numbers:
        """The own numbers."""

    def tables(self) -> Tables:
        """`state()` as arrays."""
        return tables_of(self.state())


class OfParts:
    """The memory of a model (`contract.Tabled`) whose numbers are held by `parts`."""

    name: ClassVar[str]
    schema: ClassVar[str]
    merging: ClassVar[Merging]

    def __init__(self, *parts: Part) -> None:
        self._parts = parts

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        return dict(sorted(_joined(part.state() for part in self._parts).items()))

    def tables(self) -> Tables:
        """`state()` as arrays."""
        found: Tables = {}
        for part in self._parts:
            found |= part.tables()
        return dict(sorted(found.items()))

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name or a value does not fit.
        """
        self.restore_tables(tables_of(checked(self, numbers, self.fits)), base)

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """`restore` from arrays, without a check."""
        for part in self._parts:
            part.restore_tables(own, base)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for what was dropped."""
        return _joined(part.touched() for part in self._parts)

    def forget(self, learners: Collection[int]) -> int:
        """See `Personal`."""
        return sum(part.forget(learners) for part in self._parts if isinstance(part, Personal))

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        return any(part.fits(name, values) for part in self._parts)


def _joined(parts: Iterable[Numbers]) -> Numbers:
    found: Numbers = {}
    for numbers in parts:
        found |= numbers
    return found
