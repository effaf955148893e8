"""What other learners did after what this one did last."""

from collections.abc import Iterator
from itertools import islice

from processors.candidates.stream import Candidate, Stream
from processors.learner_view import LearnerView

LOOK_BACK = 2
"""Distinct activities of the learner from which others' ways are followed."""
FADE = 0.8
"""Worth of the ways from an activity, beside those from the one after it."""


def similar(view: LearnerView) -> Iterator[Stream]:
    """The likeliest next activities, by the best way to each."""
    chances = _chances(view)
    likeliest = sorted(chances, key=lambda after: (-chances[after], after))

    def followed(candidate: Candidate) -> None:
        candidate.similar = chances[candidate.entry.key]

    yield Stream(view.entries(likeliest), view.objective.per_stream, followed)


def _chances(view: LearnerView) -> dict[int, float]:
    chances: dict[int, float] = {}
    for lag, before in enumerate(islice(reversed(view.recent.tries), LOOK_BACK)):
        for after, chance in view.predictors.follows.next_of(before):
            chances[after] = max(chances.get(after, 0.0), chance * FADE**lag)
    return chances
