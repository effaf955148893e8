"""What models with Gaussian weights have in common: memory, merging, named features as input."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import isfinite
from typing import ClassVar

import numpy as np

from online_models.contract import Features, Numbers, checked
from online_models.features import harmless
from online_models.linear_gaussian import learn_probability, learn_quantity, probabilities, scores
from online_models.linear_priors import DENSE_VARIANCE, DRIFTS, PRIORS
from online_models.linear_weights import Floats, Table, Weights, numbers_of, rows_of, table_of
from online_models.merge_rules import DenseGaussian, Gaussian
from online_models.merging import Merging
from online_models.named_numbers import is_name
from online_models.river_door import Regressor
from online_models.sheet import DENSE, N_GROUPS, Sheet, sheet_of
from online_models.tables import (
    EMPTY,
    ModelBase,
    Names,
    Tables,
    Values,
    empty,
    hashes_of,
    names_of_hashes,
    tables_of,
)
from online_models.tables import Table as NamedTable
from online_models.vector import WIDTH, NamedVector, named_rows

MAX_KEYS = 1 << 18
"""Sparse weights of one model in one partition: 6 MB of numbers."""

MAX_MERGED = 1 << 20
"""Sparse weights of one model that a merge lets live."""

_SPARSE = 2
_LOW_BYTE = np.uint64(0xFF)


def sparse_start(names: Names) -> Values:
    """Mean and variance of sparse weights that nobody has learned."""
    groups = np.minimum(hashes_of(names) & _LOW_BYTE, np.uint64(N_GROUPS - 1))
    return np.column_stack((np.zeros(len(names)), PRIORS[groups.astype(np.intp)]))


def dense_start(names: Names) -> Values:
    """Mean, variance and count of quantities that nobody has learned."""
    return np.tile((0.0, DENSE_VARIANCE, 0.0), (len(names), 1))


def sparse_table(base: ModelBase) -> Table:
    """The sparse weights of a base, made for looking up; `ModelBase.view` keeps it."""
    held = base.tables.get(_SPARSE, empty(_SPARSE))
    return table_of(rows_of(hashes_of(held.names), held.values))


class LinearModel(Regressor, ABC):
    """A `Model`, and a River regressor, of Gaussian weights.

    Its numbers: (mean, variance) by key of a sparse weight, (mean, variance, times learned) by name
    of a quantity.

    Args:
        max_keys: sparse weights that it holds at most beside those of its base.
    """

    name: ClassVar[str]
    schema: ClassVar[str] = "linear/2: key: mean, variance; name: mean, variance, times learned"
    merging: ClassVar[Merging] = Merging(
        {_SPARSE: Gaussian(sparse_start), WIDTH: DenseGaussian(dense_start)}, MAX_MERGED
    )

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self.max_keys = max_keys
        self._weights = Weights(PRIORS, max_keys)
        self._dense = NamedVector(DENSE, dense_start(np.array(DENSE, "S")))

    @property
    def _vectors(self) -> tuple[NamedVector, ...]:
        return (self._dense,)

    @abstractmethod
    def predict(self, sheet: Sheet) -> Floats:
        """Expected value of y for each row, shape (rows,); uses up `mean` and `var` of entries."""

    @abstractmethod
    def learn(self, sheet: Sheet, y: float, *, frozen: bool = False) -> float:
        """Learn that the first row of `sheet` came out as `y`; returns what was predicted.

        Where there is no room for what is new, the least telling weights go before that.
        The learner's own weights, where the model reads them, learn in the sheet.

        Args:
            sheet: finite values only.
            y: finite.
            frozen: only the learner's own weights learn.
        """

    # twice, since names of River's features may be of any sort:
    def predict_one(self, x: Features) -> float:  # type: ignore[override]
        """Expected value of y, always finite."""
        return float(self.predict(sheet_of(harmless(x)))[0])

    def learn_one(self, x: Features, y: float) -> None:  # type: ignore[override]
        """One step towards `y`; nothing where a value is not finite."""
        usable = harmless(x)
        if len(usable) == len(x) and isfinite(y):
            self.learn(sheet_of(usable), y)

    def state(self) -> Numbers:
        """Weights that were learned since the base."""
        numbers = numbers_of(self._weights.rows())
        for vector in self._vectors:
            numbers |= vector.state()
        return dict(sorted(numbers.items()))

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name is no key and no quantity, or a value is no Gaussian.
        """
        self.restore_tables(tables_of(checked(self, numbers, self._fits)), base)

    def tables(self) -> Tables:
        """`state()` as arrays."""
        named = {name: row for vector in self._vectors for name, row in vector.state().items()}
        rows = self._weights.rows()
        if not len(rows):
            return tables_of(named)
        names = names_of_hashes(rows["key"])
        order = np.argsort(names)
        values = np.column_stack((rows["mean"], rows["var"]))[order]
        return {_SPARSE: NamedTable(names[order], values), **tables_of(named)}

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """`restore` from arrays, without a check."""
        held = own.get(_SPARSE, empty(_SPARSE))
        self._weights.adopt(rows_of(hashes_of(held.names), held.values), base.view(sparse_table))
        for vector in self._vectors:
            vector.adopt(named_rows(own), base)

    def touched(self) -> Numbers:
        """What was learned since the last call."""
        changes = self._weights.touched()
        for vector in self._vectors:
            changes |= vector.touched()
        return changes

    def _fits(self, name: str, values: tuple[float, ...]) -> bool:
        named = any(name in vector.names for vector in self._vectors)
        width = WIDTH if named else _SPARSE
        return (named or is_name(name)) and len(values) == width and values[1] > 0.0

    @property
    def _arrays(self) -> tuple[Table, Table, Floats, Floats]:
        """What scoring reads: own and base weights, prior variances, quantities."""
        return self._weights.own, self._weights.base, PRIORS, self._dense.values


class ProbabilityModel(LinearModel):
    """A probability in [1e-4, 1 - 1e-4]; y in [0, 1] may be a part of a success."""

    def predict(self, sheet: Sheet) -> Floats:
        """Probability for each row."""
        return probabilities(sheet, *self._arrays)

    def learn(self, sheet: Sheet, y: float, *, frozen: bool = False) -> float:
        """See `LinearModel.learn`."""
        weights = self._weights
        if not frozen:
            weights.make_room(int(sheet[0]["size"]))
        target = max(0.0, min(1.0, y))
        into = (weights.changes, weights.notes, DRIFTS)
        return float(learn_probability(sheet[0], target, frozen, *self._arrays, *into))


class QuantityModel(LinearModel):
    """A quantity with Gaussian noise."""

    noise: ClassVar[float]
    """Variance of y around its expectation."""
    least: ClassVar[float]
    most: ClassVar[float]

    def predict(self, sheet: Sheet) -> Floats:
        """Expected value for each row."""
        expected: Floats = np.clip(scores(sheet, *self._arrays)[0], self.least, self.most)
        return expected

    def learn(self, sheet: Sheet, y: float, *, frozen: bool = False) -> float:
        """See `LinearModel.learn`; an outlier pulls no harder than one 3 deviations away."""
        weights = self._weights
        if not frozen:
            weights.make_room(int(sheet[0]["size"]))
        target = max(self.least, min(self.most, y))
        into = (weights.changes, weights.notes, DRIFTS, self.noise)
        expected = learn_quantity(sheet[0], target, frozen, *self._arrays, *into)
        return max(self.least, min(self.most, float(expected)))
