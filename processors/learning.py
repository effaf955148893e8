"""Predict, then learn: what each event teaches the models of its partition."""

from typing import NamedTuple

from online_models.contract import Features, Model
from online_models.duration import log_minutes
from online_models.replica import Replica
from processors.features.vector import activity_part, learner_part
from processors.state import LearnerState
from processors.trace import Trace
from schemas.event import LearningEvent
from schemas.kinds import Kind

_STARTING = frozenset(
    {
        Kind.LAUNCHED,
        Kind.INITIALIZED,
        Kind.ATTEMPTED,
        Kind.VIEWED,
        Kind.VIDEO,
        Kind.PROGRESSED,
        Kind.ANSWERED,
        Kind.SUBMITTED,
        Kind.SCORED,
        Kind.PASSED,
        Kind.FAILED,
        Kind.COMPLETED,
        Kind.MASTERED,
    }
)


class Observation(NamedTuple):
    """A prediction and what came out: both probabilities, or both minutes."""

    model: str
    predicted: float
    observed: float


def learn(
    models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
) -> list[Observation]:
    """Teach `models` what `trace` shows, given the learner's `state` just before it."""
    if trace.kind not in _STARTING:
        return []
    observations = _learn_success(models, state, event, trace)
    observations += _learn_engagement(models, state, event, trace)
    observations += _learn_duration(models, state, event, trace)
    _learn_crowd(models, state, trace)
    return observations


def features_of(state: LearnerState, event: LearningEvent, trace: Trace) -> Features:
    """Input of the models for this learner at this activity, before the event counts."""
    return {
        **learner_part(state, trace.at),
        **activity_part(
            state,
            trace.activity,
            trace.skills,
            event.difficulty,
            trace.content,
            trace.planned_minutes,
            trace.at,
        ),
    }


def _learn_success(
    models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
) -> list[Observation]:
    if trace.outcome is None:
        return []
    return [_predict_then_learn(models.success, features_of(state, event, trace), trace.outcome)]


def _learn_engagement(
    models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
) -> list[Observation]:
    if trace.finish > 0 and not state.is_done(trace.activity):
        return [_predict_then_learn(models.engagement, features_of(state, event, trace), 1.0)]
    left = _left_unfinished(state, trace)
    return [] if left is None else [_predict_then_learn(models.engagement, left, 0.0)]


def _left_unfinished(state: LearnerState, trace: Trace) -> Features | None:
    """Input for what the learner was at and left, where this event begins something else."""
    last = state.history[-1] if state.history else None
    if (
        last is None
        or last.activity == trace.activity
        or last.kind not in _STARTING
        or state.is_done(last.activity)
    ):
        return None
    own = activity_part(state, last.activity, (), None, 0, None, trace.at)
    return {**learner_part(state, trace.at), **own}


def _learn_duration(
    models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
) -> list[Observation]:
    if trace.finish <= 0 or not trace.seconds:
        return []
    x = features_of(state, event, trace)
    return [_predict_then_learn(models.duration, x, log_minutes(trace.seconds))]


def _learn_crowd(models: Replica, state: LearnerState, trace: Trace) -> None:
    models.items.learn(trace.activity, trace.outcome, trace.seconds)
    before = state.history[-1].activity if state.history else trace.activity
    if before != trace.activity:
        models.follows.learn(before, trace.activity)


def _predict_then_learn(model: Model, x: Features, y: float) -> Observation:
    predicted = model.predict_one(x)
    model.learn_one(x, y)
    return Observation(model.name, predicted, y)
