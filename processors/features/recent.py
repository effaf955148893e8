"""Recent outcomes: how the newest attempts came out."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from math import log
from operator import mul
from struct import Struct
from typing import NamedTuple

from processors.features.records.history import LIMIT
from processors.trace import SHARE_STEPS, share_to_u16

NAME = "recent"
KIND = "history"
UNIT = "half log odds"
_ATTEMPT = Struct(">10xBxHI")
"""Activity slot, outcome and set of skill slots of a row of the history."""
_NONE = share_to_u16(None)
_OVER_4 = tuple(2.0 ** (-k / 4.0) for k in range(LIMIT))
_OVER_16 = tuple(2.0 ** (-k / 16.0) for k in range(LIMIT))
_ALL_4 = (0.0, *accumulate(_OVER_4))
_ALL_16 = (0.0, *accumulate(_OVER_16))


class Recent(NamedTuple):
    """The attempts of the history, newest first, up to 16."""

    activities: tuple[int, ...]
    """Slots of their activities."""
    outcomes: tuple[float, ...]
    skills: tuple[int, ...]
    """Sets of the slots of their skills."""
    over_4: float
    """Half log odds of success, fading with a half-life of 4 attempts."""
    over_16: float
    """The same with 16."""

    def on(self, skills: int) -> list[float]:
        """Outcomes of the attempts on exactly that set of skills."""
        pairs = zip(self.skills, self.outcomes, strict=True)
        return [outcome for theirs, outcome in pairs if theirs == skills]


@lru_cache(maxsize=64)
def recent(rows: bytes) -> Recent:
    """What a packed history (`LearnerState.history_rows`) says of outcomes.

    `over_n = ln((S + .7) / (F + .3)) / 2`, `S = sum_k 2^(-k/n) y_k`, `F = sum_k 2^(-k/n) (1 - y_k)`
    with k = 0 for the newest attempt.
    """
    attempts = [attempt for attempt in _ATTEMPT.iter_unpack(rows) if attempt[1] != _NONE]
    if not attempts:
        return _NOTHING
    activities, stored, skills = zip(*reversed(attempts), strict=True)
    outcomes = tuple([share / SHARE_STEPS for share in stored])
    short, long = sum(map(mul, _OVER_4, outcomes)), sum(map(mul, _OVER_16, outcomes))
    n = len(outcomes)
    return Recent(
        activities,
        outcomes,
        skills,
        log_odds(short, _ALL_4[n] - short),
        log_odds(long, _ALL_16[n] - long),
    )


def log_odds(good: float, bad: float) -> float:
    """Half log odds, smoothed: `ln((good + .7) / (bad + .3)) / 2`; .42 where nothing is known."""
    return 0.5 * log((good + 0.7) / (bad + 0.3))


_NOTHING = Recent((), (), (), log_odds(0.0, 0.0), log_odds(0.0, 0.0))
