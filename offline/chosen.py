"""A share of the learners: always the same ones, whatever partition they are in.

Who is chosen follows from the learner's key alone. Those of a smaller share are among those of a
larger one, and a share of 1 is everybody.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from offline.answers import Flags

_WHOLE = 1 << 32


def chosen(learners: Sequence[str], share: float) -> Flags:
    """(n,): whether each of `learners` is among the share, in (0, 1], of them."""
    keys = (crc32(learner.encode()) for learner in learners)
    return _mixed(np.fromiter(keys, np.uint32, len(learners))) < share * _WHOLE


def _mixed(
    keys: np.ndarray[tuple[int], np.dtype[np.uint32]],
) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Every bit of a key moves every bit (the end of MurmurHash3, which is public domain).

    A checksum alone is not drawn evenly where keys are numbers that follow one another.
    """
    keys = (keys ^ (keys >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    keys = (keys ^ (keys >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return keys ^ (keys >> np.uint32(16))
