"""Which items to propose, and what visits say for them."""

from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.moment import Because, Ground
from online_models.relevance.arrays import Arrays
from online_models.relevance.blend import weighed
from online_models.relevance.experts import DECAY, USED, Ask, hear, look
from online_models.relevance.links import (
    FAR,
    NEAR,
    OF_COHORT,
    ahead_of,
    forget_sums,
    largest,
    strongest,
)
from online_models.relevance.memory import Memory

LOOKED_AT = 32
"""Items near, two links away, of the cohorts, and of all that are judged."""


@compiled
def proposed(a: Any, ask: Any, order: Any, most: int) -> Any:
    """Slots of the items likeliest by `blend` among those that links lead to, likeliest first.

    Where these are few, also among the items visited most. Ties by key.
    """
    sight = look(a, ask, True)
    near, far = strongest(a, NEAR, LOOKED_AT), strongest(a, FAR, LOOKED_AT)
    found = np.concatenate((near, far, strongest(a, OF_COHORT, LOOKED_AT)))
    if len(found) < most + len(ask.recent):
        popular = order[largest(a.visits[order], a.keys[order], LOOKED_AT, -1.0)]
        found = np.concatenate((found, popular))
    slots = _new(found, ask.recent)
    opinions, trust, _ = hear(a, ask, sight, slots, a.sketch[:0])
    forget_sums(a)
    odds = weighed(a.weights, ask, opinions, trust)
    return slots[largest(odds, a.keys[slots], most, -np.inf)]


@compiled
def _new(found: Any, recent: Any) -> Any:
    """What was found, each once, without what is recent."""
    slots, size = np.empty(len(found), np.int32), 0
    for slot in found:
        if not (np.any(slots[:size] == slot) or np.any(recent == slot)):
            slots[size] = slot
            size += 1
    return slots[:size]


def because(memory: Memory, ask: Ask, item: int) -> Because | None:
    """What speaks for `item`: one of the recent items, else one of the cohorts, else its visits.

    Recent items are weighed as *follows* weighs them.
    """
    slot, a = memory.slot(item), memory.arrays
    if slot < 0 or a.visits[slot] <= 0.0:
        return None
    visits = float(a.visits[slot]) / ask.scale
    return (
        _led_to(a, ask, slot, ask.recent[:USED], Ground.AFTER)
        or _led_to(a, ask, slot, ask.cohorts, Ground.COHORT)
        or Because(Ground.ALL, 0, visits, ask.total / ask.scale)
    )


def _led_to(a: Arrays, ask: Ask, item: int, sources: Any, kind: Ground) -> Because | None:
    if not len(sources):
        return None
    visits = a.visits[sources] / ask.scale
    ahead = ahead_of(a, sources, item) / ask.scale
    best = int(np.argmax(DECAY ** np.arange(len(sources)) * ahead / (visits + 1.0)))
    if min(ahead[best], visits[best]) <= 0.0:
        return None
    return Because(kind, int(a.keys[sources[best]]), float(ahead[best]), float(visits[best]))
