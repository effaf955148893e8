"""How well the retention model predicts answers, and how that depends on the time since."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from offline.answers import Answers, Flags, Numbers
from offline.clocks import Clock
from offline.events import Events
from offline.outcomes import half_life, timeless
from offline.outcomes.living import Living
from offline.scores import Scores, scores
from online_models.replica import Replica
from processors.outcomes.lessons import elapsed_sec
from processors.outcomes.memories import question_of

Watch = Callable[[int], None]
"""Told how many more answers are done."""

BOUNDS_SEC = (0.0, 15.0, 60.0, 240.0, 900.0, 3_600.0, 86_400.0, 259_200.0, 604_800.0, 2_592_000.0)
"""Where each group of elapsed times begins; the last one has no end."""
LABELS = ("0 s", "15 s", "1 min", "4 min", "15 min", "1 h", "1 d", "3 d", "7 d", "30 d")


@dataclass(frozen=True, slots=True)
class RetentionEvaluation:
    """What came out, of each row of the answers."""

    outcome: Numbers
    predicted: Numbers
    elapsed: Numbers
    """Seconds since any of its skills was practised; NaN where none was."""
    repeats_item: Flags
    """Whether the learner had answered the item before."""
    published: Numbers
    """What half-life regression predicts as published, of rows that repeat an item."""
    calibrated: Numbers
    """The same with a scale and an offset of its log odds, learned as the model learns."""
    timeless: Numbers
    """What the success model predicts that is told nothing of time."""

    @property
    def recalled(self) -> Flags:
        """Rows that have something to recall: a skill of theirs was practised before."""
        flags: Flags = ~np.isnan(self.elapsed)
        return flags

    def scores_of(self, predicted: Numbers, rows: Flags) -> Scores:
        """Measures of some rows."""
        return scores(predicted[rows], self.outcome[rows])

    def to_json(self) -> dict[str, Any]:
        """What programs read; measures of no answers are null."""
        skill, item = self.recalled, self.repeats_item
        repeats = {
            "retention": self.predicted[item],
            "half_life_published": self.published,
            "half_life_calibrated": self.calibrated,
            "success_without_time": self.timeless[item],
        }
        return {
            "events": len(self.outcome),
            "all": _measures(self.predicted, self.outcome),
            "all_success_without_time": _measures(self.timeless, self.outcome),
            "practised_skill": _measures(self.predicted[skill], self.outcome[skill]),
            "practised_skill_success_without_time": _measures(
                self.timeless[skill], self.outcome[skill]
            ),
            "repeated_item": {
                name: _measures(p, self.outcome[item]) for name, p in repeats.items()
            },
            "by_elapsed": [stage._asdict() for stage in self.stages()],
        }

    def stages(self) -> Iterator["Stage"]:
        """Prediction and outcome by the time since."""
        group = np.searchsorted(BOUNDS_SEC, self.elapsed, side="right") - 1
        for number, label in enumerate(LABELS):
            here = self.recalled & (group == number)
            if here.any():
                p, y = self.predicted[here], self.outcome[here]
                yield Stage(label, int(here.sum()), float(p.mean()), float(y.mean()))

    def error_by_elapsed(self) -> float:
        """|mean prediction - mean outcome| of a group of elapsed times, weighed by answers."""
        stages = [*self.stages()]
        excess = sum(stage.events * abs(stage.predicted - stage.recalled) for stage in stages)
        return excess / max(1, sum(stage.events for stage in stages))


def _measures(predicted: Numbers, outcome: Numbers) -> dict[str, float | None] | None:
    return asdict(scores(predicted, outcome)) if len(outcome) else None


class Stage(NamedTuple):
    """Answers after about the same time."""

    label: str
    """From which time on."""
    events: int
    predicted: float
    recalled: float


def evaluate_retention(answers: Answers, clock: Clock, watch: Watch) -> RetentionEvaluation:
    """Every answer predicted, then learned, in order; `watch` hears of each one twice."""
    events = Events(answers, clock)
    p, elapsed, repeats = _pass(events, watch)
    at = clock.seconds(answers.ticks)
    items = len(answers.items)
    _, published = half_life.predicted(answers, at, half_life.Published(items))
    _, calibrated = half_life.predicted(answers, at, half_life.Calibrated(items))
    without = timeless.predicted(events)
    watch(len(answers))
    found = (p, elapsed, repeats, published, calibrated, without)
    return RetentionEvaluation(answers.correct, *found)


def _pass(events: Events, watch: Watch) -> tuple[Numbers, Numbers, Flags]:
    living, n = Living(Replica()), len(events.answers)
    p, elapsed, repeats = np.empty(n), np.full(n, np.nan), np.zeros(n, np.bool_)
    seen: set[tuple[str, int]] = set()
    for row, event, trace, state in living.moments(map(events, range(n))):
        question = question_of(state, trace)
        p[row] = living.models.retention.recall(question)
        since = elapsed_sec(question)
        elapsed[row] = np.nan if since is None else since
        repeats[row] = (event.learner, trace.activity) in seen
        seen.add((event.learner, trace.activity))
        watch(1)
    return p, elapsed, repeats
