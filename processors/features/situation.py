"""Situation: one learner at one moment, as the models see it."""

from __future__ import annotations

from functools import lru_cache
from math import log, log1p
from typing import TYPE_CHECKING, Any

import numpy as np

from online_models.sheet import blank
from processors.features.affinity import NEUTRAL, affinity
from processors.features.answers import left_of_ten_minutes, remember
from processors.features.encoding import encode, set_of
from processors.features.engagement import engagement
from processors.features.facts import FACTS_TYPE, SKILLS_END, stacked
from processors.features.pace import pace
from processors.features.records.activity import ROW_TYPE as ACTIVITY_TYPE
from processors.features.records.form import FORM_TYPE, SET_TYPE
from processors.features.records.skill import ROW_TYPE as SKILL_TYPE
from processors.memo import Memo
from processors.state import keep_set

if TYPE_CHECKING:
    from online_models.sheet import Sheet
    from processors.features.facts import Facts
    from processors.state import LearnerState


class Situation:
    """What models read of a learner's state at `at` (POSIX seconds), before anything more counts.

    Its rows are a copy, which what is counted later does not change; sheets are to be made before.
    """

    __slots__ = ("_affinities", "_learner", "_rows", "at", "state")

    def __init__(self, state: LearnerState, at: float) -> None:
        self.state, self.at = state, at
        self._affinities: Memo[int, float] = Memo(
            lambda content: 0.5 * log(affinity(state, content, at) / NEUTRAL)
        )
        lately = log1p(engagement(state, at)) / 2.0
        self._learner = (at, *state.totals.whole, lately, log(pace(state, at)))
        self._rows = (
            np.frombuffer(state.skill_rows.encode(), SKILL_TYPE),
            np.frombuffer(state.activity_rows.encode(), ACTIVITY_TYPE),
            np.frombuffer(state.set_rows.encode(), SET_TYPE),
            np.frombuffer(bytes(state.form), FORM_TYPE),
        )

    def sheet(self, facts: Facts) -> Sheet:
        """What models read of each activity of `facts`, whose `affinity` is filled in."""
        known = self._affinities
        facts["affinity"] = [known[content] for content in facts["content"].tolist()]
        sheet = blank(len(facts))
        encode(self._rows, self._learner, facts, sheet)
        return sheet

    def fading(self, facts: Facts) -> Any:
        """See `left_of_ten_minutes`."""
        return left_of_ten_minutes(self._rows[0], facts, self.at)


@lru_cache(maxsize=1 << 14)
def _set_name(packed: bytes) -> int | None:
    """Name of a set of skills, from the start of `packed_facts`; None for a single skill."""
    facts = stacked([packed + bytes(FACTS_TYPE.itemsize - SKILLS_END)])[0]
    return None if facts["n_skills"] == 1 else int(set_of(facts))


class Answer:
    """An answer on its way into the state: predicted and learned, not counted yet."""

    __slots__ = ("_at", "_facts", "_left", "_outcome", "_sheet")

    def __init__(self, situation: Situation, facts: Facts, sheet: Sheet, outcome: float) -> None:
        self._facts, self._sheet, self._outcome = facts, sheet, outcome
        self._at, self._left = situation.at, situation.fading(facts)

    def remember(self, state: LearnerState) -> None:
        """Write it into the models' own part of `state`, where it is counted by now."""
        if (name := _set_name(self._facts.tobytes()[:SKILLS_END])) is not None:
            keep_set(state, name, self._at)
        remember(
            state.skill_rows.array(SKILL_TYPE),
            state.activity_rows.array(ACTIVITY_TYPE),
            state.set_rows.array(SET_TYPE),
            np.frombuffer(state.form, FORM_TYPE),
            self._facts,
            self._sheet,
            self._left,
            self._at,
            self._outcome,
        )
