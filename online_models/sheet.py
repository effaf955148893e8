"""Sheet: what the models read of learners and activities, as arrays that compiled code can walk.

One row is one (learner, activity, moment). Its *dense* part has a place for each named quantity;
its *entries* are sparse: a key, a value and the group that they belong to. An entry with key 0 is
the learner's own weight: it travels in the row (`mean`, `var`) and belongs to the learner's state,
not to the model. What is not known is 0, which a linear model reads as absent.
"""

from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from online_models.contract import Features

ENTRIES = 48
"""Sparse entries that a row has room for."""

Sheet = npt.NDArray[Any]
"""Array of `ROW`, shape (rows,)."""


class Group(IntEnum):
    """Whom an entry belongs to: its prior, and its input of the stacker. The lowest byte of a key.

    Comments name what the key is made of. Values are stored: append, never renumber.
    """

    DENSE = 0  # all quantities with a name
    SKILL = 1  # skill, value 1 / m of m skills
    ITEM = 2  # activity
    ITEM_FORM = 3  # activity, value: the learner's recent log odds
    ITEM_FORM_HERE = 4  # activity, value: the same on this set of skills
    AFTER_SKILLS = 5  # previous set of skills and outcome, this set of skills
    AFTER_ITEM = 6  # previous activity and outcome, this activity
    ITEM_TRIES = 7  # activity, tries up to 3, last 3 outcomes on it
    SKILLS_TRIES = 8  # set of skills, tries up to 3, last 3 outcomes on it
    ITEM_RUN = 9  # activity, length of the run on it, last outcome
    LAST_OUTCOMES = 10  # last 6 outcomes
    REHEARSAL = 11  # times seen, gap since, last outcome on the activity
    SKILLS_GAP = 12  # set of skills, gap since the last answer
    RUN = 13  # run, last outcome, previous run and its end
    SKILLS_PAIR = 14  # past set of skills and outcome, this set of skills
    CONTENT = 15  # kind of content
    OTHER = 16  # named features that have no place of their own
    OWN_ABILITY = 17  # the learner
    OWN_SKILL = 18  # the learner at a skill
    OWN_ITEM = 19  # the learner at an activity
    OWN_REPEAT = 20  # the learner repeating


N_GROUPS = len(Group)

DENSE = (
    "bias",
    "successes",
    "failures",
    "item_successes",
    "item_failures",
    "successes_10m",
    "successes_14d",
    "successes_90d",
    "failures_10m",
    "failures_14d",
    "failures_90d",
    "new",
    "gap",
    "away",
    "form_4",
    "form_16",
    "form_64",
    "odds",
    "same_1",
    "same_2",
    "same_3",
    "item_gap",
    "item_last",
    "item_last_gap",
    "item_seen",
    "again_sign",
    "again",
    "stay_sign",
    "stay",
    "same_1_gap",
    "odds_n",
    "ability_n",
    "away_2",
    "gap_2",
    "run",
    "run_before",
    "difficulty",
    "stretch",
    "affinity",
    "length",
    "engagement",
    "pace",
)
"""Names of the quantities, in the order of `dense`; `processors/features/` defines them."""

PLACE = {name: place for place, name in enumerate(DENSE)}

ROW = np.dtype(
    [
        ("dense", "f8", (len(DENSE),)),
        ("key", "u8", (ENTRIES,)),
        ("x", "f8", (ENTRIES,)),
        ("mean", "f8", (ENTRIES,)),
        ("var", "f8", (ENTRIES,)),
        ("group", "u1", (ENTRIES,)),
        ("size", "i8"),
    ],
    align=True,
)


def blank(rows: int) -> Sheet:
    """`rows` rows of which nothing is known."""
    return np.zeros(rows, ROW)


def sheet_of(x: Features) -> Sheet:
    """One row of named features: "gap" is a quantity, "item:42" an entry of group `ITEM`.

    Any other name is an entry of group `OTHER`. At most `ENTRIES` entries count, the first ones.
    """
    sheet = blank(1)
    row, size = sheet[0], 0
    for name, value in x.items():
        place = PLACE.get(name)
        if place is not None:
            row["dense"][place] = value
        elif size < ENTRIES:
            row["key"][size], row["group"][size] = _named(name)
            row["x"][size] = value
            size += 1
    row["size"] = size
    return sheet


_GROUPS = {group.name.lower(): group for group in Group}
_LOW_BYTE = 0xFF


@lru_cache(maxsize=1 << 16)
def _named(name: str) -> tuple[int, int]:
    """Key and group of a named feature."""
    group = _GROUPS.get(name.partition(":")[0], Group.OTHER) or Group.OTHER
    digest = int.from_bytes(blake2b(name.encode(), digest_size=8).digest())
    return digest & ~_LOW_BYTE | group, group
