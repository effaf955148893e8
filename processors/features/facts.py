"""Facts: what models (compiled code) are told of an activity that a learner may do, or has done."""

from collections.abc import Iterable
from math import log, nan
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_SKILLS = 8
TYPICAL_MINUTES = 15.0
_SHORTEST = 0.01
_NO_SKILLS = (0,) * MAX_SKILLS

FACTS_TYPE = np.dtype(
    [
        ("activity", "u8"),
        ("skills", "u8", (MAX_SKILLS,)),
        ("n_skills", "i8"),
        ("content", "u8"),  # 0 where nobody said
        ("difficulty", "f8"),  # in [0, 1], NaN where nobody knows
        ("length", "f8"),  # ln(planned minutes / 15) / 2, 0 where nobody knows
        ("affinity", "f8"),  # ln(8 affinity) / 2: the learner's, filled in last
    ]
)
SKILLS_END = 8 * (1 + MAX_SKILLS + 1)
"""Bytes of a row up to the number of skills, which say what it is about."""

_ROW = Struct(f"={1 + MAX_SKILLS}QqQ3d")
"""`FACTS_TYPE` for packing, which takes a quarter of the time of writing its fields."""

Facts = npt.NDArray[Any]
"""Array of `FACTS_TYPE`, shape (activities,)."""


def packed_facts(
    activity: int,
    skills: tuple[int, ...],
    difficulty: float | None,
    content: int,
    minutes: float | None,
) -> bytes:
    """One row; ids are hashes. Of more than `MAX_SKILLS` skills the first ones count."""
    return _ROW.pack(
        activity,
        *(*skills, *_NO_SKILLS)[:MAX_SKILLS],
        min(len(skills), MAX_SKILLS),
        content,
        nan if difficulty is None else difficulty,
        0.5 * log(max(minutes, _SHORTEST) / TYPICAL_MINUTES) if minutes else 0.0,
        0.0,
    )


def facts_of(
    activity: int,
    skills: tuple[int, ...],
    difficulty: float | None,
    content: int,
    minutes: float | None,
) -> Facts:
    """`packed_facts` as an array of one row."""
    return stacked([packed_facts(activity, skills, difficulty, content, minutes)])


def stacked(rows: Iterable[bytes]) -> Facts:
    """Facts of activities from what `packed_facts` gave of each."""
    return np.frombuffer(bytearray(b"".join(rows)), FACTS_TYPE)
