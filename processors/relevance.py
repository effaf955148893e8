"""What the relevance model is told of learners and activities."""

from functools import lru_cache
from re import compile as pattern

from online_models.contract import NextModel
from online_models.moment import MAX_RECENT, Description, Moment
from processors.features.records.history import newest_slots
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


def recent_activities(state: LearnerState) -> tuple[int, ...]:
    """Activities engaged with, newest first, each once: as the history has them, then by time."""
    rows = state.activity_rows
    newest = dict.fromkeys(map(rows.key_at, newest_slots(state.history_rows)))
    if len(newest) < len(rows):
        newest.update(dict.fromkeys(rows.newest()))
    return tuple(newest)[:MAX_RECENT]


def learn_turn(model: NextModel, state: LearnerState, event: LearningEvent, trace: Trace) -> None:
    """Teach `model` that a learner turned to the activity of `event`, given the state before."""
    moment = moment_of(state, trace.at, event.role, event.cohort)
    about = Description(trace.skills, _words(event.title, event.content))
    model.learn(moment, trace.activity, about)


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
