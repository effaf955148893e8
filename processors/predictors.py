"""What ranking needs of the models, and nothing more."""

from typing import Protocol

from online_models.sheet import Sheet
from online_models.weights import Floats


class Expectation(Protocol):
    """A model of one expected outcome."""

    def predict(self, sheet: Sheet) -> Floats:
        """The expected outcome of each row, shape (rows,)."""


class Following(Protocol):
    """What others did next."""

    def next_of(self, before: int) -> list[tuple[int, float]]:
        """(activity key, probability) after `before`, most probable first."""


class Crowd(Protocol):
    """What all learners together show about an activity."""

    def difficulty(self, item: int) -> float:
        """Expected share of failure in [0, 1]."""

    def minutes(self, item: int) -> float | None:
        """Typical duration; None where nobody's was seen."""


class Predictors(Protocol):
    """The models of one partition."""

    @property
    def version(self) -> str:
        """Written into each queue that they rank."""

    @property
    def put_aside(self) -> tuple[str, ...]:
        """Models in whose place their baseline predicts."""

    @property
    def success(self) -> Expectation:
        """Probability of success."""

    @property
    def engagement(self) -> Expectation:
        """Probability of finishing it once started."""

    @property
    def follows(self) -> Following:
        """What others did next."""

    @property
    def items(self) -> Crowd:
        """What is known of the activities."""
