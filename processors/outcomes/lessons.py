"""What an event teaches the models of retention, gain, duration and engagement.

Each is told what can be known when the event comes, never more, and predicts before it learns:

| model      | learns                                                                           |
|------------|----------------------------------------------------------------------------------|
| retention  | from each answer: its outcome, given what was practised before and how long ago  |
| gain       | from each answer that something was done for: the same without what was done     |
| duration   | from each whole activity or answer that says how long it took                    |
| engagement | from each unfinished activity that was begun, 7 days later: whether it was       |
|            | finished by then                                                                 |
"""

from typing import NamedTuple

from online_models.duration import log_minutes
from online_models.engagement import Settled
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.retention import SECONDS, Question
from online_models.sheet import Sheet
from online_models.things import Thing
from processors.outcomes.before import asked
from processors.outcomes.inputs import offer_inputs, task_inputs
from processors.state import LearnerState
from processors.trace import Trace
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.kinds import Kind


class Lesson(NamedTuple):
    """An event on its way: not counted yet."""

    state: LearnerState
    """The learner's, just before it."""
    event: LearningEvent
    trace: Trace
    sheet: Sheet
    """One row, of its activity."""

    @property
    def thing(self) -> Thing:
        """Its activity."""
        return Thing(self.trace.activity, self.trace.content, self.trace.skills)


def teach_outcomes(models: Replica, lesson: Lesson) -> list[Observation]:
    """Teach all four; what they predicted, beside their baselines and what came out."""
    trace = lesson.trace
    told = _teach_engagement(models, lesson)
    if trace.outcome is not None and trace.skills:
        told += _teach_recall(models, lesson, trace.outcome)
    if trace.seconds and (trace.finish > 0 or trace.outcome is not None):
        told.append(_teach_duration(models, lesson, trace.seconds))
    return told


def _teach_recall(models: Replica, lesson: Lesson, outcome: float) -> list[Observation]:
    """Retention and gain."""
    told, baselines = [], models.baselines
    question, before = asked(lesson.state, lesson.trace)
    if before is not None:
        score = models.retention.log_odds(before.question)
        gained = models.gain.learn(score, before.done, outcome)
        told.append(Observation("gain", gained.predicted, baselines.gain(), gained.observed))
        baselines.learn_gain(gained.observed)
    p = models.retention.learn(question, outcome)
    if (elapsed := elapsed_sec(question)) is not None:
        told.append(Observation("retention", p, baselines.retention(elapsed), outcome))
        baselines.learn_retention(elapsed, outcome)
    return told


def elapsed_sec(question: Question) -> float | None:
    """Seconds since any of its skills was practised last; None where none of them was."""
    seconds = [elapsed for elapsed in question.memories[:-1, SECONDS].tolist() if elapsed >= 0.0]
    return min(seconds, default=None)


def _teach_duration(models: Replica, lesson: Lesson, seconds: float) -> Observation:
    inputs = task_inputs(lesson.state, lesson.trace.at, lesson.sheet)
    baseline = models.baselines.duration(lesson.trace.activity)
    forecast = models.duration.learn(lesson.thing, inputs[0], seconds)
    return Observation("duration", forecast.mean, baseline, log_minutes(seconds), forecast.level)


def _teach_engagement(models: Replica, lesson: Lesson) -> list[Observation]:
    trace = lesson.trace
    told = [_observed(models, one) for one in models.engagement.settle(trace.at)]
    if begins(lesson):
        _offer(models, lesson)
    if trace.finish > 0:
        models.engagement.finish(hash64(lesson.event.learner), trace.activity)
    return told


def _offer(models: Replica, lesson: Lesson) -> None:
    """Something is begun: nobody knows yet whether it will be finished."""
    learner, trace = hash64(lesson.event.learner), lesson.trace
    if not models.engagement.is_open(learner, trace.activity):
        inputs = offer_inputs(lesson.state, trace.at, lesson.sheet)
        baseline = models.baselines.engagement(trace.activity)
        models.engagement.offer(learner, lesson.thing, inputs[0], trace.at, baseline)


def begins(lesson: Lesson) -> bool:
    """Whether the event is about an activity that may be finished, and is not.

    An answer that finishes nothing begins nothing either: a question is no activity by itself.
    """
    trace = lesson.trace
    if trace.kind is Kind.ANSWERED and trace.finish <= 0:
        return False
    return trace.engaging and not lesson.state.is_done(trace.activity)


def _observed(models: Replica, one: Settled) -> Observation:
    models.baselines.learn_engagement(one.activity, float(one.finished))
    return Observation("engagement", one.predicted, one.baseline, float(one.finished))
