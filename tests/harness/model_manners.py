"""Finding every model of the package, and how models of each protocol are taught and asked."""

import inspect
import math
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from harness.outcome_manners import OUTCOME_MANNERS
from hypothesis import strategies as st

import online_models
from online_models.contract import CrowdModel, Judge, MeanModel, Model, NextModel
from online_models.moment import Description, Moment
from online_models.monitor import PROBABILITIES, VALUES
from online_models.observation import Observation

Lesson = tuple[Any, ...]
Lessons = list[Lesson]


@dataclass(frozen=True)
class Manner:
    """How models of one protocol are taught and asked."""

    teach: Callable[[Any, Lesson], None]
    ask: Callable[[Any, Lesson], list[float]]
    lessons: st.SearchStrategy[Lesson]
    spoiled: Lessons
    """Lessons with nothing in them that may be learned."""
    fresh: Callable[[int], Lesson]
    """The n-th of endlessly many lessons about ever new things."""


numbers = st.floats(-3, 3) | st.sampled_from([0.0, 1.0, -1.0, 1e-300, 1e6, -1e300, 1.7e308])
keys = st.sampled_from(
    ["bias", "gap", "other", "skill:1", "skill:2", "last_outcomes:3"]
) | st.integers(0, 40).map(lambda item: f"item:{item:x}")
features = st.dictionaries(keys, numbers, max_size=8)
shares = st.floats(0, 1)
watched = st.sampled_from([*PROBABILITIES, *VALUES])
hashes = st.integers(0, 12) | st.integers(0, 2**64 - 1)

few = st.lists(hashes, max_size=6, unique=True).map(tuple)
moments = st.builds(Moment.of, few, st.floats(0, 2e9) | st.sampled_from([-1e300, 1e300]), few)
descriptions = st.builds(Description, few, few)

MANNERS: dict[type, Manner] = {
    Model: Manner(
        teach=lambda model, lesson: model.learn_one(*lesson),
        ask=lambda model, lesson: [model.predict_one(lesson[0])],
        lessons=st.tuples(features, shares),
        spoiled=[
            ({"bias": 1.0, "gap": math.nan}, 1.0),
            ({"bias": math.inf}, 1.0),
            ({"bias": -math.inf, "gap": 1.0}, 0.0),
            ({"bias": 1.0}, math.nan),
            ({"bias": 1.0}, math.inf),
        ],
        fresh=lambda n: ({"bias": 1.0, f"item:{n:x}": 1.0, f"dense{n}": 0.5}, n % 3 / 2),
    ),
    NextModel: Manner(
        teach=lambda model, lesson: model.learn(*lesson),
        ask=lambda model, lesson: [
            *model.chances(lesson[0], (lesson[1], 0, 1, 2**63), lambda _: lesson[2]),
            *map(float, model.propose(lesson[0], 5)),
        ],
        lessons=st.tuples(moments, hashes, descriptions),
        spoiled=[
            (Moment.of((3, 4), 1.0), 3, Description()),
            (Moment.of((3, 4), math.nan), 5, Description((1,))),
            (Moment.of((), math.inf, (1,)), 6, Description()),
        ],
        fresh=lambda n: (
            Moment.of(tuple(range(n + 99, n + 94, -1)), 1.6e9 + n, (n // 500,)),
            n + 100,
            Description((n // 10,), (n,)),
        ),
    ),
    CrowdModel: Manner(
        teach=lambda model, lesson: model.learn(*lesson),
        ask=lambda model, lesson: [
            model.difficulty(lesson[0]),
            -1.0 if (minutes := model.minutes(lesson[0])) is None else minutes,
        ],
        lessons=st.tuples(hashes, st.none() | shares, st.none() | st.floats(0, 1e300)),
        spoiled=[
            (1, None, None),
            (1, math.nan, math.inf),
            (1, -math.inf, math.nan),
            (1, None, 0.0),
            (1, None, -5.0),
        ],
        fresh=lambda n: (n, n % 3 / 2, 10.0 + n % 50),
    ),
    MeanModel: Manner(
        teach=lambda model, lesson: model.learn(*lesson),
        ask=lambda model, lesson: [model.mean(*lesson[:2], 0.5)],
        lessons=st.tuples(st.sampled_from(["engagement", "gain"]), hashes, st.floats(-9, 9)),
        spoiled=[("gain", 1, math.nan), ("gain", 1, math.inf)],
        fresh=lambda n: ("engagement", n, n % 2),
    ),
    Judge: Manner(
        teach=lambda model, lesson: model.observe(Observation(*lesson[:5]), lesson[5]),
        ask=lambda model, lesson: [float(lesson[0] in model.put_aside)],
        lessons=st.tuples(watched, st.floats(), shares, shares, st.floats(), st.floats(0, 2e9)),
        spoiled=[
            ("success", 0.5, 0.5, math.nan, math.nan, 1.0),
            ("success", 0.5, 0.5, 1.5, math.nan, 1.0),
            ("duration", 0.5, 0.5, math.inf, 0.5, 1.0),
            ("gain", 0.5, math.nan, 0.5, 0.5, 1.0),
        ],
        fresh=lambda n: ("success", n % 17 / 16, 0.5, n % 2, math.nan, 1.0 + n),
    ),
    **{model: Manner(**manner) for model, manner in OUTCOME_MANNERS.items()},
}


def found() -> Iterator[type]:
    for info in pkgutil.walk_packages(online_models.__path__, "online_models."):
        module = import_module(info.name)
        for _, cls in inspect.getmembers(module, inspect.isclass):
            own = cls.__module__ == module.__name__ and not inspect.isabstract(cls)
            if own and not getattr(cls, "_is_protocol", False) and hasattr(cls, "name"):
                yield cls


FOUND = sorted(found(), key=lambda cls: cls.__name__)


def every_one(kind: type) -> pytest.MarkDecorator:
    chosen = [cls for cls in FOUND if isinstance(cls(), kind)]
    assert chosen, f"no {kind.__name__} in the package"
    return pytest.mark.parametrize("cls", chosen, ids=lambda cls: cls.__name__)


every = every_one(object)


@cache
def manner_of(cls: type) -> Manner:
    (manner,) = (way for protocol, way in MANNERS.items() if isinstance(cls(), protocol))
    return manner


def tiny(cls: type) -> Any:
    """A model with room for 8 of whatever it bounds, so that forgetting is part of the laws."""
    limits = [name for name in inspect.signature(cls).parameters if name.startswith("max_")]
    assert limits, "a model says by max_... what bounds it"
    return cls(**dict.fromkeys(limits, 8))


def draw_lessons(data: st.DataObject, cls: type, least: int = 1) -> Lessons:
    return data.draw(st.lists(manner_of(cls).lessons, min_size=least, max_size=25))


def taught(cls: type, lessons: Lessons) -> Any:
    model = tiny(cls)
    for lesson in lessons:
        manner_of(cls).teach(model, lesson)
    return model


def answers(model: Any, lessons: Lessons) -> list[list[float]]:
    return [manner_of(type(model)).ask(model, lesson) for lesson in lessons]
