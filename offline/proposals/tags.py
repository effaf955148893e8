"""Which skill an activity without tags is about: from what learners do next to it.

People stay with a skill for a while. An activity that stands among those of one skill, much more
often than that skill is met anywhere, is likely about it. *Next to it*: the activities of one
learner just before and just after, within an hour.

The interval of the share is Wilson's (JASA 22, 1927), over turns.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

NEAR_SEC = 3600.0
MOST_PAIRS = 200_000
"""(activity, skill) that are counted; of more, those met once are forgotten."""
MOST_LEARNERS = 100_000
"""Whose newest activity is remembered; of more, the half that was seen longest ago is forgotten."""

_FEWEST = 10
"""Neighbours."""
_SHARE = 0.5
"""Of the neighbours, that surely are about the skill."""
_LIFT = 2.0
"""Times as often as anywhere, at least."""
_Z = 1.96


class Tag(NamedTuple):
    """`activity` is about `skill`, as far as the log says."""

    activity: str
    skill: str
    neighbours: int
    """Activities with skills that were met next to it."""
    of_skill: int
    """Those about the skill."""
    share: float
    low: float
    """Of `share`, 95 %."""
    high: float
    lift: float
    """How many times as often as anywhere."""


class _Newest(NamedTuple):
    at: float
    activity: str
    skills: tuple[str, ...]


class Neighbours:
    """Counts of what stands next to what, as events come in."""

    def __init__(self) -> None:
        self._newest: dict[str, _Newest] = {}
        self._next: Counter[tuple[str, str]] = Counter()
        self._anywhere: Counter[str] = Counter()
        self._untagged: dict[str, bool] = {}

    def visit(self, learner: str, activity: str, skills: Sequence[str], at: float) -> None:
        """A learner is at an activity; `at` in POSIX seconds."""
        before = self._newest.pop(learner, None)
        now = _Newest(at, activity, tuple(skills))
        self._newest[learner] = now
        if len(self._newest) > MOST_LEARNERS:
            for one in [*self._newest][: MOST_LEARNERS // 2]:
                del self._newest[one]
        if before is not None and before.activity == activity:
            return
        self._anywhere.update(now.skills)
        self._anywhere[""] += bool(now.skills)
        self._untagged[activity] = not skills
        if before is not None and abs(at - before.at) <= NEAR_SEC:
            self._beside(now, before)
            self._beside(before, now)

    def _beside(self, one: _Newest, other: _Newest) -> None:
        if not one.skills and other.skills:
            self._next.update((one.activity, skill) for skill in other.skills)
            self._next[one.activity, ""] += 1
            if len(self._next) > MOST_PAIRS:
                self._next = Counter({pair: n for pair, n in self._next.items() if n > 1})

    def tags(self) -> list[Tag]:
        """What is proposed, by activity; activities that have got skills meanwhile are left out."""
        by_activity: dict[str, dict[str, int]] = {}
        for (activity, skill), count in self._next.items():
            by_activity.setdefault(activity, {})[skill] = count
        return [
            tag
            for activity, counts in sorted(by_activity.items())
            if self._untagged.get(activity)
            for tag in self._proposed(activity, counts)
        ]

    def _proposed(self, activity: str, counts: Mapping[str, int]) -> Iterator[Tag]:
        total, anywhere = counts.get("", 0), max(self._anywhere[""], 1)
        if total < _FEWEST:
            return
        for skill, count in sorted(counts.items()):
            low, high = wilson(count, total)
            usual = self._anywhere[skill] / anywhere
            if skill and low > max(_SHARE, _LIFT * usual):
                share = count / total
                yield Tag(activity, skill, total, count, share, low, high, share / usual)


def wilson(count: int, total: int) -> tuple[float, float]:
    """95 % interval of a share."""
    share, square = count / total, _Z * _Z
    middle = (share + square / (2.0 * total)) / (1.0 + square / total)
    spread = share * (1.0 - share) / total + square / (4.0 * total * total)
    width = _Z / (1.0 + square / total) * sqrt(spread)
    return middle - width, middle + width
