"""Exponential decay as a linear sum, exact in any order of arrival.

`S(t) = sum_i w_i 2^(-(t - t_i) / h)` (exponential smoothing in continuous time; Cormode et al.,
"Forward decay", ICDE 2009, section 2) is kept as a value and the moment `as_of` that it holds for.
A later event fades the value to its own time; an earlier one fades itself to `as_of`; taking an
event back subtracts what it would add. So the sum does not depend on the order of its parts.

`as_of` is a whole second between 1970 and 2106 (`clock_sec`), which takes 4 bytes. Events from
before 1970 keep their true age, so they weigh next to nothing; later ones count as of 2106.
"""

from math import exp2

DAY_SEC = 86_400.0
LATEST_SEC = 2**32 - 1
"""Last second that fits 32 bits, in February 2106."""


def clock_sec(at: float) -> int:
    """`at` as a whole second that fits 32 bits: rounded down, kept within 1970 and 2106."""
    if 0.0 <= at < LATEST_SEC:
        return int(at)
    return 0 if at < 0.0 else LATEST_SEC


def shift(as_of: int, at: float) -> tuple[int, int, float]:
    """How the moment of a sum moves when an event of `at` is counted.

    Returns:
        The new moment; by how many seconds the old one is before it (0 for a late event); by how
        many seconds the event is before it (above -1, since moments are rounded down).
    """
    moment = clock_sec(at)
    if moment < as_of:
        return as_of, 0, as_of - at
    return moment, moment - as_of, moment - min(at, LATEST_SEC)


def fade(elapsed_sec: float, half_life_sec: float) -> float:
    """Share of a weight that is left after `elapsed_sec` (above -1): `2^(-elapsed / h)`."""
    return exp2(-elapsed_sec / half_life_sec)


def left(as_of: int, at: float, half_life_sec: float) -> float:
    """Share of a sum of `as_of` that is left at `at`; all of it for a reader before `as_of`."""
    return exp2((as_of - at) / half_life_sec) if at > as_of else 1.0
