"""Steps: the packed history as compiled code reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from online_models.compiled import compiled
from processors.features.records.history import SIZE
from processors.trace import SHARE_STEPS

if TYPE_CHECKING:
    import numpy.typing as npt

Steps = Any
"""Bytes of the history's rows, oldest first, shape (steps, 18); see `records.history`."""

NOWHERE = 255
"""Slot of an activity that is not in the state."""
_NO_SHARE = 2**16 - 1


def steps_of(rows: bytes) -> npt.NDArray[np.uint8]:
    """The steps of a packed history."""
    return np.frombuffer(rows, np.uint8).reshape(-1, SIZE)


@compiled
def number_at(row: Any, first: int, size: int) -> Any:
    """The number in `size` bytes of a row, the first of them the highest."""
    value = np.int64(0)
    for n in range(first, first + size):
        value = value * 256 + row[n]
    return value


@compiled
def time_of(row: Any) -> float:
    """POSIX seconds, to the millisecond."""
    return float(number_at(row, 0, 4) + number_at(row, 4, 2) / 1000.0)


@compiled
def activity_of(row: Any) -> Any:
    """Slot of the activity."""
    return np.int64(row[10])


@compiled
def weight_of(row: Any) -> float:
    """Weight of the evidence."""
    return float((row[11] >> 5) / 2.0)


@compiled
def outcome_of(row: Any) -> float:
    """In [0, 1]; below 0 where there is none."""
    share = number_at(row, 12, 2)
    return -1.0 if share == _NO_SHARE else float(share / SHARE_STEPS)


@compiled
def skills_of(row: Any) -> Any:
    """Set of the slots of skills that it is evidence of."""
    return number_at(row, 14, 4)
