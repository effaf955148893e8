"""What was begun and not finished, and what comes next in the same course."""

from collections.abc import Iterator
from itertools import islice

from processors.candidates.stream import Found, Stream
from processors.features.decay import DAY_SEC
from processors.features.records.activity import last_of
from processors.learner_view import LearnerView
from processors.reference import Entry
from schemas.queue import ReasonCode

BEGUN = 0.5
"""Strength of an activity that was touched; what is nearly finished comes to 1."""
SAME_COURSE = 0.2
MAX_COURSES = 2


def continues(view: LearnerView) -> Iterator[Stream]:
    """Activities begun, the newest first; then the courses of the last activities."""
    most = view.objective.per_stream
    yield Stream(_begun(view), most)
    for course in islice(_courses(view), MAX_COURSES):
        rest = filter(view.is_open, view.reference.course(course))
        yield Stream((Found(e, ReasonCode.CONTINUES, SAME_COURSE) for e in rest), most)


def _begun(view: LearnerView) -> Iterator[Found]:
    oldest = view.now - view.objective.continue_days * DAY_SEC
    touched = ((last_of(row), key) for key, row in view.state.activity_rows.items())
    newest = sorted((at, key) for at, key in touched if at >= oldest and not view.is_done(key))
    for entry in view.entries(key for _, key in reversed(newest)):
        yield Found(entry, ReasonCode.CONTINUES, _strength(view, entry))


def _strength(view: LearnerView, entry: Entry) -> float:
    record = view.state.record(entry.key)
    progress = record.progress if record else None
    return BEGUN + (1.0 - BEGUN) * (progress or 0.0)


def _courses(view: LearnerView) -> Iterator[str]:
    newest_first = view.entries(reversed(view.recent.tries))
    named = (entry.activity.course for entry in newest_first)
    return iter(dict.fromkeys(course for course in named if course))
