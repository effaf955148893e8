"""How hard and how long is this item, as everybody together has shown?"""

from collections.abc import Mapping
from math import exp, isfinite
from typing import ClassVar

from online_models.contract import Numbers, checked
from online_models.duration import log_minutes
from online_models.merge_rules import Additive
from online_models.merging import Merging
from online_models.named_numbers import NamedNumbers, is_name, name_of
from online_models.tables import EMPTY, ModelBase

MAX_ITEMS = 20_000
"""Items remembered; where there are more, the half with the fewest observations goes."""

PRIOR_OUTCOMES = 4.0
"""Answers that the mean of all items weighs in the mean of one."""

PRIOR_DURATIONS = 1.0
"""The same for durations."""

_ALL = "*"
_NOTHING = (0.0, 0.0, 0.0, 0.0)
_WIDTH = len(_NOTHING)
_ROUNDING = 1e-6


class ItemModel:
    """Counts and sums of outcomes and of log minutes, an item and all together.

    Means are shrunk towards the mean of all items (Efron, Morris, "Stein's Paradox in
    Statistics", 1977, with a fixed weight): `(sum + k m) / (n + k)`.
    """

    name: ClassVar[str] = "items"
    schema: ClassVar[str] = "items/2: outcomes, sum of outcomes, durations, sum of log minutes"
    merging: ClassVar[Merging] = Merging({_WIDTH: Additive(_WIDTH)}, MAX_ITEMS)

    def __init__(self, max_items: int = MAX_ITEMS) -> None:
        self._max_items = max_items
        self._numbers = NamedNumbers()

    def learn(self, item: int, outcome: float | None, seconds: float | None) -> None:
        """One learner worked on `item`; what is None, not finite or no duration is not learned."""
        seen = _observed(outcome, seconds)
        if seen == _NOTHING:
            return
        for name in (_ALL, name_of(item)):
            known = self._of(name)
            self._numbers.put(
                name, known[0] + seen[0], known[1] + seen[1], known[2] + seen[2], known[3] + seen[3]
            )
        if len(self._numbers) > self._max_items + 1:
            self._forget_half()

    def difficulty(self, item: int) -> float:
        """Expected share of failure in [0, 1]; that of all items where nobody tried it."""
        outcomes, successes = self._of(name_of(item))[:2]
        mean = (successes + PRIOR_OUTCOMES * self._mean_outcome()) / (outcomes + PRIOR_OUTCOMES)
        return max(0.0, min(1.0, 1.0 - mean))

    def minutes(self, item: int) -> float | None:
        """Typical duration (geometric mean); None where nobody's was seen."""
        if not self._of(name_of(item))[2]:
            return None
        return exp(self.log_minutes(item))

    def log_minutes(self, item: int) -> float:
        """Mean log minutes; that of all items where nobody's duration was seen."""
        count, total = self._of(name_of(item))[2:4]
        return (total + PRIOR_DURATIONS * self._mean_log()) / (count + PRIOR_DURATIONS)

    def state(self) -> Numbers:
        """Counts and sums of every item, and of all ("*")."""
        return self._numbers.state()

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name is no item, or a value does not fit.
        """
        self._numbers.adopt(checked(self, numbers, self.fits), base)

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        return _fits(name, values)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for forgotten items."""
        return self._numbers.touched()

    def _of(self, name: str) -> tuple[float, ...]:
        return self._numbers.get(name, _NOTHING)

    def _forget_half(self) -> None:
        """Lossy counting (Manku, Motwani, VLDB 2002): who is new finds room to be counted."""
        own = self._numbers.state()
        own.pop(_ALL)
        rarest = sorted(own, key=lambda name: (own[name][0] + own[name][2], name))
        for name in rarest[: len(rarest) - self._max_items // 2]:
            self._numbers.drop(name)

    def _mean_outcome(self) -> float:
        outcomes, successes = self._of(_ALL)[:2]
        return (successes + 1.0) / (outcomes + 2.0)

    def _mean_log(self) -> float:
        durations, total = self._of(_ALL)[2:4]
        return total / max(durations, 1.0)


def _observed(outcome: float | None, seconds: float | None) -> tuple[float, ...]:
    """One observation as counts and sums."""
    counted = _NOTHING
    if outcome is not None and isfinite(outcome):
        counted = (1.0, max(0.0, min(1.0, outcome)), 0.0, 0.0)
    if seconds is not None and isfinite(seconds) and seconds > 0.0:
        counted = (*counted[:2], 1.0, log_minutes(seconds))
    return counted


def _fits(name: str, values: tuple[float, ...]) -> bool:
    """Differences of sums, as re-basing leaves them, are rounded."""
    return (
        (name == _ALL or is_name(name))
        and len(values) == _WIDTH
        and -_ROUNDING <= values[1] <= values[0] + _ROUNDING
        and values[2] >= 0.0
    )
