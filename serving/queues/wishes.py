"""What a reader may wish of a queue, as parameters of a request."""

from typing import Annotated

from litestar.params import Parameter

from processors.handing_out import MOST_ITEMS, Wish

LONGEST_ID = 2048
MOST_MINUTES = 100_000

LearnerId = Annotated[
    str,
    Parameter(
        description="A learner key, or an identifier as the LMS has it: an account name, "
        "`homePage|name`, or an e-mail address.",
        max_length=LONGEST_ID,
    ),
]
ActivityId = Annotated[
    str, Parameter(description="Id (IRI) of the activity.", min_length=1, max_length=LONGEST_ID)
]
K = Annotated[int, Parameter(ge=1, le=MOST_ITEMS, description="So many items at most.")]
TimeBudget = Annotated[
    float | None,
    Parameter(gt=0, le=MOST_MINUTES, description="Minutes that there are."),
]
Context = Annotated[
    str,
    Parameter(
        max_length=LONGEST_ID,
        description="Id of a course, or of an activity of one: items of that course only.",
    ),
]


def wish_of(k: int, time_budget: float | None, context: str) -> Wish:
    """The parameters, together."""
    return Wish(k, time_budget, context)
