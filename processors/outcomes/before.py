"""What was done for a skill since it was last asked for, and what was known before that."""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING, NamedTuple

from online_models.retention import Practice, Question
from online_models.things import Thing
from processors.features.decay import clock_sec
from processors.features.records.skill import (
    HALF_LIVES_SEC,
    UNITS,
    SkillState,
    skill_state,
    without_evidence,
)
from processors.outcomes.memories import Form, form_of, item_practice, newest_try, practice_of
from processors.trace import SHARE_STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.features.records.history import Step
    from processors.state import LearnerState
    from processors.trace import Trace

_LIFE_14, _LIFE_90 = HALF_LIVES_SEC


class Between(NamedTuple):
    """An answer, as it would have been asked before something was done for its skills."""

    question: Question
    done: tuple[Thing, ...]
    """What was done, the newest first."""


def between(state: LearnerState, trace: Trace) -> Between | None:
    """What was done for the skills of the answer `trace` since the last answer on one of them.

    None where the history knows of nothing. The activity asked about is not counted: that its
    answer is remembered is no gain of the skill.
    """
    steps = _since_last_answer(state, trace)
    if not steps:
        return None
    skills = tuple([(skill, _before(state, skill, steps)) for skill in trace.skills])
    tried = item_practice(state.activity_rows.get(trace.activity))
    form = _form_before(state, steps).inputs()
    asked = frozenset(trace.skills)
    done = [Thing(s.activity, 0, tuple([k for k in s.skills if k in asked])) for s in steps]
    return Between(Question(trace.at, form, skills, trace.activity, tried), tuple(done))


def _since_last_answer(state: LearnerState, trace: Trace) -> list[Step]:
    """Evidence for the skills of `trace` back to the last answer, which is the last one."""
    asked, found = frozenset(trace.skills), []
    for step in reversed(state.history):
        if asked.isdisjoint(step.skills):
            continue
        if step.activity not in {0, trace.activity}:
            found.append(step)
        if step.outcome is not None:
            return found
    return []


def _before(state: LearnerState, skill: int, steps: Sequence[Step]) -> Practice | None:
    """What was left of practising `skill` without the evidence of `steps`."""
    row = state.skill_rows.get(skill)
    if row is None:
        return None
    mine, tries, rest = [step for step in steps if skill in step.skills], 0, row
    for step in mine:
        left = without_evidence(rest, step.at, _units(step), 0)
        if left is None:
            return None
        rest, tries = left, tries + (step.outcome is not None)
    evidence = skill_state(rest)
    last = _last_before(state, skill, mine, evidence)
    return practice_of(evidence._replace(last_practised=last), newest_try(row, tries))


def _units(step: Step) -> tuple[int, int]:
    """Successes and failures that a step weighs, as `records.skill.units_of` has them."""
    weight, share = round(step.weight * 2.0), round(step.share * SHARE_STEPS)
    return weight * share, weight * (SHARE_STEPS - share)


def _last_before(
    state: LearnerState, skill: int, steps: Sequence[Step], evidence: SkillState
) -> int:
    """When the skill was practised last before `steps`, as far as that is known.

    Beyond the history it is the one age that the two fading sums of all evidence agree on: of a
    single practice that is its age, of more it leans to the newest.
    """
    excluded = {step.id for step in steps}
    known = [s.at for s in state.history if skill in s.skills and s.id not in excluded]
    if known:
        return clock_sec(known[-1])
    short = evidence.successes_14d + evidence.failures_14d
    long = evidence.successes_90d + evidence.failures_90d
    if min(short, long) <= 0.0:
        return 0
    age = max(0.0, -log2(short / long) / (1.0 / _LIFE_14 - 1.0 / _LIFE_90))
    oldest = min([step.at for step in steps], default=float(evidence.as_of))
    return clock_sec(min(evidence.as_of - age, oldest))


def _form_before(state: LearnerState, steps: Sequence[Step]) -> Form:
    """The learner's form without the outcomes of `steps`."""
    form, taken, answers = form_of(state), {step.id for step in steps}, 0
    for step in reversed(state.history):
        if step.outcome is None:
            continue
        if step.id in taken:
            form = _without(form, step, answers)
        answers += 1
    return form


def _without(form: Form, step: Step, answers: int) -> Form:
    """`form` without a step that so many answers came after."""
    good, bad = [units / UNITS for units in _units(step)]
    share, left_4, left_16 = step.share, 2.0 ** (-answers / 4.0), 2.0 ** (-answers / 16.0)
    return form._replace(
        whole=form.whole.without(good, bad),
        over_4=form.over_4.without(share * left_4, (1.0 - share) * left_4),
        over_16=form.over_16.without(share * left_16, (1.0 - share) * left_16),
    )
