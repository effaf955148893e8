"""Duration: the distribution that is foretold, beside the activity's geometric mean."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from offline.clocks import clock_of
from offline.outcomes.duration import Judgement, evaluate_duration, judge
from offline.outcomes.worlds import Working
from offline.quality.scenario import Figures, Pointless, Scenario
from offline.quality.sets import AnswerSet, answer_sets
from online_models.duration import DurationModel

ROWS = 60_000
"""Answers of a set that are looked at; comparing distributions takes time."""
FEWEST = 1_000
_LIMITS = {
    "nll_below_baseline": 0.0,
    "crps_below_baseline": 0.0,
    "miss_of_50": 0.02,
    "miss_of_90": 0.02,
}


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """Planted durations, and a scenario a public set whose clock counts seconds."""
    planted = partial(_figures, Working())
    yield Scenario("duration/simulated/planted", (DurationModel.name,), planted, "", _LIMITS)
    for one in answer_sets(data):
        if one.needs:
            name = f"duration/{one.name}/gaps"
            measure = partial(_measured, one)
            yield Scenario(name, (DurationModel.name,), measure, one.needs, _LIMITS)


def _figures(world: Working) -> Figures:
    return _told(*judge(world.events()))


def _measured(one: AnswerSet) -> Figures:
    answers = one.answers()
    clock = clock_of(answers)
    if clock.name != "seconds":
        raise Pointless("its clock does not count seconds")
    return _told(*evaluate_duration(answers.first(ROWS), clock))


def _told(count: int, model: Judgement, baseline: Judgement) -> Figures:
    if count < FEWEST:
        raise Pointless(f"it has {count} durations only")
    return {
        "nll": model.nll,
        "crps": model.crps,
        "nll_below_baseline": baseline.nll - model.nll,
        "crps_below_baseline": baseline.crps - model.crps,
        "miss_of_50": abs(model.cover_50 - 0.5),
        "miss_of_90": abs(model.cover_90 - 0.9),
    }
