"""Matrix factors: what links between items that nobody has seen yet are likely to be.

An item has two vectors, its *taste* (of who visited it) and its *offer*; a learner is the decayed
mean of the tastes of what was visited of late, so that no learner has parameters (FISM: Kabbur,
Ning, Karypis, KDD 2013). With popularity p, `P(item) ~ p exp(taste . offer)`, learned by the slope
of the softmax over the visited item and some others, each vector at the pace of AdaGrad (Duchi,
Hazan, Singer, JMLR 12, 2011).
"""

from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.relevance.arrays import FACTORS, OFFER, OFFERS, TASTE, TASTES, note
from online_models.relevance.hashing import mixed, sign
from online_models.relevance.links import WINDOW

SPAN = 0.15
"""A taste starts as a vector of +-`SPAN`, by the item's key; an offer starts as zeros."""

RATE = 0.1
DAMPING = 0.1
"""Added to the sum of squares: the first slopes of a vector say little."""

LIMIT = 6.0
"""Largest `|taste . offer|` that counts."""


@compiled
def add_taste(key: Any, moves: Any, share: float, taste: Any) -> None:
    """Add `share` of the taste of the item of `key`."""
    bits = mixed(key)
    for n in range(FACTORS):
        taste[n] += share * (SPAN * sign(bits, n) + moves[n])


@compiled
def lifts_of(offers: Any, items: Any, taste: Any) -> Any:
    """(n,): how many times likelier than its popularity says a visit to each of `items` is.

    Items below 0 are unknown: 1.
    """
    lifts = np.ones(len(items))
    for place in range(len(items)):
        if items[place] >= 0:
            product = 0.0
            for n in range(FACTORS):
                product += taste[n] * offers[items[place], n]
            lifts[place] = np.exp(min(max(product, -LIMIT), LIMIT))
    return lifts


@compiled
def learn_factors(a: Any, shown: Any, errors: Any, taste: Any, recent: Any, shares: Any) -> None:
    """One step.

    Args:
        a: the arrays.
        shown: (n,) slots that were compared.
        errors: (n,) 1 for what was visited, else 0, less what was expected.
        taste: (FACTORS,) of the learner.
        recent: slots of what was visited of late.
        shares: of each of `recent` in `taste`; only the first `WINDOW` of them learn.
    """
    slope = np.zeros(FACTORS)
    for place in range(len(shown)):
        for n in range(FACTORS):
            slope[n] += errors[place] * a.moves[OFFER, shown[place], n]
    for place in range(len(shown)):
        _step(a, OFFER, shown[place], errors[place], taste)
        note(a, shown[place], OFFERS)
    for place in range(min(len(recent), WINDOW)):
        _step(a, TASTE, recent[place], shares[place], slope)
        note(a, recent[place], TASTES)


@compiled
def _step(a: Any, side: int, slot: int, share: float, slope: Any) -> None:
    square = 0.0
    for n in range(FACTORS):
        square += (share * slope[n]) ** 2
    a.gains[side, slot, 0] += square / FACTORS
    a.gains[side, slot, 1] += 1.0
    rate = RATE * share / np.sqrt(a.gains[side, slot, 0] + DAMPING)
    for n in range(FACTORS):
        a.moves[side, slot, n] += rate * slope[n]
