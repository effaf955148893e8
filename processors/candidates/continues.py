"""What was begun and not finished, and what comes next in the same course."""

from collections.abc import Iterator
from itertools import islice

from processors.candidates.stream import Candidate, Stream
from processors.features.decay import DAY_SEC
from processors.learner_view import LearnerView

BEGUN = 0.5
"""Strength of an activity that was touched; what is nearly finished comes to 1."""
SAME_COURSE = 0.2
MAX_COURSES = 2


def continues(view: LearnerView) -> Iterator[Stream]:
    """Activities begun, the newest first; then the courses of the last activities."""
    most = view.objective.per_stream

    def begun(candidate: Candidate) -> None:
        record = view.state.record(candidate.entry.key)
        progress = record.progress if record else None
        candidate.continues = BEGUN + (1.0 - BEGUN) * (progress or 0.0)

    yield Stream(view.entries(_begun(view)), most, begun)
    for course in islice(_courses(view), MAX_COURSES):
        yield Stream(view.reference.course(course), most, _in_course)


def _in_course(candidate: Candidate) -> None:
    candidate.continues = max(candidate.continues, SAME_COURSE)


def _begun(view: LearnerView) -> Iterator[int]:
    oldest = view.now - view.objective.continue_days * DAY_SEC
    touched = ((record.last_at, key) for key, record in view.state.activities.items())
    newest = sorted((at, key) for at, key in touched if at >= oldest and not view.done[key])
    return (key for _, key in reversed(newest))


def _courses(view: LearnerView) -> Iterator[str]:
    newest_first = view.entries(reversed(view.recent.tries))
    named = (entry.activity.course for entry in newest_first)
    return iter(dict.fromkeys(course for course in named if course))
