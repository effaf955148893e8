"""Deterministic draws: pseudo-randomness that is a function of who, when and a seed."""

from schemas.codec import hash64

_MASK = (1 << 64) - 1


class Draws:
    """SplitMix64 (Steele, Lea & Flood, OOPSLA 2014, "Fast splittable pseudorandom generators").

    Equal parts give equal draws on every machine; parts that differ anywhere give unrelated ones.
    """

    __slots__ = ("_state",)

    def __init__(self, *parts: str | int) -> None:
        self._state = hash64("\x1f".join(map(str, parts)))

    def bits(self) -> int:
        """64 uniform bits."""
        self._state = z = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return (self.bits() >> 11) * 2.0**-53

    def below(self, n: int) -> int:
        """A whole number in [0, n); the bias is below n / 2^64."""
        return self.bits() * n >> 64
