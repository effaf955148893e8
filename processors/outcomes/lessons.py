"""What an event teaches the models of retention, gain, duration and engagement.

Each is told what can be known when the event comes, never more, and each prediction is made before
it is learned from:

| model      | learns                                                                           |
|------------|----------------------------------------------------------------------------------|
| retention  | from each answer: its outcome, given what was practised before and how long ago  |
| gain       | from each answer that something was done for: the same without what was done     |
| duration   | from each whole activity or answer that says how long it took                    |
| engagement | from each unfinished activity that was begun, 7 days later: whether it was       |
|            | finished by then                                                                 |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from online_models.duration import log_minutes
from online_models.observation import Observation
from online_models.retention import SECONDS
from online_models.things import Thing
from processors.outcomes.before import between
from processors.outcomes.inputs import offer_inputs, task_inputs
from processors.outcomes.memories import question_of
from schemas.codec import hash64
from schemas.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from online_models.engagement import Settled
    from online_models.replica import Replica
    from online_models.retention import Question
    from online_models.sheet import Sheet
    from processors.state import LearnerState
    from processors.trace import Trace
    from schemas.event import LearningEvent


def thing_of(trace: Trace) -> Thing:
    """The activity of `trace`."""
    return Thing(trace.activity, trace.content, trace.skills)


def teach_recall(models: Replica, state: LearnerState, trace: Trace) -> Iterator[Observation]:
    """Retention and gain, from an event with an outcome and skills."""
    if trace.outcome is None or not trace.skills:
        return
    question = question_of(state, trace)
    yield from _teach_gain(models, state, question, trace)
    p = models.retention.learn(question, trace.outcome)
    if (elapsed := _elapsed_sec(question)) is not None:
        yield Observation("retention", p, models.baselines.retention(elapsed), trace.outcome)
        models.baselines.learn_retention(elapsed, trace.outcome)


def _teach_gain(
    models: Replica, state: LearnerState, question: Question, trace: Trace
) -> Iterator[Observation]:
    found = between(state, question, trace.at)
    if found is None or trace.outcome is None:
        return
    score = models.retention.log_odds(found.question)
    gained = models.gain.learn(score, found.done, trace.outcome)
    yield Observation("gain", gained.predicted, models.baselines.gain(), gained.observed)
    models.baselines.learn_gain(gained.observed)


def _elapsed_sec(question: Question) -> float | None:
    """Seconds since its skills were practised last; None where none of them was."""
    seconds = [elapsed for elapsed in question.memories[:-1, SECONDS].tolist() if elapsed >= 0.0]
    return min(seconds, default=None)


def teach_duration(
    models: Replica, state: LearnerState, trace: Trace, sheet: Sheet
) -> Iterator[Observation]:
    """Duration, from an event that ends an activity or an answer; `sheet` is of its activity."""
    if not trace.seconds or not (trace.finish > 0 or trace.outcome is not None):
        return
    inputs = task_inputs(state, trace.at, sheet)
    baseline = models.baselines.duration(trace.activity)
    forecast = models.duration.learn(thing_of(trace), inputs[0], trace.seconds)
    observed, level = log_minutes(trace.seconds), forecast.level(trace.seconds / 60.0)
    yield Observation("duration", float(forecast.mean[0]), baseline, observed, float(level[0]))


def begins(models: Replica, state: LearnerState, event: LearningEvent, trace: Trace) -> bool:
    """Whether the event begins an activity that may be finished, and was not begun before.

    An answer that finishes nothing begins nothing either: a question is no activity by itself.
    """
    if not trace.activity or not trace.engaging or state.is_done(trace.activity):
        return False
    if trace.kind is Kind.ANSWERED and trace.finish <= 0:
        return False
    return not models.engagement.is_open(hash64(event.learner), trace.activity)


def teach_offer(
    models: Replica, state: LearnerState, event: LearningEvent, trace: Trace, sheet: Sheet
) -> None:
    """Engagement, from an event that `begins` an activity; `sheet` is of that activity."""
    inputs = offer_inputs(state, trace.at, sheet, [trace.activity])
    baseline = models.baselines.engagement(trace.activity)
    learner, thing = hash64(event.learner), thing_of(trace)
    models.engagement.offer(learner, thing, inputs[0], trace.at, baseline)


def teach_finish(models: Replica, event: LearningEvent, trace: Trace) -> Iterator[Observation]:
    """Engagement, from any event: what it finishes, and the offers that are decided by now."""
    if trace.finish > 0:
        models.engagement.finish(hash64(event.learner), trace.activity)
    yield from (_observed(models, one) for one in models.engagement.settle(trace.at))


def _observed(models: Replica, one: Settled) -> Observation:
    models.baselines.learn_engagement(one.activity, float(one.finished))
    return Observation("engagement", one.predicted, one.baseline, float(one.finished))
