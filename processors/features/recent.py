"""Recent outcomes: how the newest attempts came out, of the learner and by skill."""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, NamedTuple

from processors.features.records.history import ROW
from processors.trace import share_from_u16

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "recent"
KIND = "history"
UNIT = "outcomes in [0, 1]; half log odds"
SHORT_EVENTS, LONG_EVENTS = 4.0, 16.0


class Recent(NamedTuple):
    """What the history says of outcomes."""

    outcomes: tuple[float, ...]
    """Newest first, up to 16."""
    by_skill: dict[int, tuple[float, ...]]
    """The same by the slot of each skill."""
    short: float
    """Half log odds of success, fading with 4 attempts."""
    long: float
    """The same with 16."""


@lru_cache(maxsize=1024)
def recent(rows: bytes) -> Recent:
    """The outcomes of a packed history (`LearnerState.history_rows`).

    `short`, `long` = `ln((sum_k 2^(-k/n) y_k + .7) / (sum_k 2^(-k/n) (1 - y_k) + .3)) / 2`, k = 0 for
    the newest attempt, n = 4 or 16.
    """
    outcomes: list[float] = []
    by_skill: dict[int, tuple[float, ...]] = {}
    for outcome, known in reversed(list(_attempts(rows))):
        outcomes.append(outcome)
        for slot in range(known.bit_length()):
            if known >> slot & 1:
                by_skill[slot] = (*by_skill.get(slot, ()), outcome)
    return Recent(
        tuple(outcomes), by_skill, _odds(outcomes, SHORT_EVENTS), _odds(outcomes, LONG_EVENTS)
    )


def log_odds(good: float, bad: float) -> float:
    """Half log odds, smoothed: `ln((good + .7) / (bad + .3)) / 2`; .42 where nothing is known."""
    return 0.5 * log((good + 0.7) / (bad + 0.3))


def _attempts(rows: bytes) -> Iterator[tuple[float, int]]:
    """Outcome and set of skills of each attempt, oldest first."""
    for *_, stored, known in ROW.iter_unpack(rows):
        outcome = share_from_u16(stored)
        if outcome is not None:
            yield outcome, known


def _odds(outcomes: list[float], events: float) -> float:
    good = bad = 0.0
    kept, weight = 2.0 ** (-1.0 / events), 1.0
    for outcome in outcomes:
        good += weight * outcome
        bad += weight * (1.0 - outcome)
        weight *= kept
    return log_odds(good, bad)
