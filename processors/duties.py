"""Compliance: what a learner must finish, by when, and what has to be done for it first."""

from collections.abc import Iterable, Iterator, Mapping

from processors.features.decay import DAY_SEC
from processors.reference import Entry
from schemas.reference import Deadline, LearnerProfile

Duty = tuple[Entry, float]
"""(activity, when it is due in POSIX seconds)"""
Done = Mapping[int, bool]
"""Activity key -> whether it is finished; answers for every key."""


def due_at(deadline: Deadline, profile: LearnerProfile | None) -> float | None:
    """When a duty falls due (POSIX seconds); None where that hangs on an unknown hiring date."""
    if deadline.due_at is not None:
        return deadline.due_at
    hired = profile.hired_on if profile else None
    if hired is None or deadline.days_after_hire is None:
        return None
    return hired + deadline.days_after_hire * DAY_SEC


def open_duties(
    bound: Iterable[tuple[Entry, Deadline]], profile: LearnerProfile | None, done: Done
) -> Iterator[Duty]:
    """Those of the duties that bind a role which this learner has not fulfilled."""
    for entry, deadline in bound:
        due = due_at(deadline, profile)
        if due is not None and not done[entry.key]:
            yield entry, due


def with_ways(
    duties: Iterable[Duty], entries: Mapping[int, Entry | None], done: Done
) -> dict[int, float]:
    """Activity key -> due time, of `duties` and of what must be done before them.

    Args:
        duties: what must be finished.
        entries: the catalogue by key; answers for every key.
        done: what is finished.
    """
    near: dict[int, float] = {}
    for entry, due in duties:
        for key in _way(entry, entries, done):
            near[key] = min(due, near.get(key, due))
    return near


def _way(entry: Entry, entries: Mapping[int, Entry | None], done: Done) -> Iterator[int]:
    """The activity and all that is missing before it; each once, so cycles come to an end."""
    seen = {entry.key}
    waiting: list[Entry | None] = [entry]
    while waiting:
        current = waiting.pop()
        if current is None:
            continue
        yield current.key
        missing = [key for key in current.prerequisites if key not in seen and not done[key]]
        seen.update(missing)
        waiting += (entries[key] for key in missing)
