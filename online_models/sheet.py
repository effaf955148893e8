"""Sheet: what the models read of learners and activities, as arrays that compiled code can walk.

One row is one (learner, activity, moment). Its *dense* part has a place for each named quantity;
its *entries* are sparse: a key, a value and the group that they belong to. The first entries are
the learner's own weights at succeeding: they travel in the row (`mean`, `var`; their key is 0) and
belong to the learner's state, not to a model. What is not known is 0, which a linear model reads
as absent.
"""

from enum import IntEnum, unique
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

ENTRIES = 56
"""Sparse entries that a row has room for."""

Features = dict[str, float]
"""Named features, for people and for River: name -> value. A missing one counts as 0."""

Sheet = npt.NDArray[Any]
"""Array of `ROW`, shape (rows,)."""


@unique
class Group(IntEnum):
    """Whom an entry belongs to: its prior, and its input of the stacker. The lowest byte of a key.

    Comments name what the key is made of. Values are stored: append, never renumber.
    """

    DENSE = 0  # all quantities with a name
    SKILL = 1  # skill, value 1 / m of m skills; the first 4
    ITEM = 2  # activity
    ITEM_FORM = 3  # activity, value: form_16
    ITEM_FORM_HERE = 4  # activity, value: the same on its set of skills, halved by each 8 answers
    AFTER_SKILLS = 5  # previous set of skills and outcome, this set of skills
    AFTER_ITEM = 6  # previous activity and outcome, this activity
    ITEM_TRIES = 7  # activity, tries up to 3, last 3 outcomes on it
    SKILLS_TRIES = 8  # set of skills, tries up to 3, last 3 outcomes on it; where it was tried
    ITEM_RUN = 9  # activity, length of the run on it up to 11, last outcome; where there is one
    LAST_OUTCOMES = 10  # answers up to 6, last 6 outcomes
    REHEARSAL = 11  # tries at the activity, gap since, last outcome on it
    SKILLS_GAP = 12  # set of skills, gap since the last answer
    RUN = 13  # length of the run, last outcome, length of the run before and its end
    SKILLS_PAIR = 14  # each of the last 8 sets and outcome, this set; value .9^k, k newer
    CONTENT = 15  # kind of content
    OTHER = 16  # named features that have no place of their own
    OWN_ABILITY = 17  # the learner
    OWN_SKILL = 18  # the learner at a skill, value 1 / m of m skills; the first 4
    OWN_ITEM = 19  # the learner at an activity
    OWN_REPEAT = 20  # the learner on the same skills again, trying again, and trying once more
    SKILLS_HISTORY = 21  # set of skills, tries up to 5, last 5 outcomes on it; where it was tried
    SKILLS_FORM = 22  # set of skills, form on it as in item_form_here, in steps of 1/4
    AFTER_TWO = 23  # last two sets of skills and their outcomes, this set of skills
    SKILLS_LAST_OUTCOMES = 24  # set of skills, last 3 outcomes on anything
    ITEM_PRACTICE = 25  # activity, evidence for its skill or answers on its set, in powers of 2
    SKILLS_BOTH = 26  # set of skills, last 2 outcomes on it, last 2 outcomes on anything
    ITEM_GAP = 27  # activity, gap since the last try, last outcome on it


N_GROUPS = len(Group)


@unique
class Dense(IntEnum):
    """The quantities, in the order of `dense`. Append, never renumber.

    S, F: successes and failures, weighted as evidence; `lg(a, b)` is `ln((S + a) / (F + b)) / 2`;
    a gap is `ln(1 + seconds) / 10`; a sign is 1 for an outcome of 1/2 and more, else -1; 0 where
    there is none. "Last", "newest" and "before" are in the order of arrival.
    """

    BIAS = 0  # 1
    SUCCESSES = 1  # mean over its skills of ln(1 + S) / 2, S of all evidence
    FAILURES = 2  # the same with F
    ITEM_SUCCESSES = 3  # ln(1 + sum of outcomes) of the learner's tries at the activity
    ITEM_FAILURES = 4  # ln(1 + tries - sum of outcomes)
    SUCCESSES_10M = 5  # ln(1 + outcomes of answers on its skills), e-fold each 10 minutes
    SUCCESSES_14D = 6  # ln(1 + S summed over its skills), half-life 14 days
    SUCCESSES_90D = 7  # half-life 90 days
    FAILURES_10M = 8  # the same of what they lack to 1, and with F
    FAILURES_14D = 9
    FAILURES_90D = 10
    NEW = 11  # share of skills without evidence
    GAP = 12  # gap since the latest practice of its skills
    AWAY = 13  # gap since the last answer
    FORM_4 = 14  # lg(.7, .3) of outcomes, not weighted, halved by each 4 answers more
    FORM_16 = 15  # 16
    FORM_64 = 16  # 64
    ODDS = 17  # lg(1.4, .6) of all evidence for its skills, summed
    SAME_1 = 18  # sign of the newest outcome on exactly its skills
    SAME_2 = 19  # of the one before
    SAME_3 = 20
    ITEM_GAP = 21  # gap since the last try at the activity
    ITEM_LAST = 22  # sign of the last answer on it
    ITEM_LAST_GAP = 23  # their product
    ITEM_SEEN = 24  # 1 where it was tried
    AGAIN_SIGN = 25  # sign of the last answer, where it was on this activity
    AGAIN = 26  # 1 there
    STAY_SIGN = 27  # the same where it was on another activity of the same skills
    STAY = 28  # 1 there
    SAME_1_GAP = 29  # same_1 times gap
    ODDS_N = 30  # odds times ln(1 + attempts) / 3, attempts summed over its skills
    ABILITY_N = 31  # lg(1.4, .6) of all evidence, times ln(1 + answers) / 4
    AWAY_2 = 32  # away squared
    GAP_2 = 33  # gap squared
    RUN = 34  # .7 ln(1 + answers in a row on the activity)
    RUN_BEFORE = 35  # sign of the last answer on another activity, before the run on this one
    DIFFICULTY = 36  # 4 (difficulty - 1/2) as the catalogue has it
    STRETCH = 37  # difficulty times odds
    AFFINITY = 38  # ln(8 affinity) / 2
    LENGTH = 39  # ln(planned minutes / 15) / 2
    ENGAGEMENT = 40  # ln(1 + engagement) / 2
    PACE = 41  # ln(pace)


DENSE = tuple(place.name.lower() for place in Dense)
"""Names of the quantities."""

_PLACES = {name: place for place, name in enumerate(DENSE)}

ROW = np.dtype(
    [
        ("activity", "u8"),  # which it is, 0 where that is not known
        ("dense", "f8", (len(DENSE),)),  # in the order of `Dense`
        ("key", "u8", (ENTRIES,)),
        ("x", "f8", (ENTRIES,)),
        ("mean", "f8", (ENTRIES,)),
        ("var", "f8", (ENTRIES,)),
        ("group", "u1", (ENTRIES,)),
        ("size", "i8"),  # how many entries
        ("own", "i8"),  # how many of them, the first ones, are the learner's own
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
        place = _PLACES.get(name)
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
