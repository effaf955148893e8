"""Session: what the learner is in the middle of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "session"
KIND = "history"
UNIT = "events; seconds"
GAP_SEC = 30 * 60.0
"""Read by compiled code, too."""


class Session(NamedTuple):
    """The run of events that goes on at the moment."""

    events: int
    """How many; the history shows no more than 16."""
    seconds: float
    """From the first of them to now; 0 without events."""


def session(state: LearnerState, at: float) -> Session:
    """The newest events of the history, no two of them, nor the last and `at`, 30 min apart."""
    events, start = 0, at
    for step in reversed(state.history):
        if start - step.at > GAP_SEC:
            break
        events, start = events + 1, min(start, step.at)
    return Session(events, at - start)
