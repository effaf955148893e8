"""Token buckets: so many requests a second on average, so many at once."""

from collections import OrderedDict
from typing import NamedTuple


class Rate(NamedTuple):
    """How much is allowed."""

    per_sec: float
    burst: int


class Limiter:
    """Token buckets by name, the least recently used forgotten beyond `most`.

    A bucket starts full, and is filled at its rate up to its burst.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """(tokens, as of)"""

    def wait_for(self, name: str, rate: Rate, now: float) -> float:
        """Take a token: 0 if there is one, else seconds until there will be (none is taken).

        Args:
            name: of the bucket.
            rate: of the bucket, the same each time.
            now: seconds of a clock that never goes back.
        """
        tokens, at = self._buckets.pop(name, (float(rate.burst), now))
        tokens = min(float(rate.burst), tokens + (now - at) * rate.per_sec)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / rate.per_sec
        self._buckets[name] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return wait
