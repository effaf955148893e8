"""Where among others does each arm rank the activity that a learner turned to next?

The others are drawn, by the event's id, from the activities that somebody turned to in the window
before, without those that the learner met of late; both arms rank the same list, before either
learns of the turn. An activity with the same score counts half (`offline.ranking`).
"""

from collections.abc import Sequence

import numpy as np

from online_models.moment import Description, Moment
from online_models.replica import Replica
from processors.learning import is_turn
from processors.relevance import about, moment_of
from processors.state import LearnerState
from processors.trace import Trace
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.reference import Activity

OTHERS = 99
_FEWEST = 20
"""Others below which nothing is ranked."""
_MOST_KNOWN = 100_000
_SPARE = 40
"""More are drawn than needed: some the learner has met."""


class Turns:
    """Activities as they are turned to."""

    def __init__(self) -> None:
        self._about: dict[int, Description] = {}
        self._keys: list[int] = []

    def choices(self, event: LearningEvent, trace: Trace, state: LearnerState) -> list[int]:
        """Keys of activities, the right one first; none where the event is no turn.

        Args:
            event: about to be applied.
            trace: the same in numbers.
            state: the learner's, just before it.
        """
        if not is_turn(state, trace):
            return []
        others = self._drawn(event.id, {trace.activity, *self._moment(event, trace, state)})
        self._meet(event, trace)
        return [trace.activity, *others] if len(others) >= _FEWEST else []

    @staticmethod
    def _moment(event: LearningEvent, trace: Trace, state: LearnerState) -> list[int]:
        recent: list[int] = moment_of(state, trace.at, event.role, event.cohort).recent.tolist()
        return recent

    def _drawn(self, seed: str, met: set[int]) -> list[int]:
        if len(self._keys) < _FEWEST:
            return []
        rng = np.random.default_rng(hash64(seed))
        places = rng.integers(len(self._keys), size=OTHERS + _SPARE).tolist()
        keys = dict.fromkeys(self._keys[place] for place in places)
        return [key for key in keys if key not in met][:OTHERS]

    def _meet(self, event: LearningEvent, trace: Trace) -> None:
        if trace.activity not in self._about and len(self._keys) < _MOST_KNOWN:
            said = Activity(id=event.activity, title=event.title, content=event.content)
            self._about[trace.activity] = about(said, trace.skills)
            self._keys.append(trace.activity)

    def describe(self, key: int) -> Description:
        """What is known of an activity before anybody visits it."""
        return self._about.get(key, Description())


def rank_of(models: Replica, moment: Moment, items: Sequence[int], turns: Turns) -> float:
    """Rank from 1 of the first of `items`, as the models see it."""
    scores = models.relevance.scores(moment, items, turns.describe)
    right, others = scores[0], scores[1:]
    return float(1.0 + (others > right).sum() + 0.5 * (others == right).sum())
