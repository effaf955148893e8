"""What the relevance model is told of learners and activities."""

from functools import lru_cache
from re import compile as pattern
from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.contract import NextModel
from online_models.moment import MAX_RECENT, Description, Duel, Moment
from online_models.weights import Keys
from processors.features.records.activity import ROW_TYPE
from processors.outcomes.steps import NOWHERE, activity_of, steps_of
from processors.state import LearnerState
from processors.trace import Trace
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.reference import Activity

_WORD = pattern(r"\w{3,}")
_CACHED = 1 << 14


def moment_of(state: LearnerState, at: float, role: str, cohort: str) -> Moment:
    """A learner with that state at `at`; role and cohort may be unknown ("")."""
    return Moment(recent_activities(state), at, _groups(role, cohort))


def recent_activities(state: LearnerState) -> Keys:
    """Activities engaged with, newest first, each once: as the history has them, then by time."""
    rows, steps = state.activity_rows.array(ROW_TYPE), steps_of(state.history_rows)
    found: Keys = _recent(rows, steps)
    return found


@compiled
def _recent(rows: Any, steps: Any) -> Keys:
    found, size = np.empty(min(MAX_RECENT, len(rows)), np.uint64), 0
    is_taken = rows.key == 0
    for n in range(len(steps) - 1, -1, -1):
        slot = activity_of(steps[n])
        if slot != NOWHERE and not is_taken[slot] and size < len(found):
            found[size], is_taken[slot] = rows[slot].key, True
            size += 1
    while size < len(found):
        newest = _newest(rows, is_taken)
        if newest < 0:
            break
        found[size], is_taken[newest] = rows[newest].key, True
        size += 1
    return found[:size]


@compiled
def _newest(rows: Any, is_taken: Any) -> int:
    """Slot of the row with the latest event that is not taken, ties by key; -1 without one."""
    newest = -1
    for slot in range(len(rows)):
        if not is_taken[slot]:
            one, best = rows[slot], rows[newest]
            if newest < 0 or (one.last, one.key) > (best.last, best.key):
                newest = slot
    return newest


def learn_turn(
    model: NextModel, state: LearnerState, event: LearningEvent, trace: Trace
) -> Duel | None:
    """Teach `model` that a learner turned to the activity of `event`, given the state before."""
    moment = moment_of(state, trace.at, event.role, event.cohort)
    about = Description(trace.skills, _words(event.title, event.content))
    return model.learn(moment, trace.activity, about)


def about(activity: Activity, skills: tuple[int, ...]) -> Description:
    """What the catalogue says of an activity; `skills` are their hashes."""
    text = f"{activity.title} {activity.description}"
    return Description(skills, _words(text, activity.content))


@lru_cache(maxsize=_CACHED)
def _words(text: str, content: str) -> tuple[int, ...]:
    """Hashes of the words, and of the kind of content."""
    words = [f"word:{word}" for word in _WORD.findall(text.casefold())]
    kind = [f"kind:{content}"] if content else []
    return tuple(map(hash64, dict.fromkeys(kind + words)))


@lru_cache(maxsize=_CACHED)
def _groups(role: str, cohort: str) -> tuple[int, ...]:
    named = (f"role:{role}" if role else "", f"cohort:{cohort}" if cohort else "")
    return tuple(map(hash64, filter(None, named)))
