"""What duration and engagement read: quantities of a sheet, and some of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from online_models.compiled import compiled
from online_models.duration import TASK
from online_models.engagement import OFFER
from online_models.sheet import Dense
from processors.features.encoding import row_of
from processors.features.records.activity import ROW_TYPE as ACTIVITY_TYPE
from processors.features.records.form import FORM_TYPE
from processors.outcomes.habit import begun_of, finished_of, habit
from processors.outcomes.steps import Steps, steps_of
from processors.outcomes.tempo import tempo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from online_models.sheet import Sheet
    from online_models.weights import Floats
    from processors.state import LearnerState

_TASK_QUANTITIES = {
    "bias": Dense.BIAS,
    "length": Dense.LENGTH,
    "pace": Dense.PACE,
    "form": Dense.FORM_16,
    "item_successes": Dense.ITEM_SUCCESSES,
    "item_failures": Dense.ITEM_FAILURES,
    "odds": Dense.ODDS,
    "new": Dense.NEW,
}
_OFFER_QUANTITIES = {
    "bias": Dense.BIAS,
    "engagement": Dense.ENGAGEMENT,
    "form": Dense.FORM_16,
    "ability": Dense.FORM_64,
    "odds": Dense.ODDS,
    "affinity": Dense.AFFINITY,
    "length": Dense.LENGTH,
    "difficulty": Dense.DIFFICULTY,
    "stretch": Dense.STRETCH,
}


def _columns(names: Sequence[str], quantities: Mapping[str, Dense]) -> npt.NDArray[np.intp]:
    """Pairs of the column of an input and the quantity that stands there, shape (n, 2)."""
    return np.array([(names.index(name), place) for name, place in quantities.items()], np.intp)


_TASK = _columns(TASK, _TASK_QUANTITIES)
_OFFER = _columns(OFFER, _OFFER_QUANTITIES)
_UNPLANNED, _TEMPO, _TEMPO_KNOWN, _NEWEST = map(
    TASK.index, ("unplanned", "tempo", "tempo_known", "newest")
)
_AWAY, _SESSION, _HABIT, _BEGUN = map(OFFER.index, ("away", "session", "habit", "begun"))


def task_inputs(state: LearnerState, at: float, sheet: Sheet) -> Floats:
    """`online_models.duration.TASK` for each row of `sheet`."""
    x = np.zeros((len(sheet), len(TASK)))
    form = np.frombuffer(state.form, FORM_TYPE)
    _tasks(sheet, steps_of(state.history_rows), form, at, x)
    return x


def offer_inputs(state: LearnerState, at: float, sheet: Sheet) -> Floats:
    """`online_models.engagement.OFFER` for each row of `sheet`."""
    x = np.zeros((len(sheet), len(OFFER)))
    rows = state.activity_rows.array(ACTIVITY_TYPE)
    finished = finished_of(state.finished.encode())
    _offers(sheet, steps_of(state.history_rows), rows, finished, at, x)
    return x


@compiled
def _read(sheet: Sheet, columns: Any, x: Floats) -> None:
    """Copy quantities of a sheet into their columns."""
    for n in range(len(sheet)):
        for k in range(len(columns)):
            x[n, columns[k, 0]] = sheet[n].dense[columns[k, 1]]


@compiled
def _tasks(sheet: Sheet, steps: Steps, forms: Any, at: float, x: Floats) -> None:
    _read(sheet, _TASK, x)
    known = tempo(steps, at)
    x[:, _TEMPO], x[:, _TEMPO_KNOWN] = known.mean, known.known
    if forms[0].answers > 0:
        x[:, _NEWEST] = 2.0 * (forms[0].outcomes & 1) - 1.0
    for n in range(len(sheet)):
        x[n, _UNPLANNED] = sheet[n].dense[Dense.LENGTH] == 0.0


@compiled
def _offers(sheet: Sheet, steps: Steps, rows: Any, finished: Any, at: float, x: Floats) -> None:
    _read(sheet, _OFFER, x)
    known = tempo(steps, at)
    x[:, _AWAY], x[:, _SESSION] = known.away, known.session
    begun = begun_of(rows, finished)
    x[:, _HABIT] = habit(begun, finished)
    for n in range(len(sheet)):
        slot = row_of(rows, sheet[n].activity)
        x[n, _BEGUN] = slot >= 0 and begun[slot]
