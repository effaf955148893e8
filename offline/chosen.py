"""A share of the learners: always the same ones, whatever partition they are in.

Who is chosen follows from the learner's key alone: a hash of it (FNV-1a, 64 bits; its last bits
mixed as in MurmurHash3; both in the public domain) lies below the share. So those of a smaller
share are among those of a larger one.
"""

import numpy as np
from numpy.typing import NDArray

from offline.answers import Flags

_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_MIX = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_HALF, _LOW = np.uint64(33), np.uint64(11)
_WHOLE = 1 << 53


def chosen(keys: NDArray[np.uint8], share: float) -> Flags:
    """(n,): whether each learner is among the `share`, in (0, 1], of them.

    Args:
        keys: (n, width), the bytes of each learner's key, then zeros.
        share: of all learners there are.
    """
    marks = np.full(len(keys), _BASIS)
    for column in keys.T:
        marks = np.where(column, (marks ^ column) * _PRIME, marks)
    for factor in _MIX:
        marks = (marks ^ (marks >> _HALF)) * factor
    flags: Flags = ((marks ^ (marks >> _HALF)) >> _LOW) < share * _WHOLE
    return flags
