"""Performance delta: whether the newest results are better than those before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "performance_delta"
KIND = "history"
UNIT = "difference of mean outcomes, in [-1, 1]"
RECENT = 5


def performance_delta(state: LearnerState) -> float | None:
    """Mean of the newest 5 outcomes less the mean of those before, within the history.

    None where the history has no outcome before the newest 5.
    """
    outcomes = [step.outcome for step in state.history if step.outcome is not None]
    recent, older = outcomes[-RECENT:], outcomes[:-RECENT]
    if not older:
        return None
    return sum(recent) / len(recent) - sum(older) / len(older)
