"""When a clock alone makes a queue stale, though the learner does nothing."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain

from processors.features.decay import DAY_SEC
from processors.learner_view import LearnerView
from schemas.queue import Queue


def next_rebuild(queue: Queue, view: LearnerView) -> float | None:
    """The earliest moment after now that changes what may or must be offered (POSIX seconds).

    That is when an item of the queue expires, any activity becomes valid, a duty comes near or
    becomes overdue, a skill that was proficient falls due for review, or an activity that was put
    aside may be offered again; None where none is known.
    """
    moments = chain(
        _expiries(queue, view), _starts(view), _duties(view), view.review_at.values(), _back(view)
    )
    return min((at for at in moments if at > view.now), default=None)


def _expiries(queue: Queue, view: LearnerView) -> Iterator[float]:
    for item in queue.items:
        entry = view.reference.entry(item.activity)
        if entry is not None and entry.activity.valid_until is not None:
            yield entry.activity.valid_until


def _starts(view: LearnerView) -> list[float]:
    starts = view.index.starts
    after = bisect_right(starts, view.now)
    return starts[after : after + 1]


def _duties(view: LearnerView) -> Iterator[float]:
    lead_sec = view.objective.compliance_lead_days * DAY_SEC
    for _, due in view.open_duties:
        yield due - lead_sec
        yield due


def _back(view: LearnerView) -> Iterator[float]:
    for until in view.aside.values():
        yield from until.values()
