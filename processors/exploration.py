"""Some slots go to a candidate drawn at random, with a known probability, so that logs can teach.

Slot i keeps its item with probability 1 - e. With probability e it takes cell i of a random
permutation of m cells: the pool, filled up with blanks (which keep the item) to at least as many
cells as slots. A cell of a random permutation is uniform, so whatever happens in other slots

    P(pool item at slot i) = e / m        P(own item at slot i) = 1 - e |pool| / m

exactly. The pool is what was scored and found no place, no more of a kind than the caps admit
beside the whole queue, so that any mixture keeps the caps. Duties are never displaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processors.draws import Draws
from processors.rank import Scored
from processors.sequence import Arrangement


@dataclass(slots=True)
class Slot:
    """One place of the queue."""

    chosen: Scored
    propensity: float
    """Probability that the policy puts it here, in (0, 1]."""
    explored: bool = False


def explored(arrangement: Arrangement, share: float, draws: Draws) -> list[Slot]:
    """The slots of the queue, each explored with probability `share`."""
    duties = [Slot(one, 1.0) for one in arrangement.order[: arrangement.forced]]
    free = arrangement.order[arrangement.forced :]
    pool = list(_pool(arrangement)) if share else []
    if not pool:
        return duties + [Slot(one, 1.0) for one in free]
    return duties + _drawn(free, pool, share, draws)


def _pool(arrangement: Arrangement) -> Iterator[Scored]:
    caps = arrangement.caps.copy()
    for one in arrangement.rest:
        if caps.admits(one):
            caps.count(one)
            yield one


def _drawn(own: Sequence[Scored], pool: list[Scored], share: float, draws: Draws) -> list[Slot]:
    cells: list[Scored | None] = [*pool, *([None] * (len(own) - len(pool)))]
    of_pool, of_own = share / len(cells), 1.0 - share * len(pool) / len(cells)
    slots = []
    for one in own:
        drawn = cells.pop(draws.below(len(cells))) if draws.uniform() < share else None
        slots.append(Slot(one, of_own) if drawn is None else Slot(drawn, of_pool, explored=True))
    return slots
