"""What was done for a skill since it was last asked for, and what was known before that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from online_models.compiled import compiled
from online_models.retention import BAD, FORM, GOOD, LAPSE, MEMORY, SECONDS, SPACED, Question
from online_models.things import Thing
from processors.features.encoding import row_of
from processors.features.quantised import count_of
from processors.features.records.history import LIMIT, ROW
from processors.features.records.skill import HALF_LIVES_SEC, UNITS
from processors.outcomes.memories import (
    failed_share,
    half_log_odds,
    read,
    rows_of,
    things_of,
)
from processors.outcomes.steps import (
    Steps,
    activity_of,
    outcome_of,
    skills_of,
    steps_of,
    time_of,
    weight_of,
)

if TYPE_CHECKING:
    from online_models.weights import Floats, Keys
    from processors.state import LearnerState
    from processors.trace import Trace

_LIFE_14, _LIFE_90 = HALF_LIVES_SEC
_OLDEST, _NOWHERE = 4.2e9, 255
_FAR = 30.0


class Between(NamedTuple):
    """An answer, as it would have been asked before something was done for its skills."""

    question: Question
    done: tuple[Thing, ...]
    """What was done, the newest first."""


class Asked(NamedTuple):
    """An answer, before it counts."""

    question: Question
    before: Between | None
    """What was done for its skills since the last answer on one of them.

    None where the history knows of nothing. The activity asked about is not counted: that its
    answer is remembered is no gain of the skill.
    """


def asked(state: LearnerState, trace: Trace) -> Asked:
    """The answer of `trace`, given the learner's state just before it."""
    things, rows = things_of(trace), rows_of(state)
    forms, memories = np.empty((2, len(FORM))), np.empty((2, len(things), len(MEMORY)))
    places, steps = np.empty(LIMIT, np.int64), steps_of(state.history_rows)
    into = forms, memories, places
    count = _asked(rows, state.totals.whole, steps, things, trace.at, into)
    question = Question(forms[0], things, memories[0])
    if not count:
        return Asked(question, None)
    done = tuple([_thing(state, place, trace.skills) for place in places[:count].tolist()])
    return Asked(question, Between(Question(forms[1], things, memories[1]), done))


def _thing(state: LearnerState, place: int, asked: tuple[int, ...]) -> Thing:
    """What a step was about, with those of its skills that are asked for."""
    *_, slot, _, _, known = ROW.unpack_from(state.history_rows, place * ROW.size)
    rows = state.skill_rows
    skills = [key for key in asked if (at := rows.slot(key)) is not None and known >> at & 1]
    return Thing(state.activity_rows.key_at(slot), 0, tuple(skills))


@compiled
def _asked(rows: Any, whole: Any, steps: Steps, things: Keys, at: float, into: Any) -> int:
    """How much was done.

    Fills in its places, newest first, and form and memories: as they are, and without it.
    """
    (skills, activities, forms), (form, memories, places) = rows, into
    read(rows, whole, things, at, form[0], memories[0])
    item = row_of(activities, things[-1])
    chosen = places[: _since_last_answer(skills, steps, things, item, places)]
    if len(chosen):
        form[1], memories[1] = form[0], memories[0]
        _forms_before(forms, whole, steps, chosen, form[1])
        for n in range(len(things) - 1):
            slot = row_of(skills, things[n])
            if slot >= 0:
                _before(skills[slot], slot, steps, chosen, at, memories[1, n])
    return len(chosen)


@compiled
def _slots(skills: Any, things: Keys) -> Any:
    """Set of the slots of the skills asked for."""
    known = 0
    for n in range(len(things) - 1):
        slot = row_of(skills, things[n])
        if slot >= 0:
            known |= 1 << slot
    return known


@compiled
def _since_last_answer(skills: Any, steps: Steps, things: Keys, item: int, chosen: Any) -> int:
    """Places of the evidence for some skills back to the last answer, newest first; how many.

    0 where no answer on them is known.
    """
    asked, count = _slots(skills, things), 0
    for n in range(len(steps) - 1, -1, -1):
        step = steps[n]
        if not skills_of(step) & asked:
            continue
        if activity_of(step) not in {item, _NOWHERE}:
            chosen[count] = n
            count += 1
        if outcome_of(step) >= 0.0:
            return count
    return 0


@compiled
def _share(step: Any) -> float:
    """Which part of the weight of a step is success."""
    outcome = outcome_of(step)
    return 1.0 if outcome < 0.0 else outcome


@compiled
def _forms_before(forms: Any, whole: Any, steps: Steps, chosen: Any, out: Floats) -> None:
    """The learner's form without the outcomes of the chosen steps (newest first)."""
    form = forms[0]
    good, bad = whole
    good_4, bad_4 = count_of(form.good[0]), count_of(form.bad[0])
    good_16, bad_16 = count_of(form.good[1]), count_of(form.bad[1])
    answers, place = 0, 0
    for n in range(len(steps) - 1, chosen[-1] - 1, -1):
        step = steps[n]
        taken = place < len(chosen) and chosen[place] == n
        if taken:
            share, weight = _share(step), weight_of(step)
            good, bad = good - weight * share, bad - weight * (1.0 - share)
            place += 1
        if outcome_of(step) >= 0.0:
            if taken:
                left_4, left_16 = 2.0 ** (-answers / 4.0), 2.0 ** (-answers / 16.0)
                good_4, bad_4 = good_4 - share * left_4, bad_4 - (1.0 - share) * left_4
                good_16, bad_16 = good_16 - share * left_16, bad_16 - (1.0 - share) * left_16
            answers += 1
    for k, prior in enumerate((1.0, 10.0, 50.0)):
        out[1 + k] = half_log_odds(max(good, 0.0), max(bad, 0.0), prior)
    out[4] = half_log_odds(max(good_4, 0.0), max(bad_4, 0.0), 1.0)
    out[5] = half_log_odds(max(good_16, 0.0), max(bad_16, 0.0), 1.0)


@compiled
def _before(row: Any, slot: int, steps: Steps, chosen: Any, at: float, memory: Floats) -> None:
    """What was left of the skill of a row without the evidence of the chosen steps."""
    good, bad = row.success_units / UNITS, row.failure_units / UNITS
    fresh, short = row.successes_14d, row.successes_14d + row.failures_14d
    long = row.successes_90d + row.failures_90d
    attempts, tries, oldest = int(row.attempts), 0, _OLDEST
    for place in chosen:
        step = steps[place]
        if not skills_of(step) >> slot & 1:
            continue
        share, weight, time = _share(step), weight_of(step), time_of(step)
        good, bad = good - weight * share, bad - weight * (1.0 - share)
        left = weight * np.exp2((time - row.as_of) / _LIFE_14)
        fresh, short = fresh - share * left, short - left
        long -= weight * np.exp2((time - row.as_of) / _LIFE_90)
        attempts, oldest = attempts - 1, min(oldest, time)
        tries += outcome_of(step) >= 0.0
    if oldest == _OLDEST:
        return
    if attempts <= 0:
        memory[:] = -1.0
        return
    known, last = int(row.tries), _last_before(slot, steps, chosen)
    if last < 0.0:
        last = min(row.as_of - _one_age(short, long), oldest)
    memory[SECONDS] = max(0.0, at - last)
    memory[GOOD], memory[BAD] = max(good, 0.0), max(bad, 0.0)
    memory[LAPSE] = 1.0 - (known >> tries & 1) if known >> 3 > tries else failed_share(row)
    back = np.exp2(min((row.as_of - last) / _LIFE_14, _FAR))
    memory[SPACED] = max(memory[GOOD] - max(fresh, 0.0) * back, 0.0)


@compiled
def _last_before(slot: int, steps: Steps, chosen: Any) -> float:
    """When a skill was practised last but by the chosen steps; below 0 where nobody knows."""
    for n in range(len(steps) - 1, -1, -1):
        if skills_of(steps[n]) >> slot & 1 and not np.any(chosen == n):
            return time_of(steps[n])
    return -1.0


@compiled
def _one_age(short: float, long: float) -> float:
    """The one age (seconds) of all evidence that two fading sums of it agree on.

    Of a single practice that is its age, of more it leans to the newest:
    `-log2(N_14 / N_90) / (1 / 14 d - 1 / 90 d)`.
    """
    if short <= 0.0 or long <= 0.0:
        return 0.0
    return float(max(0.0, -np.log2(short / long) / (1.0 / _LIFE_14 - 1.0 / _LIFE_90)))
