"""How well the duration model foretells how long things take: its distribution, not a number.

Where answers have no durations, the time since the learner's last event stands for one: what an LMS
sends as `result.duration` of an answer is about that. Pauses of more than ten minutes are breaks,
and are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from offline.answers import Answers, Numbers
from offline.clocks import Clock
from offline.events import Events
from offline.outcomes.living import Living, Moment
from online_models.duration import log_minutes
from online_models.forecast import Forecast, Shape, cell_of
from online_models.replica import Replica
from online_models.things import Thing
from processors.features.facts import facts_of
from processors.features.situation import Situation
from processors.outcomes.inputs import task_inputs
from schemas.event import LearningEvent

BREAK_SEC = 600.0
_GRID = np.linspace(log_minutes(1.0), log_minutes(86_400.0), 600)
"""Log minutes at which distributions are compared."""
_FIRST_SPREAD = 1.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """Measures of forecasts."""

    nll: float
    """Mean negative log density of log minutes, nats."""
    crps: float
    """Mean of `integral (F(t) - 1{t >= y})^2 dt` over log minutes (Gneiting, Raftery, 2007)."""
    cover_50: float
    """Share of outcomes between the forecast's quartiles."""
    cover_90: float
    """Share between its 5 % and its 95 % point."""


class Judge:
    """Adds up measures of forecasts, one after the other."""

    def __init__(self) -> None:
        self._nll: list[float] = []
        self._crps: list[float] = []
        self._levels: list[float] = []

    def add(self, forecast: Forecast, minutes: float) -> None:
        """What was forecast, and how long it took."""
        y = log(minutes)
        below = forecast_levels(forecast)
        miss = below - (y <= _GRID)
        self._nll.append(-log(max(float(forecast.density(minutes)[0]), 1e-12)))
        self._crps.append(float(np.trapezoid(miss * miss, _GRID)))
        self._levels.append(float(forecast.level(minutes)[0]))

    def read(self) -> Judgement:
        """The measures of what was added."""
        levels = np.abs(np.array(self._levels) - 0.5)
        shares = [float(np.mean(levels <= half)) for half in (0.25, 0.45)]
        return Judgement(float(np.mean(self._nll)), float(np.mean(self._crps)), *shares)


def forecast_levels(forecast: Forecast) -> Numbers:
    """P(log minutes <= t) at each t of the grid, of one forecast."""
    size = len(_GRID)
    many = Forecast(
        np.full(size, forecast.mean[0]), np.full(size, forecast.spread[0]), forecast.ends
    )
    return many.level(np.exp(_GRID))


class Baseline:
    """The geometric mean of the activity's durations, with spread and shape of all errors."""

    def __init__(self) -> None:
        self._errors, self._squares = 1.0, _FIRST_SPREAD
        self._shape = Shape()

    def forecast(self, mean: float) -> Forecast:
        """A distribution around `mean` (log minutes)."""
        return Forecast(np.array([mean]), np.array([self._spread]), self._shape.ends)

    def learn(self, mean: float, minutes: float) -> None:
        """How far it was from `mean`."""
        error = log(minutes) - mean
        self._shape.learn()[cell_of(error / self._spread)] += 1.0
        self._errors += 1.0
        self._squares += error * error

    @property
    def _spread(self) -> float:
        return sqrt(self._squares / self._errors)


def with_gaps(events: Events, rows: int) -> Iterator[LearningEvent]:
    """The events, each with the time since the learner's last one as its duration."""
    last: dict[str, float] = {}
    for row in range(rows):
        event = events(row)
        gap = event.at - last.get(event.learner, -np.inf)
        last[event.learner] = event.at
        if 0.0 < gap <= BREAK_SEC:
            event.duration_sec = gap
        yield event


def evaluate_duration(answers: Answers, clock: Clock) -> tuple[int, Judgement, Judgement]:
    """How many durations there were, and the measures of the model and of its baseline."""
    return judge(with_gaps(Events(answers, clock), len(answers)))


def judge(
    events: Iterator[LearningEvent] | Sequence[LearningEvent],
) -> tuple[int, Judgement, Judgement]:
    """Forecast, then learn, each event that has a duration."""
    living, model, usual = Living(Replica()), Judge(), Judge()
    baseline, count = Baseline(), 0
    for moment in living.moments(events):
        seconds = moment.trace.seconds
        if not seconds:
            continue
        minutes = float(np.exp(log_minutes(seconds)))
        mean = living.models.baselines.duration(moment.trace.activity)
        model.add(_forecast(living, moment), minutes)
        usual.add(baseline.forecast(mean), minutes)
        baseline.learn(mean, minutes)
        count += 1
    return count, model.read(), usual.read()


def _forecast(living: Living, moment: Moment) -> Forecast:
    _, event, trace, state = moment
    facts = facts_of(
        trace.activity, trace.skills, event.difficulty, trace.content, trace.planned_minutes
    )
    inputs = task_inputs(state, trace.at, Situation(state, trace.at).sheet(facts))
    thing = Thing(trace.activity, trace.content, trace.skills)
    return living.models.duration.forecast([thing], inputs)
