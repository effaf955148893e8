"""What a learner did, in lists: what the plain features of the tests are made of."""

from collections.abc import Iterable
from math import exp, expm1, log, log1p
from typing import NamedTuple

from online_models.sheet import Group
from processors.features.decay import clock_sec
from processors.trace import Trace

_ALL = 2**64 - 1
DAY = 86_400.0


class Asked(NamedTuple):
    """An activity that models are asked about."""

    activity: int
    skills: tuple[int, ...]
    difficulty: float | None = None
    content: int = 0
    minutes: float | None = None


class Answered(NamedTuple):
    """An answer, and what the learner's own weights had learned from it: (mean, variance)."""

    trace: Trace
    weights: dict[tuple[Group, int], tuple[float, float]]

    @property
    def good(self) -> int:
        return int((self.trace.outcome or 0.0) >= 0.5)


class Life:
    """What a learner did, in the order of arrival."""

    def __init__(self) -> None:
        self.events: list[Trace] = []
        self.answers: list[Answered] = []

    # numbers

    def evidence(self, skill: int) -> list[Trace]:
        return [one for one in self.events if one.weight and skill in one.skills]

    def faded(self, skill: int, now: float, days: float) -> tuple[float, float]:
        """Successes and failures with a half-life of `days`."""
        found = self.evidence(skill)
        moment = max([now, *(clock_sec(one.at) for one in found)])
        kept = [one.weight * 2.0 ** (-(moment - one.at) / (days * DAY)) for one in found]
        good = sum(share * one.share for share, one in zip(kept, found, strict=True))
        return good, sum(kept) - good

    def ten_minutes(self, skill: int, now: float) -> tuple[float, float]:
        """Outcomes of answers and the rest to 1, fading from the latest evidence on."""
        good = bad = last = 0.0
        answers = [id(one.trace) for one in self.answers]
        for one in self.evidence(skill):
            if id(one) in answers and one.outcome is not None:
                left = exp(-max(one.at - last, 0.0) / 600.0)
                good = coded(good * left + one.outcome)
                bad = coded(bad * left + 1.0 - one.outcome)
            last = max(last, float(clock_sec(one.at)))
        left = exp(-max(now - last, 0.0) / 600.0)
        return good * left, bad * left

    def attempts(self, activity: int) -> list[Trace]:
        mine = [one for one in self.events if one.activity == activity and one.engaging]
        return [one for one in mine if one.outcome is not None]

    # the order of answers

    def on_set(self, asked: Asked) -> list[Answered]:
        return [one for one in self.answers if set_name(one.trace) == set_name(asked)]

    def on_item(self, activity: int) -> list[Answered]:
        return [one for one in self.answers if one.trace.activity == activity]

    def runs(self) -> list[list[Answered]]:
        """Answers in a row on one activity, the newest run last."""
        runs: list[list[Answered]] = []
        for one in self.answers:
            if not runs or runs[-1][0].trace.activity != one.trace.activity:
                runs.append([])
            runs[-1].append(one)
        return runs


def set_name(asked: Asked | Trace) -> int:
    if len(asked.skills) == 1:
        return asked.skills[0]
    if not asked.skills:
        return mixed(asked.activity, 1)
    return sum(mixed(skill, 2) for skill in asked.skills) & _ALL


def mixed(a: int, b: int) -> int:
    z = (a * 0x9E3779B97F4A7C15 + b) & _ALL
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _ALL
    return z ^ (z >> 31)


def coded(count: float) -> float:
    """A count as 16 bits keep it."""
    return expm1(round(log1p(count) * 5900.0) / 5900.0)


def lg(pair: tuple[float, float], a: float, b: float) -> float:
    return 0.5 * log((pair[0] + a) / (pair[1] + b))


def gap(seconds: float) -> float:
    return 0.1 * log1p(max(seconds, 0.0))


def form(answers: Iterable[Answered], over: float) -> tuple[float, float]:
    """Successes and failures, each answer fading as `over` more come."""
    good = bad = 0.0
    for one in answers:
        y, kept = one.trace.outcome or 0.0, 2.0 ** (-1.0 / over)
        good, bad = coded(good * kept + y), coded(bad * kept + 1.0 - y)
    return good, bad


def sign(answers: list[Answered], newest: int = 1) -> float:
    return 2.0 * answers[-newest].good - 1.0 if len(answers) >= newest else 0.0
