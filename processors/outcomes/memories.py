"""What retention reads of a learner: form, and what is left of practising skills and items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from online_models.compiled import compiled
from online_models.retention import BAD, FORM, GOOD, LAPSE, MEMORY, SECONDS, SPACED, Question
from processors.features.encoding import row_of
from processors.features.quantised import count_of
from processors.features.records.activity import ROW_TYPE as ACTIVITY_TYPE
from processors.features.records.form import FORM_TYPE
from processors.features.records.skill import HALF_LIVES_SEC, UNITS
from processors.features.records.skill import ROW_TYPE as SKILL_TYPE
from processors.trace import SHARE_STEPS

if TYPE_CHECKING:
    from online_models.weights import Floats, Keys
    from processors.state import LearnerState
    from processors.trace import Trace

_LIFE_14 = HALF_LIVES_SEC[0]
_GOOD, _BAD = 0.7, 0.3
_FAR = 30.0


def rows_of(state: LearnerState) -> tuple[Any, ...]:
    """Rows of skills and activities, and the form: views, as those of `Table.array`."""
    return (
        state.skill_rows.array(SKILL_TYPE),
        state.activity_rows.array(ACTIVITY_TYPE),
        np.frombuffer(state.form, FORM_TYPE),
    )


def things_of(trace: Trace) -> Keys:
    """Skills and activity of an answer, as a `Question` names them."""
    return np.array((*trace.skills, trace.activity), np.uint64)


def question_of(state: LearnerState, trace: Trace) -> Question:
    """The answer of `trace`, before it counts."""
    things, form = things_of(trace), np.empty(len(FORM))
    memories = np.empty((len(things), len(MEMORY)))
    read(rows_of(state), state.totals.whole, things, trace.at, form, memories)
    return Question(form, things, memories)


def form_of(state: LearnerState) -> Floats:
    """`online_models.retention.FORM`."""
    form = np.empty(len(FORM))
    _form(np.frombuffer(state.form, FORM_TYPE), state.totals.whole, form)
    return form


def practised(state: LearnerState, at: float) -> tuple[Keys, Floats]:
    """The skills with evidence, (n,), and what is left of practising each at `at`, (n, 5)."""
    found: tuple[Keys, Floats] = _practised(state.skill_rows.array(SKILL_TYPE), at)
    return found


@compiled
def half_log_odds(good: float, bad: float, prior: float) -> float:
    """Of counts, drawn to 7 : 3 as by `prior` more answers."""
    return float(0.5 * np.log((good + prior * _GOOD) / (bad + prior * _BAD)))


@compiled
def _form(forms: Any, whole: Any, out: Floats) -> None:
    form, (good, bad) = forms[0], whole
    out[0] = form.mean
    out[1] = half_log_odds(good, bad, 1.0)
    out[2] = half_log_odds(good, bad, 10.0)
    out[3] = half_log_odds(good, bad, 50.0)
    out[4] = half_log_odds(count_of(form.good[0]), count_of(form.bad[0]), 1.0)
    out[5] = half_log_odds(count_of(form.good[1]), count_of(form.bad[1]), 1.0)


@compiled
def faded(row: Any) -> float:
    """Successes that had faded when the skill was practised last, with a half-life of 14 days."""
    since = min((float(row.as_of) - float(row.last)) / _LIFE_14, _FAR)
    return float(max(0.0, row.success_units / UNITS - row.successes_14d * np.exp2(since)))


@compiled
def failed_share(row: Any) -> float:
    """Share of failure in what has not faded: where no newest outcome is known."""
    total = row.successes_90d + row.failures_90d
    return float(row.failures_90d / total if total > 0.0 else 0.0)


@compiled
def of_skill(row: Any, at: float, memory: Floats) -> None:
    """What is left at `at` of practising the skill of a row."""
    memory[SECONDS] = max(0.0, at - row.last)
    memory[GOOD] = row.success_units / UNITS
    memory[BAD] = row.failure_units / UNITS
    memory[LAPSE] = 1.0 - (row.tries & 1) if row.tries >> 3 else failed_share(row)
    memory[SPACED] = faded(row)


@compiled
def of_activity(row: Any, at: float, memory: Floats) -> None:
    """What is left at `at` of trying the activity of a row."""
    successes = row.hundredths / 100.0
    memory[SECONDS] = max(0.0, at - row.scored)
    memory[GOOD] = successes
    memory[BAD] = max(0.0, row.attempts - successes)
    memory[LAPSE] = 1.0 - min(row.outcome / SHARE_STEPS, 1.0)
    memory[SPACED] = 0.0


@compiled
def _practised(rows: Any, at: float) -> Any:
    skills, memories, size = np.empty(len(rows), np.uint64), np.empty((len(rows), len(MEMORY))), 0
    for n in range(len(rows)):
        if rows[n].key != 0:
            skills[size] = rows[n].key
            of_skill(rows[n], at, memories[size])
            size += 1
    return skills[:size], memories[:size]


@compiled
def read(rows: Any, whole: Any, things: Keys, at: float, form: Floats, memories: Floats) -> None:
    """Fill in form and memories: what is left of each skill, and at last of the activity.

    Args:
        rows: what `rows_of` gives.
        whole: `Totals.whole`.
        things: what `things_of` gives.
        at: POSIX seconds.
        form: to be filled.
        memories: the same.
    """
    (skills, activities, forms), last = rows, len(things) - 1
    _form(forms, whole, form)
    memories[:] = -1.0
    for n in range(last):
        slot = row_of(skills, things[n])
        if slot >= 0:
            of_skill(skills[slot], at, memories[n])
    slot = row_of(activities, things[last])
    if slot >= 0 and activities[slot].attempts > 0:
        of_activity(activities[slot], at, memories[last])
