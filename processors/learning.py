"""Predict, then learn: what each event teaches the models of its partition."""

from online_models.contract import Features, Model
from online_models.duration import log_minutes
from online_models.observation import Observation
from online_models.replica import Replica
from processors.features.records.history import Step
from processors.features.vector import Inputs
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


def learn(
    models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
) -> list[Observation]:
    """Teach `models` what `trace` shows, given the learner's `state` just before it."""
    if trace.kind not in _STARTING:
        return []
    last = state.newest
    observations = _learn_own(models, state, event, trace)
    if last is not None and last.activity != trace.activity:
        observations += _learn_left(models, state, last, trace)
        if last.activity:
            models.follows.learn(last.activity, trace.activity)
    models.items.learn(trace.activity, trace.outcome, trace.seconds)
    return observations


def _learn_own(
    models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
) -> list[Observation]:
    """What the event shows of its own activity: success, that it was finished, how long it took."""
    finished = trace.finish > 0
    if trace.outcome is None and not finished:
        return []
    x = features_of(state, event, trace)
    key, baselines = trace.activity, models.baselines
    observations = []
    if trace.outcome is not None:
        expected = baselines.success(key)
        observations.append(_predict_then_learn(models.success, x, expected, trace.outcome))
    if finished and not state.is_done(key):
        observations.append(_learn_engagement(models, x, key, 1.0))
    if finished and trace.seconds:
        minutes = log_minutes(trace.seconds)
        expected = baselines.duration(key)
        observations.append(_predict_then_learn(models.duration, x, expected, minutes))
    return observations


def _learn_left(
    models: Replica, state: LearnerState, last: Step, trace: Trace
) -> list[Observation]:
    """That the learner left unfinished what the last event was about, for something else."""
    if not last.activity or last.kind not in _STARTING or state.is_done(last.activity):
        return []
    inputs = Inputs(state, trace.at)
    x = {**inputs.learner(), **inputs.activity(last.activity, last.skills, None, 0, None)}
    return [_learn_engagement(models, x, last.activity, 0.0)]


def _learn_engagement(models: Replica, x: Features, activity: int, finished: float) -> Observation:
    expected = models.baselines.engagement(activity)
    models.baselines.learn_engagement(activity, finished)
    return _predict_then_learn(models.engagement, x, expected, finished)


def features_of(state: LearnerState, event: LearningEvent, trace: Trace) -> Features:
    """Input of the models for this learner at this activity, before the event counts."""
    inputs = Inputs(state, trace.at)
    own = inputs.activity(
        trace.activity, trace.skills, event.difficulty, trace.content, trace.planned_minutes
    )
    return {**inputs.learner(), **own}


def _predict_then_learn(model: Model, x: Features, baseline: float, y: float) -> Observation:
    predicted = model.predict_one(x)
    model.learn_one(x, y)
    return Observation(model.name, predicted, baseline, y)
