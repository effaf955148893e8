"""What the bounded recent history says at a glance: read once a queue, in event time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from schemas.kinds import Kind

_OPENING = frozenset({Kind.LAUNCHED, Kind.INITIALIZED, Kind.ATTEMPTED, Kind.VIEWED, Kind.RESUMED})
_FORWARD = frozenset({Kind.PROGRESSED, Kind.COMPLETED, Kind.PASSED, Kind.MASTERED, Kind.SUBMITTED})


class Event(Protocol):
    """What is read of an event."""

    @property
    def activity(self) -> int:
        """Key of the activity; 0 where the event is about none."""

    @property
    def kind(self) -> Kind:
        """What was done."""

    @property
    def outcome(self) -> float | None:
        """Evidence of knowledge in [0, 1]; None where it is none."""

    @property
    def skills(self) -> tuple[int, ...]:
        """Skills that the outcome is evidence of."""


@dataclass(slots=True)
class Tries:
    """What was tried on one activity since it last went forward."""

    failures: int = 0
    openings: int = 0
    """Times that it was opened and nothing came of it."""
    position: int = 0
    """Of the newest event on it."""


@dataclass(slots=True)
class Recent:
    """Facts of the recent history."""

    outcomes: dict[int, float] = field(default_factory=dict)
    """Skill -> newest outcome in it."""
    tries: dict[int, Tries] = field(default_factory=dict)
    """Activity -> tries, the activity touched longest ago first."""
    succeeded: frozenset[int] = frozenset()
    """Skills of the newest success."""
    events: int = 0

    def waited(self, activity: int) -> int:
        """Events on other activities since the newest on `activity`."""
        return self.events - self.tries[activity].position


def recent_of(history: Iterable[Event], success_mark: float) -> Recent:
    """Read `history`, oldest first."""
    recent = Recent()
    for event in history:
        recent.events += 1
        if event.activity:
            tries = recent.tries.pop(event.activity, None) or Tries()
            recent.tries[event.activity] = tries
            tries.position = recent.events
            _note_try(tries, event, success_mark)
        if event.outcome is not None:
            recent.outcomes.update(dict.fromkeys(event.skills, event.outcome))
            if event.outcome >= success_mark:
                recent.succeeded = frozenset(event.skills)
    return recent


def _note_try(tries: Tries, event: Event, success_mark: float) -> None:
    outcome = event.outcome
    if outcome is not None and outcome < success_mark:
        tries.failures += 1
    elif outcome is not None or event.kind in _FORWARD:
        tries.failures = tries.openings = 0
    elif event.kind in _OPENING:
        tries.openings += 1
