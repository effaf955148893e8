"""What each expert says of an item, for one learner at one moment.

With p the popularity of the item (`visits + 1` over those of all), w the weights of the learner's
newest `USED` items (`DECAY^k`, their sum 1), v the visits to an item and f the lift that the
factors expect, every one of the first four is a logarithm of how many times likelier the item is
than its popularity says:

| expert   | opinion                                                                    |
|----------|----------------------------------------------------------------------------|
| together | `ln(sum_k w_k (ahead + behind) / 2 / (v_k + 1) / p + f back)`              |
| follows  | `ln(sum_k w_k ahead / (v_k + 1) / p + f back)`                             |
| chain    | `ln(sum_x near_x (ahead + behind) / 2 / (v_x + 1) / p + f CHAIN_BACK)`     |
| peers    | the same as follows, with the learner's cohorts for the recent items       |
| popular  | `ln(p n)`, n how many items are known                                      |
| own      | 1 where the learner has been there of late, else 0                         |
| skills   | cosine of the item's skills and those of the learner's newest items        |
| words    | the same for title, description and kind                                   |

`back = sum_k w_k / (v_k + 1)` is the weight of what nobody has seen: there the factors speak, and
where they know nothing (f = 1) the popularity does (Dirichlet smoothing: Zhai, Lafferty, TOIS
22(2), 2004). So an item that nobody has visited is neither likely nor unlikely by its links.
`near_x` is the sum in *together*, x the `VIA` items with the largest `near_x / (v_x + 1)`: what is
visited by everybody leads everywhere.

All visits and links are sums that fade with time. They are kept at the scale of a landmark, so that
nothing has to be faded and replicas add up (forward decay: Cormode et al., ICDE 2009): a visit at t
counts `2^((t - landmark) / half-life)`, and what counts 1 now has the weight `Ask.scale`.
"""

from typing import Any, NamedTuple

import numpy as np

from online_models.compiled import compiled
from online_models.relevance.arrays import EXPERTS, FACTORS, MET, OFFER, SKETCH, TASTE, slots_of
from online_models.relevance.content import add_sketch, likeness, normalise
from online_models.relevance.factors import add_taste, lifts_of
from online_models.relevance.links import (
    FAR,
    NEAR,
    NEXT,
    OF_COHORT,
    forget_sums,
    largest,
    meet,
    sweep,
)

TOGETHER, FOLLOWS, CHAIN, POPULAR, PEERS, OWN, SKILLS, WORDS = range(len(EXPERTS))

USED = 8
DECAY = 0.7
VIA = 24
"""Items through which a chain of two links leads."""

CHAIN_BACK = 0.02
PEERS_BACK = 10.0
"""Visits that say nothing, added to those of a cohort."""

TRUST = 2.0
"""Visits at which an item is judged by its visits and by its description in equal parts."""

HALF_LIFE_SEC = 180 * 86_400.0
LANDMARK_SEC = 1_577_836_800.0
"""2020-01-01: what happened then has weight 1."""

_EXPERTS = len(EXPERTS)
_LATEST_SEC = 2.0**32


@compiled
def scale_of(at: float) -> float:
    """The weight of a visit at `at` (POSIX seconds, taken to lie within 1970 and 2106)."""
    return float(2.0 ** ((min(_LATEST_SEC, max(0.0, at)) - LANDMARK_SEC) / HALF_LIFE_SEC))


class Ask(NamedTuple):
    """Who is asked for."""

    recent: Any
    """int32: slots of what the learner did of late, newest first."""
    cohorts: Any
    """int32: slots of the learner's cohorts of which something is known."""
    scale: float
    total: float
    """Visits to all items."""
    known: float
    """How many items are known, at least 1."""


class Sight(NamedTuple):
    """What is the same for all items that are judged for one learner."""

    shares: Any
    """float64: w"""
    taste: Any
    sketch: Any
    back: float
    peers_back: float


@compiled
def ask_of(a: Any, recent: Any, cohorts: Any, known: int, at: float) -> Ask:
    """Who is asked for.

    Args:
        a: the arrays.
        recent: uint64: what the learner did of late, newest first.
        cohorts: int32: slots of the learner's cohorts.
        known: how many items are known.
        at: POSIX seconds.
    """
    slots = slots_of(a.index_keys, a.index_slots, recent)
    recent, groups = slots[slots >= 0], cohorts[a.visits[cohorts] > 0.0]
    return Ask(recent, groups, scale_of(at), a.total[0], float(max(known, 1)))


@compiled
def look(a: Any, ask: Any, everything: bool) -> Sight:
    """Sum up what the links say, and who the learner is; `forget_sums` must come after.

    Args:
        a: the arrays.
        ask: who is asked for.
        everything: whether all items will be judged by what is two links away and by cohorts, not
            only those met already.
    """
    shares = _shares(len(ask.recent))
    taste, sketch = np.zeros(FACTORS), np.zeros(SKETCH)
    back, peers_back = 0.0, _look_at_cohorts(a, ask, everything)
    for k in range(len(shares)):
        slot = ask.recent[k]
        share = shares[k] / (a.visits[slot] + ask.scale)
        back += share * ask.scale
        add_taste(a.keys[slot], a.moves[TASTE, slot], shares[k], taste)
        add_sketch(a.sketch[slot], shares[k], sketch)
    normalise(sketch)
    _look_around(a, ask, shares, everything)
    return Sight(shares, taste, sketch, back, peers_back)


@compiled
def _shares(recent: int) -> Any:
    shares = DECAY ** np.arange(min(recent, USED))
    return shares / shares.sum()


@compiled
def _look_around(a: Any, ask: Any, shares: Any, everything: bool) -> None:
    """Sums of links, and of links from where most of them lead to."""
    if len(shares) == 0:
        return
    judged = a.counts[MET]
    for k in range(len(shares)):
        slot = ask.recent[k]
        sweep(a, slot, shares[k] / (a.visits[slot] + ask.scale), NEAR, True)
    met = a.met[: a.counts[MET]].copy()
    nearness = a.sums[met, NEAR] / (a.visits[met] + ask.scale)
    if not everything:
        a.is_met[met[judged:]] = 0
    for place in largest(nearness, a.keys[met], VIA, 0.0):
        sweep(a, met[place], nearness[place], FAR, everything)


@compiled
def _look_at_cohorts(a: Any, ask: Any, everything: bool) -> float:
    back = 0.0
    for k in range(len(ask.cohorts)):
        weight = a.visits[ask.cohorts[k]] + PEERS_BACK * ask.scale
        back += PEERS_BACK * ask.scale / weight / len(ask.cohorts)
        sweep(a, ask.cohorts[k], 1.0 / weight / len(ask.cohorts), OF_COHORT, everything)
    return back


@compiled
def consult(a: Any, ask: Any, items: Any, strangers: Any) -> Any:
    """Ask all experts.

    Args:
        a: the arrays.
        ask: who is asked for.
        items: int32 (n,), slots; -1 - m for what is unknown but described by row m of `strangers`.
        strangers: float32 (m, SKETCH + 2).

    Returns:
        Opinions (n, experts), trust (n,) in what visits say of each, the expected lift (n,), sight.
    """
    for slot in items:
        if slot >= 0:
            meet(a, slot)
    sight = look(a, ask, False)
    opinions, trust, lifts = hear(a, ask, sight, items, strangers)
    forget_sums(a)
    return opinions, trust, lifts, sight


@compiled
def hear(a: Any, ask: Any, sight: Any, items: Any, strangers: Any) -> Any:
    """Opinions, trust and lifts as `consult` has them, from sums that `look` has made."""
    visits, sums = _taken(a.visits, items), a.sums
    popularity = (visits + ask.scale) / (ask.total + ask.scale * ask.known)
    lifts = lifts_of(a.moves[OFFER], items, sight.taste)
    opinions = np.zeros((len(items), _EXPERTS))
    opinions[:, POPULAR] = np.log(popularity * ask.known)
    if len(ask.cohorts):
        among = _taken(sums[:, OF_COHORT], items) / popularity
        opinions[:, PEERS] = np.log(among + sight.peers_back)
    if len(ask.recent):
        unseen = sight.back * lifts
        opinions[:, TOGETHER] = np.log(_taken(sums[:, NEAR], items) / popularity + unseen)
        opinions[:, FOLLOWS] = np.log(_taken(sums[:, NEXT], items) / popularity + unseen)
        far = _taken(sums[:, FAR], items) / popularity
        opinions[:, CHAIN] = np.log(far + CHAIN_BACK * lifts)
        opinions[:, OWN] = _among(items, ask.recent)
        opinions[:, SKILLS] = likeness(a.sketch, strangers, items, 0, sight.sketch)
        opinions[:, WORDS] = likeness(a.sketch, strangers, items, 1, sight.sketch)
    return opinions, visits / (visits + TRUST * ask.scale), lifts


@compiled
def _taken(values: Any, items: Any) -> Any:
    """(n,): the value of each of `items`, 0 where it is unknown."""
    taken = np.zeros(len(items))
    for place in range(len(items)):
        if items[place] >= 0:
            taken[place] = values[items[place]]
    return taken


@compiled
def _among(items: Any, recent: Any) -> Any:
    """(n,): 1 for each of `items` that is one of `recent`, else 0."""
    found = np.zeros(len(items))
    for place in range(len(items)):
        for slot in recent:
            if slot == items[place]:
                found[place] = 1.0
    return found
