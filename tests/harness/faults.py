"""A simulated stream on which something breaks: a model, its baseline, and what came out.

Learners of some ability answer items of some difficulty; a hint helps. The model is a logistic one
with Gaussian weights, each answer an extended Kalman step, in the manner of the success model; the
baseline is the item's mean. From one event on something is wrong:

    none      nothing
    harder    everything is harder for everybody: no fault of the model, and no alarm wanted
    flipped   outcomes arrive the wrong way round
    mixed up  the model gets another learner and another item than the outcome is of
    noisy     the hint that the model gets is noise
    broken    the model predicts NaN
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, nan, sqrt
from random import Random

from online_models.observation import Observation

FAULTS = ("none", "harder", "flipped", "mixed up", "noisy", "broken")
LEARNERS, ITEMS = 400, 150
_HARDER = 1.5
_HINT = 0.7


def chance(score: float) -> float:
    """Logistic function."""
    return 1.0 / (1.0 + exp(-score))


@dataclass
class Weight:
    """A Gaussian weight; `noise` is added to its variance at each use."""

    variance: float
    noise: float = 0.0
    mean: float = 0.0


@dataclass
class World:
    """What is true, and what the model and the baseline think."""

    rng: Random
    abilities: list[float] = field(init=False)
    difficulties: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.abilities = [self.rng.gauss(0, 1) for _ in range(LEARNERS)]
        self.difficulties = [self.rng.gauss(0, 1) for _ in range(ITEMS)]
        self.of_learner = [Weight(0.5, 3e-4) for _ in range(LEARNERS)]
        self.of_item = [Weight(0.8) for _ in range(ITEMS)]
        self.of_hint, self.bias = Weight(0.3, 1e-8), Weight(0.3, 1e-8)
        self.counts = [[0.0, 0.0] for _ in range(ITEMS + 1)]

    def answer(self, fault: str) -> Observation:
        """The next answer, predicted and then learned."""
        rng = self.rng
        learner, item, hint = rng.randrange(LEARNERS), rng.randrange(ITEMS), rng.gauss(0, 1)
        score = 0.5 + self.abilities[learner] - self.difficulties[item] + _HINT * hint
        outcome = rng.random() < chance(score - _HARDER * (fault == "harder"))
        outcome ^= fault == "flipped"
        seen = (learner, item, hint)
        if fault == "mixed up":
            seen = (rng.randrange(LEARNERS), rng.randrange(ITEMS), hint)
        elif fault == "noisy":
            seen = (learner, item, rng.gauss(0, 3))
        predicted = self._predict_then_learn(*seen, float(outcome))
        baseline = self._baseline_then_learn(item, float(outcome))
        return Observation(
            "success", nan if fault == "broken" else predicted, baseline, float(outcome)
        )

    def _predict_then_learn(self, learner: int, item: int, hint: float, outcome: float) -> float:
        active = (
            (self.of_learner[learner], 1.0),
            (self.of_item[item], -1.0),
            (self.of_hint, hint),
            (self.bias, 1.0),
        )
        spread = sum(w.variance * x * x for w, x in active)
        predicted = chance(sum(w.mean * x for w, x in active) / sqrt(1 + spread / 4))
        slope = predicted * (1 - predicted)
        damping = 1 / (1 + slope * spread)
        for weight, x in active:
            gain = weight.variance * x
            weight.mean += gain * (outcome - predicted) * damping
            weight.variance += weight.noise - gain * gain * slope * damping
        return predicted

    def _baseline_then_learn(self, item: int, outcome: float) -> float:
        overall, own = self.counts[-1], self.counts[item]
        mean = (overall[1] + 1) / (overall[0] + 2)
        baseline = (own[1] + 4 * mean) / (own[0] + 4)
        for count in (overall, own):
            count[0] += 1
            count[1] += outcome
        return baseline


def observations(fault: str, at: int, count: int, seed: int) -> Iterator[Observation]:
    """`count` answers; from number `at` on with the fault."""
    world = World(Random(seed))
    for n in range(count):
        yield world.answer(fault if n >= at else "none")
