"""Predict, then learn: what each event teaches the models of its partition."""

from typing import NamedTuple

from online_models.contract import NextModel
from online_models.observation import Observation
from online_models.replica import Replica
from processors.features.facts import Facts, facts_of
from processors.features.situation import Answer, Situation
from processors.outcomes.lessons import Lesson, teach_outcomes
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


def learn(
    models: Replica,
    state: LearnerState,
    event: LearningEvent,
    trace: Trace,
    *,
    turns: bool = True,
) -> Taught:
    """Teach `models` what `trace` shows, given the learner's `state` just before it.

    Without `turns`, relevance does not learn that the learner turned to the activity.
    """
    if trace.kind not in _STARTING:
        return Taught([], None)
    situation, facts = Situation(state, trace.at), facts_of_event(event, trace)
    sheet = situation.sheet(facts)
    observations: list[Observation] = []
    answer = None
    if not models.frozen:
        observations += teach_outcomes(models, Lesson(state, event, trace, sheet))
        turned = learn_next(models.relevance, state, event, trace) if turns else None
        observations += [] if turned is None else [turned]
    if trace.outcome is not None:
        baseline = models.baselines.success(trace.activity)
        predicted = models.success.learn(sheet, trace.outcome, frozen=models.frozen)
        observations.append(Observation("success", predicted, baseline, trace.outcome))
        answer = Answer(situation, facts, sheet, trace.outcome)
    if not models.frozen:
        models.items.learn(trace.activity, trace.outcome, trace.seconds)
    return Taught(observations, answer)


def learn_next(
    model: NextModel, state: LearnerState, event: LearningEvent, trace: Trace
) -> Observation | None:
    """Teach `model` that the learner turned to the activity of `event`, where that is so."""
    if not is_turn(state, trace):
        return None
    duel = learn_turn(model, state, event, trace)
    return None if duel is None else Observation("relevance", *duel)


def is_turn(state: LearnerState, trace: Trace) -> bool:
    """Whether the learner turns to something, and does not go on with the same."""
    return trace.kind in _STARTING and trace.activity != state.newest_activity


def facts_of_event(event: LearningEvent, trace: Trace) -> Facts:
    """What the models are told of the event's activity."""
    return facts_of(
        trace.activity, trace.skills, event.difficulty, trace.content, trace.planned_minutes
    )
