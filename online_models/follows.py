"""What did others do after this activity?"""

from collections.abc import Mapping
from typing import ClassVar

from online_models.contract import Numbers, checked
from online_models.merging import UNMERGED, Merging
from online_models.named_numbers import NamedNumbers, is_name, name_of, number_of
from online_models.recency import Recency
from online_models.tables import EMPTY, ModelBase

MAX_SOURCES = 5_000
"""Activities with a list of successors (8 KB each if full); left longest ago goes first."""

MAX_SUCCESSORS = 16
"""Successors of one activity; the one counted least goes first."""

HALF_LIFE = 500
"""Transitions out of an activity after which an old one counts half."""

UNSEEN = 1.0
"""Pseudo-count of going on to something never seen after this activity."""

_FADE = 0.5 ** (1 / HALF_LIFE)
_MARK = ">"
_WIDTHS = {1: 3, 2: 2}  # ids in a name -> numbers it holds: a source, a link


class FollowsModel:
    """Transition counts between activities, fading with each transition out of the same one.

    `P(b | a) = c(a, b) / (c(a) + UNSEEN)`, c(a) the sum of c(a, b) over all b ever seen: a
    first-order Markov chain with additive smoothing. Doing the same again is no transition.
    """

    name: ClassVar[str] = "follows"
    schema: ClassVar[str] = "follows/1: a: transitions, faded total, last use; a>b: count, as of"
    merging: ClassVar[Merging] = UNMERGED

    def __init__(
        self, max_sources: int = MAX_SOURCES, max_successors: int = MAX_SUCCESSORS
    ) -> None:
        self._max_sources = max_sources
        self._max_successors = max_successors
        self._numbers = NamedNumbers()
        self._successors: dict[int, set[int]] = {}
        self._recency = Recency()
        self._ranked: dict[int, list[tuple[int, float]]] = {}
        """Answers of `next_of` that still hold: asked far more often than a source changes."""

    def learn(self, before: int, after: int) -> None:
        """One learner went on from `before` to `after`."""
        if before == after:
            return
        self._ranked.pop(before, None)
        transitions, total, _ = self._source(before)
        now = transitions + 1.0
        self._numbers.put(name_of(before), now, total * _FADE + 1.0, self._recency.use(before))
        self._numbers.put(_link(before, after), self._count(before, after, now) + 1.0, now)
        self._successors.setdefault(before, set()).add(after)
        self._forget_weakest(before, after, now)
        self._forget_oldest()

    def next_of(self, before: int) -> list[tuple[int, float]]:
        """(activity, probability), most probable first; what is left to 1 was never seen."""
        ranked = self._ranked.get(before)
        if ranked is None:
            ranked = self._ranked[before] = self._rank(before)
        return list(ranked)

    def _rank(self, before: int) -> list[tuple[int, float]]:
        now, total, _ = self._source(before)
        chances = (
            (after, self._count(before, after, now) / (total + UNSEEN))
            for after in self._successors.get(before, ())
        )
        return sorted(chances, key=lambda pair: (-pair[1], pair[0]))

    def state(self) -> Numbers:
        """Numbers of every source and of every link."""
        return self._numbers.state()

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers`; is not merged, so that it has no base.

        Raises:
            ValueError: where a name is no source and no link of a source, or a value does not fit.
        """
        del base
        kept = checked(self, numbers, _fits)
        sources = {name: number_of(name) for name in kept if _MARK not in name}
        successors: dict[int, set[int]] = {source: set() for source in sources.values()}
        for before, _, after in (name.partition(_MARK) for name in kept.keys() - sources.keys()):
            if before not in sources:
                raise ValueError(f"model {self.name!r}: {before!r} has links but no total: add it")
            successors[sources[before]].add(number_of(after))
        self._successors = successors
        self._ranked.clear()
        self._numbers.adopt(kept)
        self._recency.adopt((kept[name][2], source) for name, source in sources.items())

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for forgotten links and sources."""
        return self._numbers.touched()

    def _source(self, before: int) -> tuple[float, ...]:
        return self._numbers.get(name_of(before), (0.0, 0.0, 0.0))

    def _count(self, before: int, after: int, now: float) -> float:
        count, as_of = self._numbers.get(_link(before, after), (0.0, now))
        faded: float = count * _FADE ** (now - as_of)
        return faded

    def _forget_weakest(self, before: int, newest: int, now: float) -> None:
        """The newest link stays: it would never get in where all others count more than once."""
        successors = self._successors[before]
        if len(successors) > self._max_successors:
            others = successors - {newest}
            weakest = min(others, key=lambda after: (self._count(before, after, now), after))
            successors.remove(weakest)
            self._numbers.drop(_link(before, weakest))

    def _forget_oldest(self) -> None:
        if len(self._recency) > self._max_sources:
            oldest = self._recency.forget_oldest()
            self._ranked.pop(oldest, None)
            self._numbers.drop(name_of(oldest))
            for after in sorted(self._successors.pop(oldest)):
                self._numbers.drop(_link(oldest, after))


def _link(before: int, after: int) -> str:
    return f"{before:x}{_MARK}{after:x}"


def _fits(name: str, values: tuple[float, ...]) -> bool:
    ids = name.split(_MARK)
    return len(values) == _WIDTHS.get(len(ids)) and all(map(is_name, ids)) and min(values) >= 0.0
