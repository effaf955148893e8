"""The next steps through the curriculum graph, towards what role and goals require."""

from collections.abc import Iterator

from processors.candidates.stream import Stream
from processors.learner_view import LearnerView
from processors.reference import Entry

MAX_SKILLS = 5
"""Skills that get a stream: those needed most."""


def frontier(view: LearnerView) -> Iterator[Stream]:
    """What was just opened, and for each skill needed the way back from what teaches it."""
    most = view.objective.per_stream
    yield Stream(_opened(view), most)
    for want in view.wanted[:MAX_SKILLS]:
        yield Stream(want.path.steps, most)


def _opened(view: LearnerView) -> Iterator[Entry]:
    for finished in view.entries(key for key in reversed(view.recent.tries) if view.done[key]):
        yield from view.entries(finished.unlocks)
