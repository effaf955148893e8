"""How long will this learner work on this activity?"""

from math import exp, log
from typing import ClassVar

from online_models.contract import Features
from online_models.linear import QuantityModel

SHORTEST_SEC = 1.0
LONGEST_SEC = 86_400.0
"""What is longer is a window left open."""


def log_minutes(seconds: float) -> float:
    """Natural logarithm of minutes, of what `SHORTEST_SEC` and `LONGEST_SEC` leave of `seconds`."""
    return log(max(SHORTEST_SEC, min(LONGEST_SEC, seconds)) / 60.0)


LEAST = log_minutes(SHORTEST_SEC)
MOST = log_minutes(LONGEST_SEC)


class DurationModel(QuantityModel):
    """Expected `log_minutes`, in [`LEAST`, `MOST`]; y is `log_minutes` of what was observed.

    Durations are roughly log-normal: a mean of logarithms is the median in minutes.
    """

    name: ClassVar[str] = "duration"
    noise: ClassVar[float] = 0.5
    least: ClassVar[float] = LEAST
    most: ClassVar[float] = MOST

    def minutes(self, x: Features) -> float:
        """Typical duration in minutes."""
        return exp(self.predict_one(x))
