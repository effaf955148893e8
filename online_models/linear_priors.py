"""How far weights may go, and how fast what they stand for changes, by group."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from online_models.linear_weights import Floats
from online_models.sheet import Group

PRIOR: Mapping[Group, float] = MappingProxyType(
    {
        Group.DENSE: 0.03,
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
"""Variance of an untouched weight. Chosen once, by prequential log-loss, for all data alike."""

DRIFT: Mapping[Group, float] = MappingProxyType(
    {
        Group.DENSE: 1e-8,
        Group.OWN_ABILITY: 3e-4,
        Group.OWN_SKILL: 5e-4,
        Group.OWN_ITEM: 3e-3,
        Group.OWN_REPEAT: 5e-4,
    }
)
"""What a variance grows by at each use: learners change; what all share does not, or slowly."""


def by_group(values: Mapping[Group, float]) -> Floats:
    """One number a group; 0 where `values` has none."""
    return np.array([values.get(group, 0.0) for group in Group])


PRIORS, DRIFTS = by_group(PRIOR), by_group(DRIFT)
DENSE_VARIANCE = PRIOR[Group.DENSE]
