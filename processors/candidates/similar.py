"""What other learners did after what this one did last."""

from collections.abc import Iterator
from itertools import islice

from processors.candidates.stream import Found, Stream
from processors.learner_view import LearnerView
from schemas.queue import ReasonCode

LOOK_BACK = 2
"""Distinct activities of the learner from which others' ways are followed."""
FADE = 0.8
"""Worth of the ways from an activity, beside those from the one after it."""


def similar(view: LearnerView) -> Iterator[Stream]:
    """The likeliest next activities, by the best way to each."""
    chances: dict[int, float] = {}
    for lag, before in enumerate(islice(reversed(view.recent.tries), LOOK_BACK)):
        for after, chance in view.predictors.follows.next_of(before):
            chances[after] = max(chances.get(after, 0.0), chance * FADE**lag)
    likeliest = sorted(chances, key=lambda after: (-chances[after], after))
    yield Stream(
        (
            Found(entry, ReasonCode.SIMILAR_LEARNERS, chances[entry.key])
            for entry in view.entries(likeliest)
            if view.is_open(entry)
        ),
        view.objective.per_stream,
    )
