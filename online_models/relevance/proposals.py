"""Which items to propose, and what visits say for them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from online_models.compiled import compiled
from online_models.moment import Because, Ground, Moment
from online_models.relevance.arrays import SKETCH
from online_models.relevance.blend import judge
from online_models.relevance.experts import DECAY, USED, Ask, look
from online_models.relevance.links import (
    FAR,
    NEAR,
    OF_COHORT,
    ahead_of,
    forget_sums,
    strongest,
)
from online_models.relevance.memory import Memory

LOOKED_AT = 32
"""Items near, two links away, of the cohorts, and of all that are judged."""

_NOBODY = np.zeros((0, SKETCH + 2), np.float32)


def proposed(memory: Memory, ask: Ask, most: int) -> list[int]:
    """Keys of the items that `judge` finds likeliest among those that links lead to."""
    a, order = memory.arrays, memory.order
    linked = _linked(a, ask)
    if len(linked) < most + len(ask.recent):
        visits = a.visits[order]
        linked = np.concatenate((linked, order[np.argsort(-visits, kind="stable")[:LOOKED_AT]]))
    slots = np.setdiff1d(linked, ask.recent).astype(np.int32)
    if not len(slots):
        return []
    odds, _, _ = judge(a, ask, slots, _NOBODY)
    keys = a.keys[slots]
    best = np.lexsort((keys, -odds))[:most]
    return list(map(int, keys[best]))


@compiled
def _linked(a: Any, ask: Any) -> Any:
    look(a, ask)
    near, far = strongest(a, NEAR, LOOKED_AT), strongest(a, FAR, LOOKED_AT)
    peers = strongest(a, OF_COHORT, LOOKED_AT)
    forget_sums(a)
    return np.concatenate((near, far, peers))


def because(memory: Memory, moment: Moment, ask: Ask, item: int) -> Because | None:
    """What speaks for `item`: one of the recent items, else one of the cohorts, else its visits.

    Recent items are weighed as *follows* weighs them.
    """
    slot = memory.items.get(item)
    if slot is None or memory.arrays.visits[slot] <= 0.0:
        return None
    recent = [key for key in moment.recent if key in memory.items][:USED]
    cohorts = [key for key in moment.cohorts if key in memory.cohorts]
    visits = float(memory.arrays.visits[slot]) / ask.scale
    return (
        _led_to(memory, ask, slot, {key: memory.items[key] for key in recent}, Ground.AFTER)
        or _led_to(memory, ask, slot, {key: memory.cohorts[key] for key in cohorts}, Ground.COHORT)
        or Because(Ground.ALL, 0, visits, memory.total / ask.scale)
    )


def _led_to(
    memory: Memory, ask: Ask, item: int, sources: Mapping[int, int], kind: Ground
) -> Because | None:
    if not sources:
        return None
    slots = np.array([*sources.values()], np.int32)
    visits = memory.arrays.visits[slots] / ask.scale
    ahead = ahead_of(memory.arrays, slots, item) / ask.scale
    best = int(np.argmax(DECAY ** np.arange(len(slots)) * ahead / (visits + 1.0)))
    if min(ahead[best], visits[best]) <= 0.0:
        return None
    return Because(kind, [*sources][best], float(ahead[best]), float(visits[best]))
