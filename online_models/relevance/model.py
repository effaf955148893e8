"""The relevance model: what it is told, what it answers, and its numbers."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from math import isfinite
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from online_models.contract import Numbers, checked
from online_models.merge_rules import Additive, DenseGaussian, Mean, Newest
from online_models.merging import Merging
from online_models.moment import MAX_RECENT, Because, Description, Moment
from online_models.relevance.arrays import (
    EXPERTS,
    FACTORS,
    MEAN,
    PRIOR_MEAN,
    PRIOR_VARIANCE,
    REGIMES,
    SKETCH,
)
from online_models.relevance.blend import COLD, NEW, WARM, judge, study
from online_models.relevance.content import sketch_of
from online_models.relevance.experts import Ask, scale_of
from online_models.relevance.links import WINDOW
from online_models.relevance.memory import SIDES, Memory
from online_models.relevance.naming import fits, named
from online_models.relevance.numbers import fill, written
from online_models.relevance.proposals import because, proposed
from online_models.relevance.sharing import MAX_LINKS, shared_of
from online_models.tables import (
    EMPTY,
    ModelBase,
    Names,
    Tables,
    Values,
    numbers_of,
    tables_of,
)

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

    def learn(self, moment: Moment, item: int, description: Description = _NOTHING) -> None:
        """The learner of `moment` turned to `item`; to go on with the newest item is no turn."""
        if not isfinite(moment.at) or moment.recent[:1] == (item,):
            return
        memory, weight = self._memory, scale_of(moment.at)
        slot = memory.add_item(item)
        memory.describe(item, sketch_of(description), moment.at)
        ask = self._ask(moment)
        shown = study(memory.arrays, ask, memory.order, slot, _seed(moment, item))
        if len(shown) > 1:
            self._note_lesson(shown, ask)
        self._count(moment, item, weight)
        memory.forget_rare(item)

    def scores(self, moment: Moment, items: Sequence[int], describe: Describe = _unknown) -> Floats:
        """Log odds of each of `items` being the next, up to a constant; always finite.

        Args:
            moment: the learner.
            items: hashes, at least one.
            describe: says what an item is about; asked for items only that nobody has visited.
        """
        scores: Floats = self._judge(moment, items, describe)[0]
        return scores

    def opinions(
        self, moment: Moment, items: Sequence[int], describe: Describe = _unknown
    ) -> dict[str, Floats]:
        """What each expert says (n,), by name: higher is more likely.

        Beside the experts stand the *factors*, on which those back who count links.
        """
        _, columns, lifts = self._judge(moment, items, describe)
        return {**dict(zip(EXPERTS, columns.T, strict=True)), "factors": np.log(lifts)}

    def chances(
        self, moment: Moment, items: Sequence[int], describe: Describe = _unknown
    ) -> Floats:
        """Probability of each of `items` (each once) being the next; their sum is at most 1.

        The other items are represented by `REFERENCES` of those known, evenly spread over keys.
        """
        memory = self._memory
        places = np.linspace(0, self.known, min(self.known, REFERENCES), endpoint=False)
        others = memory.arrays.keys[memory.order[places.astype(int)]].tolist()
        scores = self._judge(moment, [*items, *others], describe)[0]
        n = len(items)
        odds = np.exp(np.minimum(scores - scores[:n].max(), _LARGEST))
        rest = max(self.known - n, 0) / max(len(others), 1) * odds[n:].sum()
        chances: Floats = odds[:n] / (odds[:n].sum() + rest)
        return chances

    def propose(self, moment: Moment, most: int) -> list[int]:
        """The likeliest items that the learner has not met of late, likeliest first."""
        return proposed(self._memory, self._ask(moment), most)

    def because(self, moment: Moment, item: int) -> Because | None:
        """The strongest thing that visits say for `item`; None where they say nothing."""
        return because(self._memory, moment, self._ask(moment), item)

    def state(self) -> Numbers:
        """The own numbers, by name in order."""
        memory = self._memory
        return dict(sorted(written(memory, [*memory.own, *memory.own_links()]).items()))

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know `base` and, as own, exactly `numbers`.

        Raises:
            ValueError: where a name is none of the schema's, or its values do not fit.
        """
        self._know(checked(self, numbers, fits), base)

    def tables(self) -> Tables:
        """`state()` as arrays."""
        return tables_of(self.state())

    def restore_tables(self, own: Tables, base: ModelBase) -> None:
        """`restore` from arrays, without a check."""
        self._know(numbers_of(own), base)

    def _know(self, own: Mapping[str, tuple[float, ...]], base: ModelBase) -> None:
        memory = Memory(*self._bounds, base.view(shared_of))
        fill(memory, {named(text): values for text, values in own.items()})
        self._memory = memory

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for what is not own any more."""
        changed, self._memory.changed = self._memory.changed, {}
        return written(self._memory, changed)

    def _ask(self, moment: Moment) -> Ask:
        memory = self._memory
        items, groups = memory.items, memory.cohorts
        recent = [items[key] for key in moment.recent[:MAX_RECENT] if key in items]
        cohorts = [groups[key] for key in moment.cohorts if key in groups]
        return Ask(
            np.array(recent, np.int32),
            np.array(cohorts, np.int32),
            scale_of(moment.at),
            memory.total,
            float(max(len(memory.order), 1)),
        )

    def _judge(self, moment: Moment, items: Sequence[int], describe: Describe) -> Any:
        memory, ask = self._memory, self._ask(moment)
        slots = [memory.items.get(key, -1) for key in items]
        strangers = []
        for place, slot in enumerate(slots):
            if slot < 0:
                strangers.append(sketch_of(describe(items[place])))
                slots[place] = -len(strangers)
        sketches = np.array(strangers, np.float32).reshape(-1, SKETCH + 2)
        return judge(memory.arrays, ask, np.array(slots, np.int32), sketches)

    def _note_lesson(self, shown: Any, ask: Ask) -> None:
        """What `study` has changed."""
        memory = self._memory
        for regime in (WARM, COLD) if len(ask.recent) else (NEW,):
            memory.note_weights(regime)
        if len(ask.recent):
            for side, slots in zip(SIDES, (ask.recent[:WINDOW], shown), strict=True):
                for key in memory.arrays.keys[slots].tolist():
                    memory.note((side, key, 0))

    def _count(self, moment: Moment, item: int, weight: float) -> None:
        """Visits and links."""
        memory = self._memory
        earlier = (key for key in moment.recent if key != item and key in memory.items)
        memory.add_links([*islice(earlier, WINDOW)], item, weight)
        memory.add_visit(item, weight)
        for cohort in moment.cohorts:
            memory.add_member(cohort, item, weight)


def _seed(moment: Moment, item: int) -> Any:
    """What hangs on the event alone."""
    bits = np.uint64(item) ^ np.float64(moment.at).view(np.uint64)
    return bits ^ np.uint64(moment.recent[0] if moment.recent else 0)
