"""What ranking needs of the models, and nothing more."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from online_models.forecast import Forecast
from online_models.moment import Because, Description, Moment
from online_models.retention import Curves
from online_models.sheet import Sheet
from online_models.things import Thing
from online_models.weights import Floats, Keys


class Expectation(Protocol):
    """A model of one expected outcome."""

    def predict(self, sheet: Sheet) -> Floats:
        """The expected outcome of each row, shape (rows,)."""


class Engaging(Protocol):
    """Will something offered be started and finished?"""

    def chance(self, things: Sequence[Thing], inputs: Floats) -> list[float]:
        """Probability for each; `inputs` has a row of `online_models.engagement.OFFER` for each."""


class Lasting(Protocol):
    """How long does it take?"""

    def forecast(self, things: Sequence[Thing], inputs: Floats) -> Forecast:
        """For each; `inputs` has a row of `online_models.duration.TASK` for each."""


class Recalling(Protocol):
    """What will be known later?"""

    def untried(self, form: Floats, skills: Keys) -> Floats:
        """Log odds of success at skills never practised; see `online_models.retention`."""

    def curves(self, form: Floats, skills: Keys, memories: Floats, at: float) -> Curves:
        """How the recall of skills goes on; see `online_models.retention`."""


class Teaching(Protocol):
    """What does an activity teach?"""

    def expected(self, scores: Sequence[float], things: Sequence[Thing]) -> list[float]:
        """Change of P(success) by doing each, for who has log odds of `scores` without it."""


class Relevance(Protocol):
    """What a learner turns to next."""

    @property
    def known(self) -> int:
        """How many activities were ever visited."""

    def propose(self, moment: Moment, most: int) -> list[int]:
        """Keys of the likeliest activities that are new to the learner, likeliest first."""

    def chances(
        self, moment: Moment, items: Sequence[int], describe: Callable[[int], Description]
    ) -> Iterable[float]:
        """Probability of each of `items` (keys) being the next; at most 1 in all."""

    def because(self, moment: Moment, item: int) -> Because | None:
        """The strongest thing that visits say for `item`; None where there were none."""


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
    def engagement(self) -> Engaging:
        """Probability of starting and finishing what is offered."""

    @property
    def duration(self) -> Lasting:
        """How long it takes."""

    @property
    def retention(self) -> Recalling:
        """Recall later."""

    @property
    def gain(self) -> Teaching:
        """Change of proficiency."""

    @property
    def relevance(self) -> Relevance:
        """What the learner turns to next."""

    @property
    def items(self) -> Crowd:
        """What is known of the activities."""
