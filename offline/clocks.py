"""When was it? Files tell time in four ways, and this finds out which.

| clock    | is what the last column holds where                                                  |
|----------|--------------------------------------------------------------------------------------|
| position | all are whole numbers, each learner begins at 0 or 1 and goes up with every answer,  |
|          | by at most 2 on average: the place of the answer among those of the learner          |
| days     | all are whole numbers below 100,000, and either all are 3,650 and more (days since   |
|          | 1970, from 1980 on), or two and more answers fall on a day on average (days since    |
|          | the first)                                                                           |
| seconds  | everything else: POSIX seconds where the largest is above 100,000,000, else seconds  |
|          | since the first event                                                                |

Only the numbers decide, never the name of a file. What does not start in 1970 starts with 2020.
"""

from dataclasses import dataclass

import numpy as np

from offline.answers import Answers, Numbers

POSITION_SEC = 60.0
"""A position says nothing of time: answers are taken to be a minute apart."""

_DAY_SEC = 86_400.0
_START = 1_577_836_800.0
_MOST_DAYS, _LEAST_POSIX_DAYS, _LEAST_POSIX_SEC = 100_000.0, 3_650.0, 1e8
_MOST_STEP = 2.0
_LEAST_ANSWERS_A_DAY = 2.0

NAMES = ("seconds", "days", "position")


@dataclass(frozen=True, slots=True)
class Clock:
    """How to read the clock of a file."""

    name: str
    meaning: str
    tick_sec: float
    start: float
    """POSIX seconds of tick 0."""

    def seconds(self, ticks: Numbers) -> Numbers:
        """POSIX seconds of `ticks`, to the microsecond, which is as exact as statements are."""
        exact: Numbers = np.round((self.start + ticks * self.tick_sec) * 1e6) / 1e6
        return exact


def clock_of(answers: Answers, name: str = "auto") -> Clock:
    """The clock called `name`; with "auto" the one that the numbers look like."""
    found = _detected(answers) if name == "auto" else name
    if found == "position":
        return Clock(found, f"position, read as {POSITION_SEC:g} s an answer", POSITION_SEC, _START)
    unit, tick_sec, least = ("days", _DAY_SEC, _LEAST_POSIX_DAYS)
    if found == "seconds":
        unit, tick_sec, least = ("seconds", 1.0, _LEAST_POSIX_SEC)
    if answers.ticks.max() >= least:
        return Clock(found, f"{unit} since 1970", tick_sec, 0.0)
    return Clock(found, f"{unit} since the first event", tick_sec, _START)


def _detected(answers: Answers) -> str:
    ticks = answers.ticks
    if np.any(ticks != np.floor(ticks)):
        return "seconds"
    if _counts_up(answers):
        return "position"
    if ticks.max() < _MOST_DAYS and (
        ticks.min() >= _LEAST_POSIX_DAYS
        or len(ticks) >= _LEAST_ANSWERS_A_DAY * len(np.unique(ticks))
    ):
        return "days"
    return "seconds"


def _counts_up(answers: Answers) -> bool:
    """Does every learner begin at 0 or 1 and go up with every answer, hardly leaving one out?"""
    by_user = np.argsort(answers.user, kind="stable")
    user, ticks = answers.user[by_user], answers.ticks[by_user]
    goes_on = user[1:] == user[:-1]
    steps = np.diff(ticks)[goes_on]
    firsts = ticks[np.concatenate(([True], ~goes_on))]
    if firsts.max() > 1.0:
        return False
    return not len(steps) or bool(steps.min() >= 1.0 and steps.mean() <= _MOST_STEP)
