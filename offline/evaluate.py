"""How well success is predicted on a file of answers, beside the mean of each item."""

from dataclasses import asdict, dataclass
from typing import Any

from offline.answers import Answers, Flags, Numbers
from offline.baseline import item_means, item_means_of_others
from offline.clocks import Clock
from offline.events import Events
from offline.protocols import Cost, Trial, Watch, held_out, prequential
from offline.replay import Layout
from offline.scores import Scores, auc_interval, scores


@dataclass(frozen=True, slots=True)
class Judged:
    """A trial and its measures."""

    trial: Trial
    outcome: Numbers
    """Of each row of the trial."""
    baseline: Numbers
    """Of each row of the trial: what the item's mean predicts."""
    scores: Scores
    of_baseline: Scores


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out."""

    answers: Answers
    clock: Clock
    prequential: Judged
    held_out: Judged | None
    """None where there are too few users."""
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """What programs read."""
        return {
            "events": len(self.answers),
            "prequential": asdict(self.prequential.scores),
            "held_out": asdict(self.held_out.scores) if self.held_out else None,
            **asdict(self.cost),
        }


def evaluate(
    answers: Answers, clock: Clock, test: Flags | None, layout: Layout, watch: Watch
) -> Evaluation:
    """Both protocols; `test` flags the held-out rows.

    `watch` hears of `len(answers)` rows, twice where some are held out.
    """
    events = Events(answers, clock)
    found, cost = judged_prequential(events, layout, watch)
    apart = None if test is None else judged_held_out(events, test, layout, watch)
    return Evaluation(answers, clock, found, apart, cost)


def judged_prequential(events: Events, layout: Layout, watch: Watch) -> tuple[Judged, Cost]:
    """Every row, predicted before it is learned."""
    trial, cost = prequential(events, layout, watch)
    return _judged(events.answers, trial, item_means(events.answers)), cost


def judged_held_out(events: Events, test: Flags, layout: Layout, watch: Watch) -> Judged:
    """The flagged rows, of users from whom the shared parameters learned nothing."""
    trial = held_out(events, test, layout, watch)
    return _judged(events.answers, trial, item_means_of_others(events.answers, test))


def _judged(answers: Answers, trial: Trial, baseline: Numbers) -> Judged:
    outcome = answers.correct[trial.rows]
    measures = scores(trial.predicted, outcome), scores(baseline, outcome)
    return Judged(trial, outcome, baseline, *measures)


def interval_of(answers: Answers, judged: Judged) -> tuple[float, float] | None:
    """95 % interval of the AUC over learners; see `auc_interval`."""
    learners = answers.user[judged.trial.rows]
    return auc_interval(judged.trial.predicted, judged.outcome, learners)
