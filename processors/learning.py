"""Predict, then learn: what each event teaches the models of its partition."""

from typing import NamedTuple

from online_models.observation import Observation
from online_models.replica import Replica
from processors.features.facts import Facts, facts_of
from processors.features.situation import Answer, Situation
from processors.outcomes.lessons import Lesson, teach_outcomes
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
    situation, facts = Situation(state, trace.at), facts_of_event(event, trace)
    sheet = situation.sheet(facts)
    observations: list[Observation] = []
    if not models.frozen:
        observations += teach_outcomes(models, Lesson(state, event, trace, sheet))
        _learn_crowd(models, state, trace)
    if trace.outcome is None:
        return Taught(observations, None)
    baseline = models.baselines.success(trace.activity)
    predicted = models.success.learn(sheet, trace.outcome, frozen=models.frozen)
    observations.append(Observation("success", predicted, baseline, trace.outcome))
    return Taught(observations, Answer(situation, facts, sheet, trace.outcome))


def _learn_crowd(models: Replica, state: LearnerState, trace: Trace) -> None:
    """What everybody does next, and how items come out."""
    last = state.newest
    if last is not None and last.activity and last.activity != trace.activity:
        models.follows.learn(last.activity, trace.activity)
    models.items.learn(trace.activity, trace.outcome, trace.seconds)


def facts_of_event(event: LearningEvent, trace: Trace) -> Facts:
    """What the models are told of the event's activity."""
    return facts_of(
        trace.activity, trace.skills, event.difficulty, trace.content, trace.planned_minutes
    )
