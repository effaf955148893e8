"""What retention reads of a learner: form, and what is left of practising skills and items."""

from __future__ import annotations

from math import exp2, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from online_models.retention import Practice, Question
from processors.features.quantised import count_of
from processors.features.records.activity import activity_record
from processors.features.records.form import FORM_TYPE
from processors.features.records.skill import HALF_LIVES_SEC, skill_state
from processors.features.records.skill import ROW_TYPE as SKILL_TYPE

if TYPE_CHECKING:
    from processors.features.records.skill import SkillState
    from processors.state import LearnerState
    from processors.trace import Trace

_PRIOR_ANSWERS = (1.0, 10.0, 50.0)
_GOOD, _BAD = 0.7, 0.3
_LIFE_14 = HALF_LIVES_SEC[0]


class Counts(NamedTuple):
    """Successes and failures."""

    good: float
    bad: float

    def without(self, good: float, bad: float) -> Counts:
        """What is left without some of them."""
        return Counts(max(0.0, self.good - good), max(0.0, self.bad - bad))

    def half_log_odds(self, prior: float) -> float:
        """Drawn to 7 : 3 as by `prior` more answers."""
        return 0.5 * log((self.good + prior * _GOOD) / (self.bad + prior * _BAD))


class Form(NamedTuple):
    """What the learner's outcomes were, whatever they were about."""

    own: float
    """The success model's weight of the learner."""
    whole: Counts
    """Of all, weighted."""
    over_4: Counts
    """Of the newest, fading with 4 answers."""
    over_16: Counts

    def inputs(self) -> tuple[float, ...]:
        """`online_models.retention.FORM`."""
        return (
            self.own,
            *[self.whole.half_log_odds(prior) for prior in _PRIOR_ANSWERS],
            self.over_4.half_log_odds(1.0),
            self.over_16.half_log_odds(1.0),
        )


def form_of(state: LearnerState) -> Form:
    """The learner's form."""
    form = np.frombuffer(state.form, FORM_TYPE)[0]
    goods, bads = form["good"], form["bad"]
    over_4, over_16 = [Counts(count_of(goods[n]), count_of(bads[n])) for n in (0, 1)]
    return Form(float(form["mean"]), Counts(*state.totals.whole), over_4, over_16)


def question_of(state: LearnerState, trace: Trace) -> Question:
    """The answer of `trace`, before it counts."""
    rows = state.skill_rows
    memories = tuple([(skill, skill_practice(rows.get(skill))) for skill in trace.skills])
    tried = item_practice(state.activity_rows.get(trace.activity))
    return Question(trace.at, form_of(state).inputs(), memories, trace.activity, tried)


def practised(state: LearnerState) -> list[tuple[int, Practice]]:
    """The skills of which there is evidence, and what is left of practising them."""
    found = ((key, skill_practice(row)) for key, row in state.skill_rows.items())
    return [(key, held) for key, held in found if held is not None]


def skill_practice(row: bytes | None) -> Practice | None:
    """What is left of practising a skill, from its row; None where there is no evidence."""
    if row is None:
        return None
    return practice_of(skill_state(row), newest_try(row, 0))


def practice_of(evidence: SkillState, newest: int | None) -> Practice:
    """What is left of practising a skill, from its evidence.

    A success counts as spaced by what has faded of it when the skill was last practised.

    Args:
        evidence: of the skill.
        newest: 1 where the newest try succeeded, 0 where it failed; None where nobody knows.
    """
    lapse = _failed_share(evidence) if newest is None else 1.0 - newest
    successes, failures = evidence.whole
    since = (evidence.as_of - evidence.last_practised) / _LIFE_14
    faded = successes - evidence.successes_14d * exp2(min(since, _FAR))
    return Practice(evidence.last_practised, successes, failures, lapse, max(0.0, faded))


def item_practice(row: bytes | None) -> Practice | None:
    """What is left of trying an activity, from its row; None where it was not tried."""
    if row is None:
        return None
    record = activity_record(row, 0)
    if record.last_outcome is None:
        return None
    failures = max(0.0, record.attempts - record.successes)
    lapse = 1.0 - record.last_outcome
    return Practice(record.last_outcome_at, record.successes, failures, lapse, 0.0)


def _failed_share(evidence: SkillState) -> float:
    """Share of failure in what has not faded: where no newest outcome is known."""
    good, bad = evidence.successes_90d, evidence.failures_90d
    return bad / (good + bad) if good + bad > 0.0 else 0.0


def newest_try(row: bytes, before: int) -> int | None:
    """Outcome of the newest try at exactly this skill but `before`, of 3; None where unknown."""
    known = int(np.frombuffer(row, SKILL_TYPE)[0]["tries"])
    return known >> before & 1 if known >> 3 > before else None


_FAR = 30.0
