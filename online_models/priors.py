"""What weights start from, how fast what they stand for changes, and which groups have which.

Chosen once, by prequential log-loss of learners that no published figure is about, for all data
alike. Part of compiled code.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from online_models.sheet import Group
from online_models.weights import Floats

DENSE_VARIANCE = 0.1

VARIANCE: Mapping[Group, float] = MappingProxyType(
    {
        Group.SKILL: 0.3,
        Group.ITEM: 0.8,
        Group.ITEM_FORM: 0.1,
        Group.ITEM_FORM_HERE: 0.1,
        Group.AFTER_SKILLS: 0.06,
        Group.AFTER_ITEM: 0.1,
        Group.ITEM_TRIES: 0.1,
        Group.SKILLS_TRIES: 0.03,
        Group.ITEM_RUN: 0.15,
        Group.LAST_OUTCOMES: 0.02,
        Group.REHEARSAL: 0.05,
        Group.SKILLS_GAP: 0.03,
        Group.RUN: 0.02,
        Group.SKILLS_PAIR: 0.012,
        Group.CONTENT: 0.1,
        Group.OTHER: 0.03,
        Group.OWN_ABILITY: 0.3,
        Group.OWN_SKILL: 0.15,
        Group.OWN_ITEM: 0.2,
        Group.OWN_REPEAT: 0.05,
    }
)
"""Variance of a weight of the base model before anything is learned; other groups have none."""

DRIFT: Mapping[Group, float] = MappingProxyType(
    {
        Group.DENSE: 1e-10,
        Group.OWN_ABILITY: 3e-4,
        Group.OWN_SKILL: 5e-4,
        Group.OWN_ITEM: 3e-3,
        Group.OWN_REPEAT: 5e-4,
    }
)
"""What a variance grows by at each use: learners change; what all share does not, or slowly."""

UNCOUNTED = frozenset({Group.DENSE, Group.ITEM_FORM, Group.ITEM_FORM_HERE, Group.OTHER})
"""Groups without counters, beside the learner's own: their values are no plain 1."""

COUNTER_VARIANCE = 1.5
PAIR_SHARE = 0.3
"""What a pair of skills counts in the stacker, of up to eight at a time."""

_OWN = frozenset({Group.OWN_ABILITY, Group.OWN_SKILL, Group.OWN_ITEM, Group.OWN_REPEAT})
MAIN = tuple(group for group in Group if group in VARIANCE or group is Group.DENSE)
"""Groups with weights of the base model."""
COUNTED = tuple(group for group in Group if group not in UNCOUNTED | _OWN)
"""Groups with counters."""


def by_group(values: Mapping[Group, float], default: float = 0.0) -> Floats:
    """One number a group."""
    return np.array([values.get(group, default) for group in Group])


DRIFTS = by_group(DRIFT)
VARIANCES = by_group(VARIANCE)

STARTS = np.zeros((len(Group), 6))
"""Mean and variance of the weight and of both counters of an untouched row, by group."""
STARTS[:, 1] = by_group(VARIANCE, 1.0)
STARTS[:, 3] = STARTS[:, 5] = COUNTER_VARIANCE

INPUTS = (
    "constant",
    *(group.name.lower() for group in MAIN),
    *(f"{group.name.lower()}:alone" for group in COUNTED),
    *(f"{group.name.lower()}:beyond" for group in COUNTED),
)
"""Names of the stacker's inputs."""

_FIRST_ALONE = 1 + len(MAIN)
MAIN_PLACES = np.array([MAIN.index(g) + 1 if g in MAIN else -1 for g in Group])
"""Input of the sum of a group's weights; -1 where it has none."""
ALONE_PLACES = np.array([_FIRST_ALONE + COUNTED.index(g) if g in COUNTED else -1 for g in Group])
"""Input of a group's counters; -1 where it has none."""
BEYOND_PLACES = np.where(ALONE_PLACES >= 0, ALONE_PLACES + len(COUNTED), -1)

_BELIEVED, _DOUBTED = 1 + len(MAIN), 2 * len(COUNTED)
STACK_START = np.array(
    [
        [0.0] + [1.0] * len(MAIN) + [0.0] * _DOUBTED,
        [0.1] * _BELIEVED + [0.007] * _DOUBTED,
    ]
)
"""Mean and variance of the stacker's weights before anything is learned, shape (2, inputs)."""
