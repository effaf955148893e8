"""Habit: how much of what a learner begins is finished, from the packed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from online_models.compiled import compiled
from processors.features.records.finished import KEY, SIZE, ZERO
from processors.outcomes.steps import number_at

if TYPE_CHECKING:
    import numpy.typing as npt

_KEY_BYTES, _COUNT = 5, SIZE - 1
_KEY = np.uint64(KEY)


def finished_of(packed: bytes) -> npt.NDArray[np.uint8]:
    """The rows of packed finished activities, shape (n, 8); see `records.finished`."""
    return np.frombuffer(packed, np.uint8).reshape(-1, SIZE)


@compiled
def begun_of(activities: Any, finished: Any) -> Any:
    """Whether each of the activities is begun and not finished, (n,).

    Args:
        activities: rows of the learner's state.
        finished: what `finished_of` gave.
    """
    begun = np.zeros(len(activities), np.bool_)
    for n in range(len(activities)):
        key = activities[n].key
        begun[n] = key != 0 and not _is_done(finished, key)
    return begun


@compiled
def habit(begun: Any, finished: Any) -> float:
    """Half log odds of finishing what is begun: of all, and of what is known to be unfinished.

    Args:
        begun: what `begun_of` gave.
        finished: what `finished_of` gave.
    """
    done = 0
    for n in range(len(finished)):
        done += finished[n, _COUNT] > ZERO
    return float(0.5 * np.log((1.0 + done) / (1.0 + begun.sum())))


@compiled
def _is_done(finished: Any, activity: Any) -> bool:
    key = activity & _KEY
    for n in range(len(finished)):
        if np.uint64(number_at(finished[n], 0, _KEY_BYTES)) == key:
            return bool(finished[n, _COUNT] > ZERO)
    return False
