"""What success, engagement and duration have in common: a linear score with named weights."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import ClassVar

from online_models.contract import Features, Numbers, checked
from online_models.features import folded, harmless
from online_models.merging import UNMERGED, Merging
from online_models.river_door import NamedWeights
from online_models.tables import EMPTY, ModelBase

MAX_KEYS = 65_536
"""Weights of one model before new keys share buckets: about 16 MB."""


class LinearModel(ABC):
    """A `Model` on a River linear model; its numbers are (weight, accumulator) a feature.

    Holds at most `max_keys` + `features.BUCKETS` keys (or as many as were restored).
    """

    name: ClassVar[str]
    schema: ClassVar[str] = "linear/1: weight, accumulator"
    merging: ClassVar[Merging] = UNMERGED

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._max_keys = max_keys
        self._river = self._fresh()
        self._dirty: Features = {}

    @staticmethod
    @abstractmethod
    def _fresh() -> NamedWeights:
        """The River model, knowing nothing."""

    @staticmethod
    @abstractmethod
    def _expected(score: float) -> float:
        """What a linear score predicts."""

    @staticmethod
    @abstractmethod
    def _target(y: float) -> float:
        """`y` (finite) brought into the range that can be learned."""

    def predict_one(self, x: Features) -> float:
        """Expected value of y, always finite."""
        return self._expected(self._river.dot(self._reading()(x)))

    def predict_many(self, common: Features, each: Iterable[Features]) -> list[float]:
        """`predict_one` of `common` joined with each of `each`, `common` evaluated once."""
        read, dot, expected = self._reading(), self._river.dot, self._expected
        base = dot(read(common))
        return [expected(base + dot(read(own))) for own in each]

    def learn_one(self, x: Features, y: float) -> None:
        """One step towards `y`; nothing where a value is not finite."""
        usable = harmless(x)
        if len(usable) < len(x) or not isfinite(y):
            return
        bounded = self._bounded(usable)
        self._river.learn(bounded, self._target(y))
        self._dirty.update(bounded)

    def state(self) -> Numbers:
        """(weight, accumulator) of every key learned."""
        return self._river.numbers(sorted(self._river.known))

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers`; is not merged, so that it has no base.

        Raises:
            ValueError: where a value is no (weight, positive accumulator).
        """
        del base
        kept = checked(self, numbers, _is_weight)
        self._river = self._fresh()
        self._river.adopt(kept)
        self._dirty = {}

    def touched(self) -> Numbers:
        """What was learned since the last call."""
        dirty, self._dirty = self._dirty, {}
        return self._river.numbers(dirty)

    def _reading(self) -> Callable[[Features], Features]:
        """How input is read for predicting: as it is, while all keys have their own weight."""
        return harmless if self._room() > 0 else self._read_folded

    def _read_folded(self, x: Features) -> Features:
        return folded(harmless(x), self._river.known, room=0)

    def _bounded(self, x: Features) -> Features:
        room = self._room()
        return x if room >= len(x) else folded(x, self._river.known, room)

    def _room(self) -> int:
        return max(0, self._max_keys - len(self._river.known))


def _is_weight(_: str, values: tuple[float, ...]) -> bool:
    return len(values) == 2 and values[1] > 0.0  # noqa: PLR2004 - (weight, accumulator)
