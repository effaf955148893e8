"""The blend: how far each expert is believed, learned from every visit.

The log odds of an item are the weighted sum of the experts' opinions; the weights are those of a
softmax over the visited item and some that the learner has not met (BPR-like sampling: Rendle et
al., UAI 2009). Each weight is a Gaussian (mean, variance) that one step of a diagonal extended
Kalman filter corrects: with expectation and variance under the softmax before the step

    g = x_visited - E[x],  h = Var[x],  D = 1 / (1 + sum v h):   m += v g D,   v += q - v^2 h D

so experts who judged well of late gain weight, and nobody has to set a learning rate.

An item is judged by its visits (regime *warm*) as far as it has some, and else by its description
alone (*cold*): `trust warm + (1 - trust) cold`, `trust = visits / (visits + TRUST)`. Cold weights
learn from every visit too, from what the descriptions alone would have said of it.
"""

from typing import Any, NamedTuple

import numpy as np

from online_models.compiled import compiled
from online_models.relevance.arrays import (
    CHANGED,
    COUNT,
    EXPERTS,
    MEAN,
    OWN,
    PRIOR_VARIANCE,
    REGIMES,
    VARIANCE,
)
from online_models.relevance.experts import POPULAR, SKILLS, consult
from online_models.relevance.factors import learn_factors
from online_models.relevance.hashing import mixed

WARM, COLD, NEW = range(len(REGIMES))

DRAWS = 8
"""Items with which a visited one is compared."""

DRIFT = 1e-6
"""Added to a variance with each visit: experts may become better or worse."""

_TRIES = 2
_EXPERTS = len(EXPERTS)


class Judged(NamedTuple):
    """What is thought of some items."""

    odds: Any
    """(n,): log odds of each being the next, up to a constant."""
    opinions: Any
    """(n, experts)"""
    lifts: Any
    """(n,), see `factors`"""


@compiled
def judge(a: Any, ask: Any, items: Any, strangers: Any) -> Judged:
    """Judge `items`; for the arguments see `consult`."""
    opinions, trust, lifts, _ = consult(a, ask, items, strangers)
    return Judged(weighed(a.weights, ask, opinions, trust), opinions, lifts)


@compiled
def weighed(weights: Any, ask: Any, opinions: Any, trust: Any) -> Any:
    """Log odds (n,) from what experts say."""
    if len(ask.recent) == 0:
        return _weighed(weights[NEW], opinions, 0)
    warm, cold = _weighed(weights[WARM], opinions, 0), _weighed(weights[COLD], opinions, SKILLS)
    return trust * warm + (1.0 - trust) * cold


@compiled
def _weighed(weights: Any, opinions: Any, first: int) -> Any:
    odds = np.zeros(len(opinions))
    for n in range(len(opinions)):
        for expert in range(first, _EXPERTS):
            odds[n] += weights[expert, MEAN] * opinions[n, expert]
    return odds


@compiled
def study(a: Any, ask: Any, order: Any, visited: int, seed: Any) -> Any:
    """Blend and factors learn that the learner turned to `visited`.

    Args:
        a: the arrays.
        ask: the learner before the visit.
        order: slots of all items, in an order that hangs on their keys alone.
        visited: a slot.
        seed: uint64, says which others the visit is compared with.

    Returns:
        Log odds that the learner would turn to `visited` rather than to the first of the others, as
        the blend had it and by popularity alone; NaN where there is nothing to compare.
    """
    shown = _drawn(ask, order, visited, seed)
    if len(shown) == 1:
        return np.nan, np.nan
    opinions, trust, lifts, sight = consult(a, ask, shown, a.sketch[:0])
    odds = weighed(a.weights, ask, opinions, trust)
    popular = opinions[0, POPULAR] - opinions[1, POPULAR]
    if len(ask.recent) == 0:
        _correct(a, NEW, opinions)
        return odds[0] - odds[1], popular
    if trust[0] > 0.0:
        _correct(a, WARM, opinions)
    _correct(a, COLD, opinions)
    errors = -_softmax(opinions[:, POPULAR] + np.log(lifts))
    errors[0] += 1.0
    learn_factors(a, shown, errors, sight.taste, ask.recent, sight.shares)
    return odds[0] - odds[1], popular


@compiled
def _drawn(ask: Any, order: Any, visited: int, seed: Any) -> Any:
    shown = np.empty(1 + DRAWS, np.int32)
    shown[0] = visited
    size, bits = 1, seed
    for _ in range(_TRIES * DRAWS):
        bits = mixed(bits)
        slot = order[bits % np.uint64(len(order))]
        if size <= DRAWS and slot != visited and not np.any(ask.recent == slot):
            shown[size] = slot
            size += 1
    return shown[:size]


@compiled
def _softmax(odds: Any) -> Any:
    shares = np.exp(odds - odds.max())
    return shares / shares.sum()


@compiled
def _correct(a: Any, regime: int, opinions: Any) -> None:
    """One step: the first row was chosen."""
    weights, first = a.weights[regime], SKILLS if regime == COLD else 0
    shares = _softmax(_weighed(weights, opinions, first))
    slope, bend = np.zeros(_EXPERTS), np.zeros(_EXPERTS)
    spread = 0.0
    for expert in range(first, _EXPERTS):
        mean = square = 0.0
        for n in range(len(opinions)):
            mean += shares[n] * opinions[n, expert]
        for n in range(len(opinions)):
            square += shares[n] * (opinions[n, expert] - mean) ** 2
        slope[expert], bend[expert] = opinions[0, expert] - mean, square
        spread += weights[expert, VARIANCE] * square
    damping = 1.0 / (1.0 + spread)
    for expert in range(first, _EXPERTS):
        if bend[expert] > 0.0:
            variance = weights[expert, VARIANCE]
            weights[expert, MEAN] += variance * slope[expert] * damping
            variance += DRIFT - variance * variance * bend[expert] * damping
            weights[expert, VARIANCE] = min(variance, PRIOR_VARIANCE)
            weights[expert, COUNT] += 1.0
            a.ours[OWN, regime, expert] = a.ours[CHANGED, regime, expert] = 1
