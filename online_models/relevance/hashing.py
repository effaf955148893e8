"""Signs and draws that are a function of 64-bit keys: the same on every machine, stored nowhere."""

from typing import Any

import numpy as np

from online_models.compiled import compiled


@compiled
def mixed(key: Any) -> Any:
    """`key` with its bits mixed (SplitMix64: Steele, Lea, Flood, OOPSLA 2014, figure 17)."""
    bits = np.uint64(key) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@compiled
def sign(bits: Any, place: int) -> float:
    """1 or -1, as the bit at `place` in [0, 64) says."""
    return 1.0 if (bits >> np.uint64(place)) & np.uint64(1) else -1.0
