"""Predict, then learn: what each event teaches the models of its partition."""

from typing import NamedTuple

from online_models.contract import NextModel
from online_models.duration import log_minutes
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.sheet import Sheet
from processors.features.facts import Facts, facts_of
from processors.features.records.history import Step
from processors.features.situation import Answer, Situation
from processors.relevance import learn_turn
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


class Taught(NamedTuple):
    """What an event has taught."""

    observations: list[Observation]
    answer: Answer | None
    """To be remembered by the learner's state once it has counted the event."""


def learn(models: Replica, state: LearnerState, event: LearningEvent, trace: Trace) -> Taught:
    """Teach `models` what `trace` shows, given the learner's `state` just before it."""
    if trace.kind not in _STARTING:
        return Taught([], None)
    last, situation = state.newest, Situation(state, trace.at)
    taught = _learn_own(models, situation, event, trace)
    if last is not None and last.activity != trace.activity:
        taught.observations.extend(_learn_left(models, situation, last))
    if not models.frozen:
        learn_next(models.relevance, state, event, trace)
        models.items.learn(trace.activity, trace.outcome, trace.seconds)
    return taught


def learn_next(model: NextModel, state: LearnerState, event: LearningEvent, trace: Trace) -> None:
    """Teach `model` that the learner turned to the activity of `event`, where that is so."""
    last = state.newest
    if trace.kind in _STARTING and (last is None or last.activity != trace.activity):
        learn_turn(model, state, event, trace)


def _learn_own(models: Replica, situation: Situation, event: LearningEvent, trace: Trace) -> Taught:
    """What the event shows of its own activity: success, that it was finished, how long it took."""
    finished = trace.finish > 0
    if trace.outcome is None and not finished:
        return Taught([], None)
    facts = facts_of_event(event, trace)
    sheet = situation.sheet(facts)
    key, observations = trace.activity, []
    if finished and not situation.state.is_done(key):
        observations.append(_learn_engagement(models, sheet, key, 1.0))
    if finished and trace.seconds:
        minutes, baseline = log_minutes(trace.seconds), models.baselines.duration(key)
        predicted = models.duration.learn(sheet, minutes, frozen=models.frozen)
        observations.append(Observation("duration", predicted, baseline, minutes))
    if trace.outcome is None:
        return Taught(observations, None)
    baseline = models.baselines.success(key)
    predicted = models.success.learn(sheet, trace.outcome, frozen=models.frozen)
    observations.append(Observation("success", predicted, baseline, trace.outcome))
    return Taught(observations, Answer(situation, facts, sheet, trace.outcome))


def _learn_left(models: Replica, situation: Situation, last: Step) -> list[Observation]:
    """That the learner left unfinished what the last event was about, for something else."""
    key = last.activity
    if not key or last.kind not in _STARTING or situation.state.is_done(key):
        return []
    sheet = situation.sheet(facts_of(key, last.skills, None, 0, None))
    return [_learn_engagement(models, sheet, key, 0.0)]


def _learn_engagement(models: Replica, sheet: Sheet, key: int, finished: float) -> Observation:
    baseline = models.baselines.engagement(key)
    if not models.frozen:
        models.baselines.learn_engagement(key, finished)
    predicted = models.engagement.learn(sheet, finished, frozen=models.frozen)
    return Observation("engagement", predicted, baseline, finished)


def facts_of_event(event: LearningEvent, trace: Trace) -> Facts:
    """What the models are told of the event's activity."""
    return facts_of(
        trace.activity, trace.skills, event.difficulty, trace.content, trace.planned_minutes
    )
