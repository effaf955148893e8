"""What the gain model knows of activities, seen by the next answer on their skills."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from offline.answers import Numbers
from offline.outcomes.living import Living, Moment
from offline.outcomes.memory_world import spearman
from offline.outcomes.worlds import Teaching, activity_id
from offline.scores import scores
from online_models.beliefs import sigmoid
from online_models.gain import GainModel
from online_models.replica import Replica
from online_models.things import Thing
from processors.outcomes.before import asked
from schemas.codec import hash64
from schemas.event import LearningEvent

_ANYTHING = Thing(0, 0, ())
"""An activity of which nothing is known."""


@dataclass(frozen=True, slots=True)
class GainEvaluation:
    """Answers that something was done for, each predicted in three ways before it was learned."""

    outcome: Numbers
    with_gains: Numbers
    """From what was known before, and what was done."""
    with_mean_gain: Numbers
    """The same, as if everything taught the same."""
    without: Numbers
    """From what was known before alone."""

    def log_loss(self, predicted: Numbers) -> float:
        """Mean cross-entropy, nats."""
        return scores(predicted, self.outcome).log_loss


def evaluate_gain(events: Iterable[LearningEvent]) -> tuple[GainEvaluation, Living]:
    """Every such answer; and the models when all is learned."""
    living, usual = Living(Replica()), GainModel()
    found = (_predicted(living, usual, moment) for moment in living.moments(events))
    rows = np.array([row for row in found if row is not None]).reshape(-1, 4)
    return GainEvaluation(*rows.T), living


def _predicted(
    living: Living, usual: GainModel, moment: Moment
) -> tuple[float, float, float, float] | None:
    """Outcome and predictions of an answer; None where nothing was done for it."""
    trace, models = moment.trace, living.models
    if trace.outcome is None or not trace.skills:
        return None
    found = asked(moment.state, trace).before
    if found is None:
        return None
    score = models.retention.log_odds(found.question)
    alike = [_ANYTHING] * len(found.done)
    predicted = models.gain.after(score, found.done), usual.after(score, alike), sigmoid(score)
    usual.learn(score, alike, trace.outcome)
    return (trace.outcome, *predicted)


def planted_gains(world: Teaching) -> dict[str, float]:
    """How well the planted gains of lessons are found again, for who has even odds."""
    found, living = evaluate_gain(world.events())
    lessons = range(world.lessons)
    planted = [sigmoid(world.gain(lesson)) - 0.5 for lesson in lessons]
    things = [_thing(world, lesson) for lesson in lessons]
    learned = living.models.gain.expected([0.0] * len(things), things)
    error = np.abs(np.array(planted) - np.array(learned)).mean()
    usual = found.log_loss(found.with_mean_gain)
    return {
        "rank_correlation": _of_groups(world, np.array(learned)),
        "gain_error": float(error),
        "log_loss_below_mean_gain": usual - found.log_loss(found.with_gains),
    }


def _thing(world: Teaching, lesson: int) -> Thing:
    return Thing(hash64(activity_id(lesson)), 0, (hash64(f"skill {world.skill(lesson)}"),))


def _of_groups(world: Teaching, learned: Numbers) -> float:
    """Spearman's, over all pairs of lessons whose planted gains differ."""
    planted = np.array([world.gain(lesson) for lesson in range(world.lessons)])
    order = np.lexsort((learned, planted))  # equal gains: in the order learned, so that they agree
    return spearman(np.argsort(order).astype(np.float64), learned)
