"""Compliance: what a learner must finish, by when, and what has to be done for it first."""

from collections.abc import Callable, Iterable, Iterator

from processors.features.decay import DAY_SEC
from processors.reference import Entry, Reference
from schemas.reference import Deadline, LearnerProfile

Duty = tuple[Entry, float]
"""(activity, when it is due in POSIX seconds)"""


def due_at(deadline: Deadline, profile: LearnerProfile | None) -> float | None:
    """When a duty falls due (POSIX seconds); None where that hangs on an unknown hiring date."""
    if deadline.due_at is not None:
        return deadline.due_at
    hired = profile.hired_on if profile else None
    if hired is None or deadline.days_after_hire is None:
        return None
    return hired + deadline.days_after_hire * DAY_SEC


def open_duties(
    bound: Iterable[tuple[Entry, Deadline]],
    profile: LearnerProfile | None,
    is_done: Callable[[int], bool],
) -> Iterator[Duty]:
    """Those of the duties that bind a role which this learner has not fulfilled."""
    for entry, deadline in bound:
        due = due_at(deadline, profile)
        if due is not None and not is_done(entry.key):
            yield entry, due


def with_ways(
    duties: Iterable[Duty], reference: Reference, is_done: Callable[[int], bool]
) -> dict[int, float]:
    """Activity key -> due time, of `duties` and of what must be done before them."""
    near: dict[int, float] = {}
    for entry, due in duties:
        for key in _way(entry, reference, is_done):
            near[key] = min(due, near.get(key, due))
    return near


def _way(entry: Entry, reference: Reference, is_done: Callable[[int], bool]) -> Iterator[int]:
    """The activity and all that is missing before it; each once, so cycles come to an end."""
    seen = {entry.key}
    waiting: list[Entry | None] = [entry]
    while waiting:
        current = waiting.pop()
        if current is None:
            continue
        yield current.key
        missing = [k for k in current.prerequisites if k not in seen and not is_done(k)]
        seen.update(missing)
        waiting += map(reference.by_key, missing)
