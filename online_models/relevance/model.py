"""The relevance model: what it is told, what it answers, and its numbers."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite, isnan
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from online_models.compiled import compiled
from online_models.contract import Numbers, checked
from online_models.gaussian import probability
from online_models.merge_rules import Additive, DenseGaussian, Mean, Newest
from online_models.merging import Merging
from online_models.moment import MAX_RECENT, Because, Description, Duel, Moment
from online_models.relevance.arrays import (
    EXPERTS,
    FACTORS,
    MEAN,
    PRIOR_MEAN,
    PRIOR_VARIANCE,
    REGIMES,
    SKETCH,
    slots_of,
)
from online_models.relevance.blend import Judged, judge, study
from online_models.relevance.content import sketch_of
from online_models.relevance.experts import Ask, ask_of, scale_of
from online_models.relevance.hashing import mixed
from online_models.relevance.links import WINDOW, count_visit, largest
from online_models.relevance.memory import Memory
from online_models.relevance.naming import fits, named
from online_models.relevance.numbers import changed_numbers, fill, own_numbers
from online_models.relevance.proposals import because, proposed
from online_models.relevance.sharing import MAX_LINKS, shared_of
from online_models.relevance.tabling import own_tables
from online_models.tables import (
    EMPTY,
    ModelBase,
    Names,
    Tables,
    Values,
    numbers_of,
)
from online_models.weights import Keys

Floats = npt.NDArray[np.float64]
Describe = Callable[[int], Description]

MAX_ITEMS = 5_000
"""Items and cohorts known beside those of the base; else the half visited least is forgotten."""

MAX_PARAMETERS = 200_000
"""Numbers of one width in a base."""

REFERENCES = 16
"""Known items that stand for all others where chances are computed."""

_LARGEST = 300.0
"""Log odds beyond are certain; their exponential is still a number."""

_NOTHING = Description()
_NOBODY = np.zeros(0, np.int32)
_NO_STRANGERS = np.zeros((0, SKETCH + 2), np.float32)


def _unknown(_: int) -> Description:
    return _NOTHING


def _prior(names: Names) -> Values:
    return np.tile((PRIOR_MEAN, PRIOR_VARIANCE, 0.0), (len(names), 1))


def _zeros(names: Names) -> Values:
    return np.zeros((len(names), FACTORS + 2))


class RelevanceModel:
    """What everybody's visits say of what a learner turns to next.

    Args:
        max_items: items and cohorts remembered beside those of the base.
        max_links: links of one item or cohort remembered beside those of the base.
    """

    name: ClassVar[str] = "relevance"
    schema: ClassVar[str] = (
        "relevance/1: *, i/item, c/cohort: visits; l/item>item, m/cohort>item: ahead, behind; "
        f"p/, q/item: {FACTORS} factors, squared slopes, steps; d/item: {SKETCH} of a sketch, "
        "when stated; "
        f"w/regime/expert ({' '.join(EXPERTS)}): mean, variance, count"
    )
    merging: ClassVar[Merging] = Merging(
        {
            1: Additive(1),
            2: Additive(2),
            3: DenseGaussian(_prior),
            FACTORS + 2: Mean(_zeros),
            SKETCH + 1: Newest(SKETCH + 1),
        },
        MAX_PARAMETERS,
    )

    def __init__(self, max_items: int = MAX_ITEMS, max_links: int = MAX_LINKS) -> None:
        self._bounds = max_items, max_links
        self._memory = Memory(max_items, max_links)

    @property
    def known(self) -> int:
        """How many items are known."""
        return len(self._memory.order)

    def weights(self, regime: str) -> dict[str, float]:
        """How far each expert is believed, by name; see `arrays.REGIMES`."""
        means = self._memory.arrays.weights[REGIMES.index(regime), :, MEAN]
        return dict(zip(EXPERTS, means.tolist(), strict=True))

    def learn(self, moment: Moment, item: int, description: Description = _NOTHING) -> Duel | None:
        """The learner of `moment` turned to `item`; to go on with the newest item is no turn.

        Returns what was thought before; None where there was nothing to compare with.
        """
        if not isfinite(moment.at) or (len(moment.recent) and moment.recent[0] == item):
            return None
        memory = self._memory
        slot, cohorts = memory.add_item(item), self._cohorts(moment.cohorts, add=True)
        memory.describe(slot, sketch_of(description), moment.at)
        memory.make_room(len(cohorts))
        keys = moment.recent[:MAX_RECENT]
        arrays, order = memory.arrays, memory.order
        compared, gone = _turn(arrays, order, keys, cohorts, slot, moment.at)
        if len(gone):
            memory.drop_links(gone)
        memory.forget_rare(slot)
        return None if isnan(compared[0]) else Duel(*compared)

    def scores(self, moment: Moment, items: Sequence[int], describe: Describe = _unknown) -> Floats:
        """Log odds of each of `items` being the next, up to a constant; always finite.

        Args:
            moment: the learner.
            items: hashes, at least one.
            describe: says what an item is about; asked for items only that nobody has visited.
        """
        scores: Floats = self._judge(moment, items, describe).odds
        return scores

    def opinions(
        self, moment: Moment, items: Sequence[int], describe: Describe = _unknown
    ) -> dict[str, Floats]:
        """What each expert says (n,), by name: higher is more likely.

        Beside the experts stand the *factors*, on which those back who count links.
        """
        judged = self._judge(moment, items, describe)
        columns = zip(EXPERTS, judged.opinions.T, strict=True)
        return {**dict(columns), "factors": np.log(judged.lifts)}

    def chances(
        self, moment: Moment, items: Sequence[int], describe: Describe = _unknown
    ) -> Floats:
        """Probability of each of `items` (each once) being the next; their sum is at most 1.

        The other items are represented by `REFERENCES` of those known, evenly spread over keys.
        """
        memory, found = self._memory, self._found(items, describe)
        chances: Floats = _chances(memory.arrays, memory.order, self._asked(moment), *found)
        return chances

    def propose(self, moment: Moment, most: int) -> list[int]:
        """The likeliest items that the learner has not met of late, likeliest first."""
        memory = self._memory
        found = _proposed(memory.arrays, memory.order, self._asked(moment), most)
        keys: list[int] = found.tolist()
        return keys

    def because(self, moment: Moment, item: int) -> Because | None:
        """The strongest thing that visits say for `item`; None where they say nothing."""
        return because(self._memory, self._ask(moment), item)

    def popularity(self, moment: Moment, items: Sequence[int]) -> Floats:
        """Share of the visits of all that went to each of `items`, were there one more to each."""
        a, scale = self._memory.arrays, scale_of(moment.at)
        slots = slots_of(a.index_keys, a.index_slots, np.array(items, np.uint64))
        visits = np.where(slots >= 0, a.visits[slots], 0.0)
        shares: Floats = (visits + scale) / (a.total[0] + scale * max(self.known, len(items)))
        return shares

    def most_popular(self, most: int) -> list[int]:
        """The items visited most, most visited first, ties by key."""
        a, order = self._memory.arrays, self._memory.order
        places = largest(a.visits[order], a.keys[order], most, -1.0)
        keys: list[int] = a.keys[order[places]].tolist()
        return keys

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        return own_numbers(self._memory)

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know `base` and, as own, exactly `numbers`.

        Raises:
            ValueError: where a name is none of the schema's, or its values do not fit.
        """
        self._know(checked(self, numbers, self.fits), base)

    def fits(self, name: str, values: tuple[float, ...]) -> bool:
        """Whether `values` can be held under `name`."""
        return fits(name, values)

    def tables(self) -> Tables:
        """`state()` as arrays."""
        return own_tables(self._memory)

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """`restore` from arrays, without a check."""
        self._know(numbers_of(own), base)

    def _know(self, own: Mapping[str, tuple[float, ...]], base: ModelBase) -> None:
        memory = Memory(*self._bounds, base.view(shared_of))
        fill(memory, {named(text): values for text, values in own.items()})
        self._memory = memory

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for what is not own any more."""
        changes = changed_numbers(self._memory)
        self._memory.settle()
        return changes

    def _cohorts(self, groups: tuple[int, ...], *, add: bool) -> Any:
        """Slots of those that are known, or are to be added."""
        memory = self._memory
        known = memory.cohorts
        slots = [memory.add_cohort(key) for key in groups if add or key in known]
        return np.array(slots, np.int32) if slots else _NOBODY

    def _asked(self, moment: Moment) -> tuple[Keys, Any, float]:
        """What compiled code makes an `Ask` of."""
        cohorts = self._cohorts(moment.cohorts, add=False)
        return moment.recent[:MAX_RECENT], cohorts, moment.at

    def _ask(self, moment: Moment) -> Ask:
        memory, (recent, cohorts, at) = self._memory, self._asked(moment)
        found: Ask = ask_of(memory.arrays, recent, cohorts, len(memory.order), at)
        return found

    def _judge(self, moment: Moment, items: Sequence[int], describe: Describe) -> Judged:
        judged: Judged = judge(
            self._memory.arrays, self._ask(moment), *self._found(items, describe)
        )
        return judged

    def _found(self, items: Sequence[int], describe: Describe) -> tuple[Any, Any]:
        """Slots of `items`, and sketches of those unknown, whose slots are -1, -2 and so on."""
        a = self._memory.arrays
        slots = slots_of(a.index_keys, a.index_slots, np.array(items, np.uint64))
        unknown = [place for place, slot in enumerate(slots.tolist()) if slot < 0]
        if not unknown:
            return slots, _NO_STRANGERS
        slots[unknown] = -1 - np.arange(len(unknown))
        sketches = [sketch_of(describe(items[place])) for place in unknown]
        return slots, np.array(sketches, np.float32)


@compiled
def _proposed(a: Any, order: Any, asked: Any, most: int) -> Any:
    """Keys of the items that `proposed` finds."""
    recent, cohorts, at = asked
    return a.keys[proposed(a, ask_of(a, recent, cohorts, len(order), at), order, most)]


@compiled
def _chances(a: Any, order: Any, asked: Any, items: Any, strangers: Any) -> Any:
    """Probability of each of `items` beside some that stand for all others."""
    (recent, cohorts, at), n, known = asked, len(items), len(order)
    shown = np.empty(n + min(known, REFERENCES), np.int32)
    shown[:n] = items
    for k in range(len(shown) - n):
        shown[n + k] = order[int(k * (known / (len(shown) - n)))]
    scores = judge(a, ask_of(a, recent, cohorts, known, at), shown, strangers).odds
    odds = np.exp(np.minimum(scores - scores[:n].max(), _LARGEST))
    rest = max(known - n, 0) / max(len(shown) - n, 1) * odds[n:].sum()
    return odds[:n] / (odds[:n].sum() + rest)


@compiled
def _turn(a: Any, order: Any, recent: Any, cohorts: Any, slot: int, at: float) -> Any:
    """Learn and count a turn.

    Returns the fields of a `Duel`, NaN where there was nothing to compare with, and what
    `count_visit` does.
    """
    ask, key = ask_of(a, recent, cohorts, len(order), at), a.keys[slot]
    bits = key ^ np.array([at]).view(np.uint64)[0]
    seed = bits ^ (recent[0] if len(recent) else np.uint64(0))
    odds, popular = study(a, ask, order, slot, seed)
    sources, size = np.empty(WINDOW, np.int32), 0
    for one in ask.recent:
        if size < WINDOW and one != slot:
            sources[size] = one
            size += 1
    gone = count_visit(a, sources[:size], slot, cohorts, ask.scale)
    sign = 1.0 if mixed(seed) & np.uint64(1) else -1.0
    p, baseline = probability(sign * odds, 0.0), probability(sign * popular, 0.0)
    return (np.nan if np.isnan(odds) else p, baseline, 0.5 + 0.5 * sign), gone
