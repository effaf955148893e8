"""Answers: what the models' own part of a learner's state remembers of each.

Before an answer counts, `TenMinutes` notes what is left of the newest evidence; after it counts,
`remember` writes how it came out and what the learner's own weights have learned from it.
"""

from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.sheet import Group, Sheet
from processors.features.encoding import OWN_SKILLS, TEN_MINUTES, Rows, repeat_of, row_of, set_of
from processors.features.facts import MAX_SKILLS
from processors.features.quantised import count_code, count_of, mean_code, tries_with, var_code
from processors.features.records.form import ANSWERS

HALF = 0.5
"""An outcome from here on counts as a success."""

_FORMS = np.exp2(-1.0 / np.array([4.0, 16.0, 64.0]))
_FORM_HERE = 2.0 ** (-1.0 / 8.0)


@compiled
def left_of_ten_minutes(skills: Rows, facts: Rows, now: float) -> Any:
    """Successes and failures on each skill of one activity, faded to `now`, shape (8, 2)."""
    out = np.zeros((MAX_SKILLS, 2))
    for n in range(facts[0].n_skills):
        slot = row_of(skills, facts[0].skills[n])
        if slot >= 0:
            left = np.exp(-max(now - skills[slot].last, 0.0) / TEN_MINUTES)
            out[n, 0] = count_of(skills[slot].successes_10m) * left
            out[n, 1] = count_of(skills[slot].failures_10m) * left
    return out


@compiled
def _form_with(good: Any, bad: Any, y: float, fade: float) -> Any:
    """Codes of fading successes and failures with one more answer."""
    successes, failures = count_of(good) * fade + y, count_of(bad) * fade + 1.0 - y
    return count_code(successes), count_code(failures)


@compiled
def _keep_own(skills: Rows, activities: Rows, form: Any, facts: Any, row: Any) -> None:
    """Write the learner's own weights from a row of a sheet, in the order of `encoding`."""
    form.mean, form.var = row.mean[0], row.var[0]
    place = 1
    for n in range(min(facts.n_skills, OWN_SKILLS)):
        slot = row_of(skills, facts.skills[n])
        if slot >= 0:
            skills[slot].mean = mean_code(row.mean[place])
            skills[slot].var = var_code(row.var[place])
        place += 1
    slot = row_of(activities, facts.activity)
    if slot >= 0:
        activities[slot].mean = mean_code(row.mean[place])
        activities[slot].var = var_code(row.var[place])
    place += 1
    if row.group[place] == Group.OWN_REPEAT:
        repeat = repeat_of(form, facts, set_of(facts))
        form.repeat_mean[repeat] = mean_code(row.mean[place])
        form.repeat_var[repeat] = var_code(row.var[place])


@compiled
def _keep_skills(skills: Rows, facts: Any, left: Any, y: float) -> None:
    for n in range(facts.n_skills):
        slot = row_of(skills, facts.skills[n])
        if slot >= 0:
            row = skills[slot]
            row.successes_10m = count_code(left[n, 0] + y)
            row.failures_10m = count_code(left[n, 1] + 1.0 - y)
            if facts.n_skills == 1:
                row.tries = tries_with(row.tries, y >= HALF)
                row.form_good, row.form_bad = _form_with(row.form_good, row.form_bad, y, _FORM_HERE)


@compiled
def _keep_set(sets: Rows, set_name: Any, y: float) -> None:
    slot = row_of(sets, set_name)
    if slot >= 0:
        row = sets[slot]
        row.answers = min(row.answers + 1, 255)
        row.tries = tries_with(row.tries, y >= HALF)
        row.form_good, row.form_bad = _form_with(row.form_good, row.form_bad, y, _FORM_HERE)


@compiled
def _keep_form(form: Any, facts: Any, set_name: Any, now: float, y: float) -> None:
    """The order of answers, with this one."""
    success = 1 if y >= HALF else 0
    last = form.outcomes & 1
    if form.answers > 0 and form.item == facts.activity:
        form.run = min(form.run + 1, 255)
    else:
        form.run_before, form.run_end, form.run = form.run, last, 1
    form.item = facts.activity
    form.outcomes = ((form.outcomes << 1) | success) & 63
    form.last = max(form.last, np.uint32(min(max(now, 0.0), 4_294_967_295.0)))
    for n in range(3):
        form.good[n], form.bad[n] = _form_with(form.good[n], form.bad[n], y, _FORMS[n])
    for n in range(ANSWERS - 1, 0, -1):
        form.past[n] = form.past[n - 1]
    form.past[0] = np.uint32((set_name >> np.uint64(33)) << np.uint64(1)) | np.uint32(success)
    form.answers += 1


@compiled
def remember(
    skills: Rows,
    activities: Rows,
    sets: Rows,
    form: Rows,
    facts: Rows,
    sheet: Sheet,
    left: Any,
    now: float,
    y: float,
) -> None:
    """Write an answer into the models' own part of the rows.

    Args:
        skills: rows of the learner's state after the answer counts; changed.
        activities: the same.
        sets: the same, of sets of skills; the set that was answered on has a row.
        form: one row; changed.
        facts: one row, of the activity.
        sheet: one row as it was predicted from; its own weights have learned.
        left: what `left_of_ten_minutes` gave before the answer counted.
        now: time of the answer, POSIX seconds.
        y: outcome in [0, 1].
    """
    fact = facts[0]
    set_name = set_of(fact)
    _keep_own(skills, activities, form[0], fact, sheet[0])
    _keep_skills(skills, fact, left, y)
    if fact.n_skills != 1:
        _keep_set(sets, set_name, y)
    slot = row_of(activities, fact.activity)
    if slot >= 0:
        activities[slot].tries = tries_with(activities[slot].tries, y >= HALF)
    _keep_form(form[0], fact, set_name, now, y)
