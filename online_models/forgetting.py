"""The forgetting curve: log odds of recall that fall along straight lines in the log of time.

With `u = ln(1 + seconds since the last practice)` and knots `u_j` (`KNOTS_SEC`), a memory of level
`a` and slopes `b_j >= 0` has `logit recall = a - sum_j b_j min(max(u - u_j, 0), u_j+1 - u_j)`.

Log odds that are linear in log time are a power law of the odds, the form of Wickelgren ("Single-
trace fragility theory", Memory & Cognition 2, 1974) and of ACT-R's declarative memory (Anderson,
Schooler, "Reflections of the environment in memory", Psychological Science 2, 1991). One slope for
all times is wrong where seconds and weeks occur together; a slope for each stretch of time is
learned instead. Whatever was learned, waiting never helps, and the time until any level can be
written down.
"""

import numpy as np
import numpy.typing as npt

from online_models.compiled import compiled

Floats = npt.NDArray[np.float64]

KNOTS_SEC = (0.0, 15.0, 60.0, 300.0, 3600.0, 86_400.0, 604_800.0, 5_184_000.0)
"""Where a stretch begins: at once, 15 s, 1 min, 5 min, 1 h, 1 day, 7 and 60 days later."""

STRETCHES = len(KNOTS_SEC)
MOST_SEC = 3.2e9
"""A century: no time until a level is longer."""

_KNOTS = np.append(np.log1p(KNOTS_SEC), np.inf)


@compiled
def stretches(seconds: float, out: Floats) -> None:
    """How far each stretch was walked in log time after `seconds`, which may be below 0."""
    u = np.log1p(max(0.0, seconds))
    for j in range(STRETCHES):
        out[j] = max(0.0, min(u, _KNOTS[j + 1]) - _KNOTS[j])


@compiled
def fallen(seconds: float, slopes: Floats) -> float:
    """By how much the log odds have fallen after `seconds`; negative slopes count as 0."""
    u = np.log1p(max(0.0, seconds))
    total = 0.0
    for j in range(STRETCHES):
        if u > _KNOTS[j] and slopes[j] > 0.0:
            total += slopes[j] * (min(u, _KNOTS[j + 1]) - _KNOTS[j])
    return total


@compiled
def seconds_until(fall: float, slopes: Floats) -> float:
    """Seconds until the log odds have fallen by `fall`; the inverse of `fallen`.

    0 where `fall` is not above 0; at most `MOST_SEC`.
    """
    left = fall
    if left <= 0.0:
        return 0.0
    for j in range(STRETCHES):
        if slopes[j] > 0.0:
            u = _KNOTS[j] + left / slopes[j]
            if u <= _KNOTS[j + 1]:
                return float(min(np.expm1(min(u, 100.0)), MOST_SEC))
            left -= slopes[j] * (_KNOTS[j + 1] - _KNOTS[j])
    return MOST_SEC
