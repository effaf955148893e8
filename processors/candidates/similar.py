"""What learners like this one turned to."""

from collections.abc import Iterator

from processors.candidates.stream import Stream
from processors.learner_view import LearnerView

PROPOSED = 12
"""Activities asked for: some will not be legal."""


def similar(view: LearnerView) -> Iterator[Stream]:
    """The likeliest next activities; how likely they are `gather` asks for all candidates."""
    keys = view.predictors.relevance.propose(view.moment, PROPOSED)
    yield Stream(view.entries(keys), view.objective.per_stream)
