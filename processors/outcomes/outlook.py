"""What is expected of one learner: recall later, and what activities would come to."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from math import log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from processors.features.decay import DAY_SEC
from processors.features.facts import stacked
from processors.features.situation import Situation
from processors.memo import Memo
from processors.outcomes.inputs import offer_inputs, task_inputs
from processors.outcomes.memories import form_of, practised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from online_models.forecast import Forecast
    from online_models.retention import Curves
    from online_models.sheet import Sheet
    from online_models.weights import Floats
    from processors.predictors import Predictors
    from processors.reference import Entry
    from processors.state import LearnerState


_HALF = 0.5


class Remembered(NamedTuple):
    """What is left of a skill, if nothing is done."""

    recall: float
    """P(success) now, at an activity of it that is new."""
    left: float
    """The same as a share of what it was right after the last practice."""
    half_life_days: float
    """From the last practice until half of it is left."""


class Outlook:
    """The models of retention, gain, duration and engagement, asked about a learner at `now`."""

    def __init__(self, state: LearnerState, predictors: Predictors, now: float) -> None:
        self._state, self._predictors, self._now = state, predictors, now
        self.kept: Memo[float, dict[int, float]] = Memo(self._kept)
        """POSIX seconds -> by skill with evidence the share of its recall that is left by then.

        Of what it was right after the last practice, if nothing is done.
        """

    def recall(self) -> dict[int, float]:
        """Skill with evidence -> P(success) now, at an activity of it that is new."""
        skills, curves = self._curves
        return dict(zip(skills, curves.recall(self._now).tolist(), strict=True))

    def until(self, share: float) -> dict[int, float]:
        """Skill with evidence -> when `share` of its recall is left, POSIX seconds."""
        skills, curves = self._curves
        return dict(zip(skills, curves.until(share).tolist(), strict=True))

    def remembered(self) -> dict[int, Remembered]:
        """What is left of each skill with evidence."""
        recall, kept, until = self._recall, self.kept[self._now], self.until(_HALF)
        practised_at = {skill: held.last_practised for skill, held in self._state.skills.items()}
        return {
            skill: Remembered(
                recall[skill], kept[skill], (until[skill] - practised_at[skill]) / DAY_SEC
            )
            for skill in recall
        }

    def chances(self, entries: Sequence[Entry], sheet: Sheet) -> list[float]:
        """P(finished if offered) of each; `sheet` has a row for each."""
        inputs = offer_inputs(self._state, self._now, sheet)
        return self._predictors.engagement.chance([entry.thing for entry in entries], inputs)

    def durations(self, entries: Sequence[Entry]) -> Forecast:
        """How long each takes the learner."""
        sheet = Situation(self._state, self._now).sheet(stacked(one.facts for one in entries))
        inputs = task_inputs(self._state, self._now, sheet)
        return self._predictors.duration.forecast([entry.thing for entry in entries], inputs)

    def gains(self, entries: Sequence[Entry]) -> list[float]:
        """Expected change of P(success) by doing each, mean over its skills; 0 without any."""
        skills = [skill for entry in entries for skill in entry.skills]
        things = [entry.thing for entry in entries for _ in entry.skills]
        gains = self._predictors.gain.expected(self._log_odds(skills), things) if skills else []
        each = iter(gains)
        return [sum(islice(each, n)) / max(1, n) for n in (len(one.skills) for one in entries)]

    def _log_odds(self, skills: Sequence[int]) -> list[float]:
        """Of success now, at an activity of each skill that is new."""
        recall = self._recall
        found = {skill: log(p / (1.0 - p)) for skill in skills if (p := recall.get(skill))}
        untried = [skill for skill in skills if skill not in found]
        if untried:
            keys = np.array(untried, np.uint64)
            scores = self._predictors.retention.untried(self._form, keys).tolist()
            found.update(zip(untried, scores, strict=True))
        return [found[skill] for skill in skills]

    def _kept(self, at: float) -> dict[int, float]:
        skills, curves = self._curves
        return dict(zip(skills, curves.kept(at).tolist(), strict=True))

    @cached_property
    def _form(self) -> Floats:
        return form_of(self._state)

    @cached_property
    def _curves(self) -> tuple[list[int], Curves]:
        """Skills with evidence, and their forgetting curves."""
        skills, memories = practised(self._state, self._now)
        curves = self._predictors.retention.curves(self._form, skills, memories, self._now)
        return skills.tolist(), curves

    @cached_property
    def _recall(self) -> dict[int, float]:
        return self.recall()
