"""What a reader may wish of a queue, as parameters of a request and as parts of its body."""

from typing import Annotated

from litestar.params import Parameter
from msgspec import Meta

from processors.handing_out import MOST_ITEMS, Wish
from serving.parameters import LONGEST_LEARNER

LONGEST_ID = 2048
FEWEST_MINUTES, MOST_MINUTES = 0.1, 100_000.0
MOST_LEARNERS = 100
DECISION = "^-?[0-9]{1,15}-[0-9]{1,15}$"
EARLIEST_SEC, LATEST_SEC = 1.0, 253_402_300_799.0
NAMED = r"\S"
"""Names somebody: not blank."""

ActivityId = Annotated[
    str, Parameter(description="Id (IRI) of the activity.", min_length=1, max_length=LONGEST_ID)
]
K = Annotated[int, Parameter(ge=1, le=MOST_ITEMS, description="So many items at most.")]
TimeBudget = Annotated[
    float | None,
    Parameter(ge=FEWEST_MINUTES, le=MOST_MINUTES, description="Minutes that there are."),
]
Context = Annotated[
    str,
    Parameter(
        max_length=LONGEST_ID,
        description="Id of a course, or of an activity of one: items of that course only.",
    ),
]

# of a body msgspec checks what `Meta` says, and the documents tell what `Parameter` says

SomeLearner = Annotated[
    str,
    Meta(min_length=1, max_length=LONGEST_LEARNER, pattern=NAMED),
    Parameter(min_length=1, max_length=LONGEST_LEARNER, pattern=NAMED),
]
SomeActivity = Annotated[
    str,
    Meta(min_length=1, max_length=LONGEST_ID),
    Parameter(min_length=1, max_length=LONGEST_ID),
]
SomeLearners = Annotated[
    list[SomeLearner], Meta(max_length=MOST_LEARNERS), Parameter(max_items=MOST_LEARNERS)
]
Count = Annotated[int, Meta(ge=1, le=MOST_ITEMS), Parameter(ge=1, le=MOST_ITEMS)]
Minutes = Annotated[
    float,
    Meta(ge=FEWEST_MINUTES, le=MOST_MINUTES),
    Parameter(ge=FEWEST_MINUTES, le=MOST_MINUTES),
]
SomeContext = Annotated[str, Meta(max_length=LONGEST_ID), Parameter(max_length=LONGEST_ID)]
Decision = Annotated[str, Meta(pattern=DECISION), Parameter(pattern=DECISION)]
Stars = Annotated[float, Meta(ge=1, le=5), Parameter(ge=1, le=5)]
Moment = Annotated[
    float, Meta(ge=EARLIEST_SEC, le=LATEST_SEC), Parameter(ge=EARLIEST_SEC, le=LATEST_SEC)
]
"""POSIX seconds, up to the year 9999."""


def wish_of(k: int, time_budget: float | None, context: str) -> Wish:
    """The parameters, together."""
    return Wish(k, time_budget, context)
