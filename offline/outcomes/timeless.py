"""The success model without forgetting: the same, but told nothing of time."""

import numpy as np

from offline.answers import Numbers
from offline.events import Events
from online_models.sheet import Dense, Group, Sheet
from online_models.success import SuccessModel
from processors.features.situation import Answer, Situation
from processors.learning import facts_of_event
from processors.state import LearnerState, apply, fresh
from processors.trace import trace_of

_OF_TIME = [
    Dense.SUCCESSES_10M,
    Dense.SUCCESSES_14D,
    Dense.SUCCESSES_90D,
    Dense.FAILURES_10M,
    Dense.FAILURES_14D,
    Dense.FAILURES_90D,
    Dense.GAP,
    Dense.GAP_2,
    Dense.AWAY,
    Dense.AWAY_2,
    Dense.ITEM_GAP,
    Dense.ITEM_LAST_GAP,
    Dense.SAME_1_GAP,
    Dense.ENGAGEMENT,
]
_TABLES_OF_TIME = (Group.REHEARSAL, Group.SKILLS_GAP, Group.ITEM_GAP)


def predicted(events: Events) -> Numbers:
    """What each answer was predicted, before it was learned."""
    model, out = SuccessModel(), np.empty(len(events.answers))
    states: dict[str, LearnerState] = {}
    for row in range(len(out)):
        event = events(row)
        trace = trace_of(event)
        state = states.setdefault(event.learner, fresh())
        situation, facts = Situation(state, trace.at), facts_of_event(event, trace)
        sheet = situation.sheet(facts)
        _hide_time(sheet)
        outcome = trace.outcome or 0.0
        out[row] = model.learn(sheet, outcome)
        apply(state, trace)
        Answer(situation, facts, sheet, outcome).remember(state)
    return out


def _hide_time(sheet: Sheet) -> None:
    """Quantities of time become 0, tables of time have one place only."""
    sheet["dense"][:, _OF_TIME] = 0.0
    for group in _TABLES_OF_TIME:
        sheet["key"][sheet["group"] == group] = (1 << 8) | group
