"""A prediction and what came out."""

from math import nan
from typing import NamedTuple


class Observation(NamedTuple):
    """What a model and its baseline expected before they learned what was observed."""

    model: str
    """Name of the model."""
    predicted: float
    baseline: float
    """What the model's baseline predicted."""
    observed: float
    """In the unit of the predictions: an outcome in [0, 1], log minutes, a difference."""
    level: float = nan
    """P(Y <= observed) as predicted; NaN where the model predicts no distribution."""
