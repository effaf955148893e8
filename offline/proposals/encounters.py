"""How first encounters with a skill go, with and without earlier mastery of others: one pass.

When a learner answers on a skill for the first time, it is known of some other skills whether they
were mastered by then, or tried and not mastered. The share of right answers among the first few on
the new skill is counted for each such pair, apart by how able the learner is at everything else, so
that able learners, who master a and b alike, do not look as if b were built on a.

In the end it is counted, too, how many learners know one of two skills and not the other.

Memory is bounded: beyond `MOST_SKILLS` skills the rarest are not paired, beyond `most_learners`
learners half of them, drawn by hash, are left out, and then half of those.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import log

import numpy as np

from offline.answers import Numbers
from schemas.codec import hash64

MOST_SKILLS = 300
MOST_LEARNERS = 50_000
FIRST = 4
"""Answers of an encounter."""

_FEWEST_ANSWERS = 2
"""Of a skill, before it is said to be mastered, or not."""
_MASTERED, _NOT_MASTERED = 0.6, 0.5
_LATELY = 6.0
_ABLE = (-1.5, -0.75, -0.25, 0.25, 0.75, 1.5)
_UNKNOWN = len(_ABLE) + 1
STRATA = _UNKNOWN + 1
_FEWEST_ELSEWHERE = 3
_FEWEST_IN_THE_END = 4
_WHOLE = 1 << 64

WITHOUT, WITH = 0, 1
Pair = tuple[str, str]
"""(before, after)"""


@dataclass(slots=True)
class _Tally:
    answers: float = 0.0
    right: float = 0.0
    lately: float = 0.0
    """Mean outcome, of about the newest `_LATELY`."""

    def add(self, outcome: float) -> None:
        self.answers += 1.0
        self.right += outcome
        self.lately += (outcome - self.lately) / min(self.answers, _LATELY)

    @property
    def share(self) -> float:
        """Of right answers, shrunk towards one half."""
        return (self.right + 1.0) / (self.answers + 2.0)


@dataclass(slots=True)
class _Encounter:
    """The first answers on a skill, and what was known when it began."""

    known: list[tuple[str, int, int]]
    """(other skill, `WITHOUT` or `WITH`, stratum)"""
    tally: _Tally = field(default_factory=_Tally)


@dataclass(slots=True)
class _Learner:
    whole: _Tally = field(default_factory=_Tally)
    skills: dict[str, _Tally] = field(default_factory=dict)
    begun: dict[str, _Encounter] = field(default_factory=dict)


class Encounters:
    """Counts of encounters, as answers come in.

    Args:
        most_learners: whose answers are remembered at the same time.
    """

    def __init__(self, most_learners: int = MOST_LEARNERS) -> None:
        self._most = most_learners
        self._halvings = 0
        self._learners: dict[str, _Learner] = {}
        self._skills: dict[str, None] = {}
        self._counts: dict[Pair, Numbers] = defaultdict(lambda: np.zeros((STRATA, 2, 3)))

    @property
    def share(self) -> float:
        """Share of the learners who are counted."""
        return 0.5**self._halvings

    def answer(self, learner: str, skills: Sequence[str], outcome: float) -> None:
        """An answer on some skills; outcome in [0, 1]."""
        known = self._of(learner)
        if known is None:
            return
        for skill in skills:
            if skill not in known.skills:
                self._begin(known, skill)
            begun = known.begun.get(skill)
            if begun is not None:
                begun.tally.add(outcome)
                if begun.tally.answers >= FIRST:
                    self._end(skill, known.begun.pop(skill))
        for skill in skills:
            known.skills.setdefault(skill, _Tally()).add(outcome)
        known.whole.add(outcome)

    def _of(self, learner: str) -> _Learner | None:
        known = self._learners.get(learner)
        if known is None and self._keeps(learner):
            known = self._learners[learner] = _Learner()
            while len(self._learners) > self._most:
                self._halve()
        return known

    def _keeps(self, learner: str) -> bool:
        return hash64(f"mined:{learner}") < _WHOLE >> self._halvings

    def _halve(self) -> None:
        self._halvings += 1
        for learner in [one for one in self._learners if not self._keeps(one)]:
            del self._learners[learner]

    def _begin(self, known: _Learner, skill: str) -> None:
        if skill not in self._skills:
            if len(self._skills) >= MOST_SKILLS:
                return
            self._skills[skill] = None
        known.begun[skill] = _Encounter([*_contrasts(known)])

    def _end(self, skill: str, encounter: _Encounter) -> None:
        """Count it: one unit of weight, however many answers it had."""
        right = encounter.tally.right / encounter.tally.answers
        for other, mastered, stratum in encounter.known:
            self._counts[other, skill][stratum, mastered] += (right, 1.0 - right, right * right)

    def counts(self) -> dict[Pair, Numbers]:
        """Of every pair, unfinished encounters too: (strata, without or with, sums).

        The sums are of the share of right answers, of that of wrong ones, of the former's square.
        """
        for known in self._learners.values():
            for skill, encounter in known.begun.items():
                if encounter.tally.answers >= _FEWEST_ANSWERS:
                    self._end(skill, encounter)
            known.begun.clear()
        return dict(sorted(self._counts.items()))

    def standings(self) -> dict[Pair, int]:
        """In how many learners the first of a pair is mastered and the second is not, in the end.

        Who has answered on both but rarely is not counted.
        """
        found: Counter[Pair] = Counter()
        for known in self._learners.values():
            tried = {
                skill: tally.lately
                for skill, tally in known.skills.items()
                if tally.answers >= _FEWEST_IN_THE_END and skill in self._skills
            }
            mastered = [skill for skill, lately in tried.items() if lately >= _MASTERED]
            others = [skill for skill, lately in tried.items() if lately < _NOT_MASTERED]
            found.update(product(mastered, others))
        return dict(sorted(found.items()))


def _contrasts(known: _Learner) -> Iterator[tuple[str, int, int]]:
    for other, tally in known.skills.items():
        if tally.answers >= _FEWEST_ANSWERS:
            share = tally.share
            if share >= _MASTERED:
                yield other, WITH, _stratum(known.whole, tally)
            elif share < _NOT_MASTERED:
                yield other, WITHOUT, _stratum(known.whole, tally)


def _stratum(whole: _Tally, apart: _Tally) -> int:
    """How able the learner is at all but one skill."""
    answers, right = whole.answers - apart.answers, whole.right - apart.right
    if answers < _FEWEST_ELSEWHERE:
        return _UNKNOWN
    odds = log((right + 1.0) / (answers - right + 1.0))
    return sum(odds > edge for edge in _ABLE)
