"""What comes out on the whole, and for one key: the means that models have to beat."""

from collections.abc import Mapping
from math import isfinite
from typing import ClassVar

from online_models.contract import Numbers, checked
from online_models.merge_rules import Additive
from online_models.merging import Merging
from online_models.named_numbers import NamedNumbers, is_name, name_of
from online_models.tables import EMPTY, ModelBase

MAX_MEANS = 40_000
"""Means remembered; where there are more, the half with the fewest values goes."""

PRIOR = 4.0
"""Values that the mean of all keys weighs in the mean of one."""

_MARK = ":"
_WIDTH = 2
_NOTHING = (0.0, 0.0)


class Means:
    """Count and sum of values of several kinds, of all together and by key.

    The mean of a key is shrunk towards that of its kind (Efron, Morris, "Stein's Paradox in
    Statistics", 1977, with a fixed weight): `(sum + k m) / (n + k)`.

    Args:
        max_means: Of keys, all kinds together.
    """

    name: ClassVar[str] = "means"
    schema: ClassVar[str] = "means/1: <kind>, <kind>:<key>: count, sum"
    merging: ClassVar[Merging] = Merging({_WIDTH: Additive(_WIDTH)}, MAX_MEANS)

    def __init__(self, max_means: int = MAX_MEANS) -> None:
        self._max_means = max_means
        self._numbers = NamedNumbers()

    def learn(self, kind: str, key: int, value: float) -> None:
        """One value of `kind` at the 64-bit `key`; nothing is learned where it is not finite."""
        if not isfinite(value):
            return
        for name in (kind, kind + _MARK + name_of(key)):
            count, total = self._numbers.get(name, _NOTHING)
            self._numbers.put(name, count + 1.0, total + value)
        if len(self._numbers) > self._max_means:
            self._forget_half()

    def mean(self, kind: str, key: int, otherwise: float) -> float:
        """Expected value; where there are few of the kind it leans towards `otherwise`."""
        count, total = self._numbers.get(kind, _NOTHING)
        overall = (total + otherwise) / (count + 1.0)
        count, total = self._numbers.get(kind + _MARK + name_of(key), _NOTHING)
        return (total + PRIOR * overall) / (count + PRIOR)

    def state(self) -> Numbers:
        """Count and sum of every kind and key."""
        return self._numbers.state()

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name is of no mean, or a value does not fit.
        """
        self._numbers.adopt(checked(self, numbers, self.fits), base)

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        return _fits(name, values)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for forgotten keys."""
        return self._numbers.touched()

    def _forget_half(self) -> None:
        """Lossy counting (Manku, Motwani, VLDB 2002): who is new finds room to be counted."""
        own = self._numbers.state()
        keys = [name for name in own if _MARK in name]
        rarest = sorted(keys, key=lambda name: (own[name][0], name))
        for name in rarest[: len(rarest) - self._max_means // 2]:
            self._numbers.drop(name)


def _fits(name: str, values: tuple[float, ...]) -> bool:
    kind, _, key = name.partition(_MARK)
    named = kind.isidentifier() and (not key or is_name(key)) and name != kind + _MARK
    return named and len(values) == _WIDTH and values[0] >= 0.0
