"""What duration and engagement read: quantities of a sheet, and some of their own."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np

from online_models.duration import TASK
from online_models.engagement import OFFER
from online_models.sheet import Dense
from processors.features.records.form import FORM_TYPE
from processors.outcomes.tempo import tempo_of

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


class _Columns:
    """Which columns of inputs are which quantities of a sheet, and where the others stand."""

    def __init__(self, names: Sequence[str], quantities: Mapping[str, Dense]) -> None:
        self._width = len(names)
        self._to = np.array([names.index(name) for name in quantities])
        self._from = np.array([*quantities.values()])
        self.place = {name: n for n, name in enumerate(names) if name not in quantities}

    def read(self, sheet: Sheet) -> Floats:
        """A row of inputs for each row of `sheet`; the others are 0."""
        x = np.zeros((len(sheet), self._width))
        x[:, self._to] = sheet["dense"][:, self._from]
        return x


_TASKS = _Columns(TASK, _TASK_QUANTITIES)
_OFFERS = _Columns(OFFER, _OFFER_QUANTITIES)


def task_inputs(state: LearnerState, at: float, sheet: Sheet) -> Floats:
    """`online_models.duration.TASK` for each row of `sheet`."""
    x, place = _TASKS.read(sheet), _TASKS.place
    tempo = tempo_of(state, at)
    x[:, place["unplanned"]] = sheet["dense"][:, Dense.LENGTH] == 0.0
    x[:, place["tempo"]] = tempo.mean
    x[:, place["tempo_known"]] = tempo.known
    x[:, place["newest"]] = _newest(state)
    return x


def offer_inputs(state: LearnerState, at: float, sheet: Sheet, activities: Sequence[int]) -> Floats:
    """`online_models.engagement.OFFER` for each row of `sheet`, which are of `activities`."""
    x, place = _OFFERS.read(sheet), _OFFERS.place
    tempo = tempo_of(state, at)
    x[:, place["away"]] = tempo.away
    x[:, place["session"]] = tempo.session
    x[:, place["habit"]] = _habit(state)
    x[:, place["begun"]] = [_is_begun(state, activity) for activity in activities]
    return x


def _newest(state: LearnerState) -> float:
    """Sign of the newest outcome; 0 where there is none."""
    form: npt.NDArray[np.void] = np.frombuffer(state.form, FORM_TYPE)
    return 2.0 * (int(form["outcomes"][0]) & 1) - 1.0 if form["answers"][0] else 0.0


def _habit(state: LearnerState) -> float:
    """Half log odds of finishing what is begun: of all, and of what is known to be unfinished."""
    finished = state.finished.number()
    begun = sum(not state.is_done(key) for key in state.activity_rows.by_slot().values())
    return 0.5 * log((1.0 + finished) / (1.0 + begun))


def _is_begun(state: LearnerState, activity: int) -> bool:
    return state.activity_rows.slot(activity) is not None and not state.is_done(activity)
