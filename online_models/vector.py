"""A short vector of Gaussian weights with names: quantities that nearly every event has."""

from collections.abc import Mapping, Sequence

import numpy as np

from online_models.tables import Mask, ModelBase, Numbers, Tables, Values

WIDTH = 3
"""Mean, variance, how often it was learned."""


class NamedVector:
    """Mean, variance and count of each of `names`.

    Args:
        names: in the order of the columns.
        start: mean, variance and count of each before anything is learned, shape (names, 3).
    """

    def __init__(self, names: Sequence[str], start: Values) -> None:
        self.names = tuple(names)
        self._start = np.ascontiguousarray(start.T)
        self.values: Values = self._start.copy()
        """Mean, variance, count of each, shape (3, names); compiled code writes here."""
        self._base = self._told = self._start[2].copy()

    def adopt(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase) -> None:
        """Hold those of `numbers` that are called so, over those of `base`."""
        self.values = self._start.copy()
        self._put(named_rows(base.tables))
        self._base = self.values[2].copy()
        self._put(numbers)
        self._told = self.values[2].copy()

    def _put(self, numbers: Mapping[str, tuple[float, ...]]) -> None:
        for place, name in enumerate(self.names):
            if name in numbers:
                self.values[:, place] = numbers[name]

    def state(self) -> Numbers:
        """What was learned since the base."""
        return self._where(self.values[2] != self._base)

    def touched(self) -> Numbers:
        """What was learned since the last call."""
        changes = self._where(self.values[2] != self._told)
        self._told = self.values[2].copy()
        return changes

    def _where(self, mask: Mask) -> Numbers:
        columns = self.values[:, mask].T.tolist()
        names = [self.names[place] for place in np.flatnonzero(mask)]
        return dict(zip(names, map(tuple, columns), strict=True))


def named_rows(tables: Tables) -> Numbers:
    """Numbers of vectors among the tables of a model."""
    table = tables.get(WIDTH)
    if table is None:
        return {}
    names = [name.decode() for name in table.names.tolist()]
    return dict(zip(names, map(tuple, table.values.tolist()), strict=True))
