"""A pointer to the version of a model that is live: value of the topic `models`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Which version of a model is live; `json/model_pointer.schema.json` says it to others."""

    model: str
    version: str
    base: int
    created_at: float
    trained_up_to: Mapping[str, int]
    place: str
    seal: str
    metrics: Mapping[str, Any] = field(default_factory=dict)
