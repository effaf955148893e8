"""Last practised: when a skill was last shown, well or badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processors.state import LearnerState

NAME = "last_practised"
KIND = "extreme"
UNIT = "POSIX seconds, whole"


def last_practised(state: LearnerState, skill: int) -> float | None:
    """Largest event time of all evidence for the skill; None where there is none."""
    evidence = state.skill(skill)
    return None if evidence is None else float(evidence.last_practised)
