"""What was begun and not finished, and what comes next in the same course."""

from collections.abc import Iterator

from processors.candidates.stream import Candidate, Stream
from processors.features.decay import DAY_SEC
from processors.features.records.table import last_of
from processors.learner_view import LearnerView

BEGUN = 0.5
"""Strength of an activity that was touched; what is nearly finished comes to 1."""
SAME_COURSE = 0.2
PER_COURSE = 2


def continues(view: LearnerView) -> Iterator[Stream]:
    """Activities begun, the newest first; then the course of the last activity."""

    def begun(candidate: Candidate) -> None:
        record = view.state.record(candidate.entry.key)
        progress = record.progress if record else None
        candidate.continues = BEGUN + (1.0 - BEGUN) * (progress or 0.0)

    yield Stream(view.entries(_begun(view)), view.objective.per_stream, begun)
    yield Stream(view.reference.course(_course(view)), PER_COURSE, _in_course)


def _in_course(candidate: Candidate) -> None:
    candidate.continues = max(candidate.continues, SAME_COURSE)


def _begun(view: LearnerView) -> list[int]:
    """Activities touched and not finished, the newest first; old ones where no recent is open."""
    lately = [key for key in reversed(view.recent.tries) if not view.done[key]]
    return lately or list(_begun_before(view))


def _begun_before(view: LearnerView) -> Iterator[int]:
    oldest, rows = view.now - view.objective.continue_days * DAY_SEC, view.state.activity_rows
    undone = (key for key in rows.by_slot().values() if not view.done[key])
    touched = ((last_of(row), key) for key in undone if (row := rows.get(key)))
    return (key for at, key in sorted(touched, reverse=True) if at >= oldest)


def _course(view: LearnerView) -> str:
    for entry in view.entries(reversed(view.recent.tries)):
        return entry.activity.course
    return ""
