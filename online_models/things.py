"""What an activity is to a model: the names of the weights that belong to it."""

from functools import lru_cache
from typing import NamedTuple

from online_models.named_numbers import name_of

Entries = tuple[tuple[str, float], ...]
"""Inputs of single things, (name, value) each: a letter for the kind, ":", the thing's hash."""


class Thing(NamedTuple):
    """An activity in 64-bit hashes."""

    activity: int
    """0 for any activity that is new."""
    content: int
    """Its kind; 0 where nobody said."""
    skills: tuple[int, ...]

    @property
    def entries(self) -> Entries:
        """`i:` the activity, `c:` its kind, `s:` each of m skills with 1 / m."""
        return _entries(self)


@lru_cache(maxsize=1 << 14)
def _entries(thing: Thing) -> Entries:
    found = []
    if thing.activity:
        found.append(("i:" + name_of(thing.activity), 1.0))
    if thing.content:
        found.append(("c:" + name_of(thing.content), 1.0))
    share = 1.0 / max(1, len(thing.skills))
    found += [("s:" + name_of(skill), share) for skill in thing.skills]
    return tuple(found)
