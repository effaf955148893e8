"""Hygiene of a model's input: harmless values, and a bounded number of keys."""

from collections.abc import Container
from math import hypot, isfinite
from zlib import crc32

from online_models.contract import Features

LIMIT = 1e3
"""Largest magnitude of a feature; honest features are logarithms, shares and flags."""

BUCKETS = 1024
"""Shared keys for what comes after the last free place."""


def harmless(x: Features) -> Features:
    """`x` without what is not finite, the rest within +-`LIMIT`; `x` itself where nothing is to do.

    The Euclidean norm answers for all values in one call: NaN and infinity fail the comparison.
    """
    if hypot(*x.values()) <= LIMIT:
        return x
    return {key: max(-LIMIT, min(LIMIT, value)) for key, value in x.items() if isfinite(value)}


def folded(x: Features, known: Container[str], room: int) -> Features:
    """`x` with at most `room` new keys; later new keys share hashed buckets.

    Hashing trick: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML
    2009. Which keys get the room depends on nothing but the order of events.
    """
    unknown = [key for key in x if key not in known and x[key]]
    if len(unknown) <= room:
        return x
    out = dict(x)
    for key in unknown[room:]:
        value, name = out.pop(key), bucket(key)
        out[name] = out.get(name, 0.0) + value
    return out


def bucket(key: str) -> str:
    """The shared key that stands for `key`, the same on every machine."""
    return f"~{crc32(key.encode()) % BUCKETS:x}"
