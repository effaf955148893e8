"""Contents: how much of each kind of content a learner used, fading with 30 days.

All sums hold for the moment of the learner's totals.
"""

from struct import Struct
from typing import TypeAlias

from processors.features.decay import DAY_SEC, fade

ROW = Struct(">Qd")
LIMIT = 8
HALF_LIFE_SEC = 30 * DAY_SEC
_NIL = 1e-9

Contents: TypeAlias = "dict[int, float]"
"""Engaging events by the hash of their kind of content."""


def wait(contents: Contents, idle_sec: int) -> None:
    """Let all sums fade for `idle_sec`."""
    kept = fade(idle_sec, HALF_LIFE_SEC)
    for content, value in contents.items():
        contents[content] = value * kept


def add(contents: Contents, content: int, age_sec: float) -> None:
    """Count one event that is `age_sec` old; the smallest of nine sums leaves, ties by key."""
    contents[content] = contents.get(content, 0.0) + fade(age_sec, HALF_LIFE_SEC)
    if len(contents) > LIMIT:
        del contents[min(contents, key=lambda key: (contents[key], key))]


def take(contents: Contents, content: int, age_sec: float) -> None:
    """Count one event less; what is left of a sum by rounding alone leaves."""
    value = contents.pop(content, 0.0) - fade(age_sec, HALF_LIFE_SEC)
    if value > _NIL:
        contents[content] = value


def encode(contents: Contents) -> bytes:
    """16 bytes for each."""
    return b"".join([ROW.pack(content, value) for content, value in contents.items()])


def decode(packed: bytes) -> Contents:
    """The inverse of `encode`."""
    return dict(ROW.iter_unpack(packed))
