"""Gain: what activities teach, planted, and seen by the next answer on the skill."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from offline.outcomes.gain import evaluate_gain, planted_gains
from offline.outcomes.worlds import Teaching
from offline.quality.scenario import Figures, Pointless, Scenario
from offline.quality.sets import AnswerSet, answer_sets
from online_models.gain import GainModel

ROWS = 100_000
"""Answers of a set that are looked at; of more the figures hardly change."""

FEWEST = 20_000
"""Answers that something was done for; fewer say nothing of an activity's gain."""

_PLANTED = {"rank_correlation": 0.9, "gain_error": 0.06, "log_loss_below_mean_gain": 0.0}
_BEATS = {"log_loss_below_mean_gain": 0.0, "log_loss_below_no_gain": 0.0}


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """Planted gains, and a scenario a public set."""
    planted = partial(planted_gains, Teaching())
    yield Scenario("gain/simulated/planted", (GainModel.name,), planted, "", _PLANTED)
    for one in answer_sets(data):
        if one.needs:
            name, measure = f"gain/{one.name}/next_answer", partial(_measured, one)
            yield Scenario(name, (GainModel.name,), measure, one.needs, _BEATS)


def _measured(one: AnswerSet) -> Figures:
    events = one.events(ROWS)
    found, _ = evaluate_gain(map(events, range(len(events.answers))))
    if len(found.outcome) < FEWEST:
        raise Pointless(f"something was done for {len(found.outcome)} answers only")
    with_gains = found.log_loss(found.with_gains)
    return {
        "log_loss": with_gains,
        "log_loss_below_mean_gain": found.log_loss(found.with_mean_gain) - with_gains,
        "log_loss_below_no_gain": found.log_loss(found.without) - with_gains,
    }
