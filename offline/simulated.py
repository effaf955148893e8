"""Answers of simulated learners, by seed, where there are no data.

A learner is able, an item easy, and both vary. What was practised is known better and is forgotten
again: `z = ability + ease + gain * log(1 + practised)`, where practice fades with a half-life, and
`P(correct) = 1 / (1 + exp(-z))`, the Rasch model with a learning term (Cen et al., "Learning
Factors Analysis", 2006).
"""

from collections import defaultdict
from dataclasses import dataclass
from math import exp, log1p
from random import Random

import numpy as np

from offline.answers import Answers

_SKILLS = 12
_GAIN = 1.0
_HALF_LIFE_SEC = 7 * 86_400.0
_PAUSES_SEC = (20.0, 60.0, 300.0, 86_400.0)
_START = 1_577_836_800.0


@dataclass(frozen=True, slots=True)
class Population:
    """Who answers what."""

    learners: int = 100
    items: int = 80
    answers: int = 20_000
    seed: int = 1


def simulated(population: Population) -> Answers:
    """Answers of a population, in POSIX seconds; the same for the same seed."""
    world = _World(population)
    rows = [world.answer() for _ in range(population.answers)]
    users: dict[int, int] = {}
    user, item, correct, at = zip(*rows, strict=True)
    by_first = [users.setdefault(one, len(users)) for one in user]
    return Answers(
        tuple(f"learner {one}" for one in users),
        tuple(f"item {one}" for one in range(population.items)),
        tuple((f"skill {one}",) for one in range(_SKILLS)),
        np.array(by_first, np.int64),
        np.array(item, np.int64),
        np.array(item, np.int64) % _SKILLS,
        np.array(correct, np.float64),
        np.array(at, np.float64),
    )


class _World:
    """Learners at work."""

    def __init__(self, population: Population) -> None:
        self._rng = rng = Random(population.seed)  # noqa: S311  simulated people, no secrets
        self._able = [rng.gauss(0.0, 1.0) for _ in range(population.learners)]
        self._easy = [rng.gauss(0.0, 1.0) for _ in range(population.items)]
        self._practice: dict[tuple[int, int], tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        self._now = _START

    def answer(self) -> tuple[int, int, float, float]:
        """The next answer: learner, item, correct, POSIX seconds."""
        rng = self._rng
        learner, item = rng.randrange(len(self._able)), rng.randrange(len(self._easy))
        self._now += rng.choice(_PAUSES_SEC) / len(self._able)
        known = self._practised(learner, item % _SKILLS)
        z = self._able[learner] + self._easy[item] + _GAIN * log1p(known) - 1.0
        correct = float(rng.uniform(0.0, 1.0) < 1.0 / (1.0 + exp(-z)))
        self._practice[learner, item % _SKILLS] = (known + 1.0, self._now)
        return learner, item, correct, round(self._now, 3)

    def _practised(self, learner: int, skill: int) -> float:
        """How often, as far as it is not forgotten."""
        amount, as_of = self._practice[learner, skill]
        return float(amount * 2.0 ** ((as_of - self._now) / _HALF_LIFE_SEC))
