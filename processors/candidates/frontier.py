"""The next steps through the curriculum graph, towards what role and goals require."""

from collections.abc import Iterator

from processors.candidates.stream import Found, Stream
from processors.learner_view import LearnerView
from processors.reference import Entry

MAX_SKILLS = 8
"""Skills that get a stream: those needed most."""


def frontier(view: LearnerView) -> Iterator[Stream]:
    """What was just opened, and for each skill needed the way back from what teaches it."""
    most = view.objective.per_stream
    yield Stream(map(Found, filter(view.is_open, _opened(view))), most)
    for want in view.wanted[:MAX_SKILLS]:
        steps = filter(view.is_open, want.path.steps)
        yield Stream(map(Found, steps), most)


def _opened(view: LearnerView) -> Iterator[Entry]:
    for finished in view.entries(view.finished):
        yield from view.entries(finished.unlocks)
