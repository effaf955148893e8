"""Something new: what can be begun without prerequisites, from a place that differs by learner.

Which activities a learner may meet by exploration is a function of learner, week and seed, not of
the event, so that the probability of each draw among them (`processors/exploration.py`) is exact.
"""

from collections.abc import Iterator
from itertools import chain

from processors.candidates.stream import Candidate, Stream
from processors.draws import Draws
from processors.features.decay import DAY_SEC
from processors.learner_view import LearnerView

WEEK_SEC = 7 * DAY_SEC


def explore(view: LearnerView) -> Iterator[Stream]:
    """The openings of the catalogue."""
    openings = view.index.openings(view.role)
    start = _place(view, len(openings))
    entries = chain(openings[start:], openings[:start])
    yield Stream(entries, view.objective.per_stream, _note)


def anything(view: LearnerView) -> Iterator[Stream]:
    """All that there is, for a learner for whom no source has anything legal."""
    yield Stream(view.reference.entries(), view.objective.per_stream, _note)


def _note(candidate: Candidate) -> None:
    candidate.is_new = True


def _place(view: LearnerView, n: int) -> int:
    week = int(view.now // WEEK_SEC)
    return Draws(view.learner, week, view.objective.seed).below(n)
