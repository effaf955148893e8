"""What other learners did after what this one did last."""

from collections.abc import Iterator

from processors.candidates.stream import Candidate, Stream
from processors.learner_view import LearnerView


def similar(view: LearnerView) -> Iterator[Stream]:
    """The likeliest next activities after the last one."""
    last = next(reversed(view.recent.tries), None)
    if last is None:
        return
    chances = dict(view.predictors.follows.next_of(last))

    def followed(candidate: Candidate) -> None:
        candidate.similar = chances[candidate.entry.key]

    yield Stream(view.entries(chances), view.objective.per_stream, followed)
