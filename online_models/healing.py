"""A number that is not finite never leaves a model: it is forgotten, and the model is told on.

Models promise not to hold any. Where one breaks the promise, its store must not be poisoned: it
could never be restored again.
"""

from collections.abc import Iterable
from itertools import chain
from math import isfinite

from online_models.contract import Numbered, Numbers
from online_models.tables import ModelBase


def is_sound(changes: Numbers) -> bool:
    """Whether all numbers are finite; False also where they only add up to infinity."""
    return isfinite(sum(chain.from_iterable(changes.values())))


def healed(model: Numbered, changes: Numbers, base: ModelBase) -> Numbers:
    """`changes` without what is not finite, as dropped; `model` forgets the same."""
    spoiled = {name for name, values in changes.items() if not _finite(values)}
    if spoiled:
        sound = {name: row for name, row in model.state().items() if _finite(row)}
        model.restore(sound, base)
    return {name: () if name in spoiled else row for name, row in changes.items()}


def _finite(values: Iterable[float]) -> bool:
    return all(map(isfinite, values))
