"""How the models of outcomes are taught and asked: parts of `model_manners.MANNERS`."""

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from online_models.duration import TASK, DurationModel
from online_models.engagement import OFFER, EngagementModel
from online_models.gain import GainModel
from online_models.retention import FORM, MEMORY, Question, RetentionModel
from online_models.things import Thing

DAY = 86_400.0

hashes = st.integers(0, 12).map(lambda n: n << 11) | st.integers(0, 2**64 - 1)
values = st.floats(-3, 3) | st.sampled_from([0.0, 1.0, -1.0, 1e-300, 900.0])
shares = st.floats(0, 1)
things = st.builds(Thing, hashes, hashes, st.lists(hashes, max_size=3, unique=True).map(tuple))


def rows(width: int) -> st.SearchStrategy[Any]:
    return st.lists(values, min_size=width, max_size=width).map(np.array)


counts = st.floats(0, 50) | st.sampled_from([0.0, 1e9, 1e300])
memories = st.just([-1.0] * len(MEMORY)) | st.tuples(
    st.floats(0, 400 * DAY) | st.just(1e300), counts, counts, shares, counts
).map(list)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    keys = draw(st.lists(hashes, min_size=1, max_size=4))
    held = [draw(memories) for _ in keys]
    return Question(draw(rows(len(FORM))), np.array(keys, np.uint64), np.array(held))


def question(n: int, form: float = 0.1, seconds: float = 60.0, good: float = 1.0) -> Question:
    """Of the n-th skill and activity."""
    held = [seconds, good, 1.0, 0.5, 0.0]
    keys = np.array([1 + n << 11, 2 + n << 12], np.uint64)
    return Question(np.full(len(FORM), form), keys, np.array([held, held]))


def ask_retention(model: RetentionModel, lesson: tuple[Any, ...]) -> list[float]:
    asked: Question = lesson[0]
    curves = model.curves(asked.form, asked.things, np.abs(asked.memories), 1e9)
    later = [*curves.recall(1e9), *curves.kept(2e9), *curves.until(0.7)]
    return [model.recall(asked), model.log_odds(asked), *map(float, later)]


def ask_duration(model: DurationModel, lesson: tuple[Any, ...]) -> list[float]:
    forecast = model.forecast([lesson[0]], lesson[1][None, :])
    found = (forecast.mean, forecast.spread, forecast.level(10.0), forecast.quantile(0.5))
    return [float(value[0]) for value in (*found, forecast.density(10.0))]


def teach_engagement(model: EngagementModel, lesson: tuple[Any, ...]) -> None:
    learner, thing, inputs, at, finished, ahead = lesson
    model.offer(learner, thing, inputs, at, 0.5)
    if finished:
        model.finish(learner, thing.activity)
    model.settle(at + ahead)


def ask_engagement(model: EngagementModel, lesson: tuple[Any, ...]) -> list[float]:
    return model.chance([lesson[1]], lesson[2][None, :])


def ask_gain(model: GainModel, lesson: tuple[Any, ...]) -> list[float]:
    score, done, _ = lesson
    return [model.after(score, done), *model.expected([score] * len(done), done)]


def thing(n: int) -> Thing:
    """The n-th activity."""
    return Thing(1 + n << 11, 7 << 11, (1 + n << 12,))


def spoiled(width: int, value: float) -> Any:
    """Inputs of which one is no honest number."""
    inputs = np.ones(width)
    inputs[1] = value
    return inputs


NAN, INF = math.nan, math.inf
LONG_AGO = -1e15

OUTCOME_MANNERS: dict[type, dict[str, Any]] = {
    RetentionModel: {
        "teach": lambda model, lesson: model.learn(*lesson),
        "ask": ask_retention,
        "lessons": st.tuples(questions(), shares),
        "spoiled": [
            (question(0), NAN),
            (question(0), INF),
            (question(0, form=NAN), 1.0),
            (question(0, form=INF), 1.0),
            (question(0, good=NAN), 1.0),
        ],
        "fresh": lambda n: (question(n), n % 3 / 2),
    },
    DurationModel: {
        "teach": lambda model, lesson: model.learn(*lesson),
        "ask": ask_duration,
        "lessons": st.tuples(things, rows(len(TASK)), st.floats(0, 1e300)),
        "spoiled": [
            (thing(0), np.ones(len(TASK)), NAN),
            (thing(0), np.ones(len(TASK)), INF),
            (thing(0), np.ones(len(TASK)), -5.0),
            (thing(0), np.ones(len(TASK)), 0.0),
            (thing(0), spoiled(len(TASK), NAN), 60.0),
            (thing(0), spoiled(len(TASK), -INF), 60.0),
        ],
        "fresh": lambda n: (thing(n), np.full(len(TASK), 0.1), 10.0 + n % 50),
    },
    EngagementModel: {
        "teach": teach_engagement,
        "ask": ask_engagement,
        "lessons": st.tuples(
            hashes,
            things,
            rows(len(OFFER)),
            st.floats(0, 2e9),
            st.booleans(),
            st.sampled_from([0.0, DAY, 30 * DAY]),
        ),
        "spoiled": [
            (1, thing(0), spoiled(len(OFFER), NAN), 1e9, False, LONG_AGO),
            (1, thing(0), spoiled(len(OFFER), INF), 1e9, True, LONG_AGO),
            (99, thing(0), np.ones(len(OFFER)), NAN, False, LONG_AGO),
        ],
        "fresh": lambda n: (n, thing(n), np.full(len(OFFER), 0.1), 1e9 + n, n % 2 > 0, DAY),
    },
    GainModel: {
        "teach": lambda model, lesson: model.learn(*lesson),
        "ask": ask_gain,
        "lessons": st.tuples(values, st.lists(things, min_size=1, max_size=3), shares),
        "spoiled": [(NAN, [thing(0)], 1.0), (INF, [thing(0)], 1.0), (0.5, [thing(0)], NAN)],
        "fresh": lambda n: (0.1, [thing(n)], n % 3 / 2),
    },
}
