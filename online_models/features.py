"""Hygiene of a model's input: harmless values."""

from math import hypot, isfinite

from online_models.contract import Features

LIMIT = 1e3
"""Largest magnitude of a feature; honest features are logarithms, shares and flags."""


def harmless(x: Features) -> Features:
    """`x` without what is not finite, the rest within +-`LIMIT`; `x` itself where nothing is to do.

    The Euclidean norm answers for all values in one call: NaN and infinity fail the comparison.
    """
    if hypot(*x.values()) <= LIMIT:
        return x
    return {key: max(-LIMIT, min(LIMIT, value)) for key, value in x.items() if isfinite(value)}
