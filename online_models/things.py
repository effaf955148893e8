"""What an activity is to a model: the keys of the weights that belong to it."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from online_models.compiled import compiled
from online_models.weights import Floats, Keys

ITEM, CONTENT, SKILL = 1, 2, 3
"""Kinds of things, the lowest byte of their keys; models add kinds of their own.

Of a hash the upper 53 bits count, which a 64-bit float holds exactly.
"""


class Entries(NamedTuple):
    """Inputs of single things."""

    keys: Keys
    x: Floats


class Thing(NamedTuple):
    """An activity in 64-bit hashes."""

    activity: int
    """0 for any activity that is new."""
    content: int
    """Its kind; 0 where nobody said."""
    skills: tuple[int, ...]

    def entries(self, beside: int = 0) -> Entries:
        """The activity and its kind with 1, each of m skills with 1 / m.

        Args:
            beside: added to the kinds, for a second weight of the same things.
        """
        return _entries(self, beside)


@lru_cache(maxsize=1 << 14)
def _entries(thing: Thing, beside: int) -> Entries:
    keys, x = _packed(thing, beside)
    return Entries(np.frombuffer(keys, np.uint64), np.frombuffer(x, np.float64))


@lru_cache(maxsize=1 << 14)
def _packed(thing: Thing, beside: int) -> tuple[bytes, bytes]:
    """Keys and inputs, which are put together faster as bytes than as arrays."""
    found = [(thing.activity, ITEM, 1.0), (thing.content, CONTENT, 1.0)]
    share = 1.0 / max(1, len(thing.skills))
    found += [(skill, SKILL, share) for skill in thing.skills]
    known = [(hashed & _HASH | kind + beside, x) for hashed, kind, x in found if hashed]
    keys = np.array([key for key, _ in known], np.uint64)
    x = np.array([value for _, value in known], np.float64)
    return keys.tobytes(), x.tobytes()


class Joined(NamedTuple):
    """The inputs of several things, one after the other."""

    ends: Any
    """(things,): where those of each end."""
    keys: Keys
    x: Floats


def joined(things: Sequence[Thing], beside: int = 0) -> Joined:
    """`Thing.entries` of each."""
    packed = [_packed(thing, beside) for thing in things]
    keys, x = b"".join([one for one, _ in packed]), b"".join([one for _, one in packed])
    ends = np.array([*accumulate([len(one) // 8 for one, _ in packed])], np.int64)
    return Joined(ends, np.frombuffer(keys, np.uint64), np.frombuffer(x, np.float64))


_HASH = 0xFFFF_FFFF_FFFF_F800


@compiled
def key_of(hashed: Any, kind: int) -> Any:
    """The key of the weight of a thing."""
    return (np.uint64(hashed) & np.uint64(0xFFFF_FFFF_FFFF_F800)) | np.uint64(kind)
