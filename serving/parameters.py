"""Parameters that several routes have, declared once."""

from typing import Annotated

from litestar.params import Parameter

LONGEST_LEARNER = 2048

Learner = Annotated[
    str,
    Parameter(
        min_length=1,
        max_length=LONGEST_LEARNER,
        pattern=r"\S",
        description="A learner key (32 hexadecimal digits), or an identifier as the LMS has it: "
        "an account name, `homePage|name`, or an e-mail address.",
    ),
]
"""Who: a required query parameter."""
