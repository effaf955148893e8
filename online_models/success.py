"""Will this learner succeed at this item?"""

from typing import ClassVar

from online_models.probability import ProbabilityModel


class SuccessModel(ProbabilityModel):
    """P(success); y is the outcome in [0, 1]."""

    name: ClassVar[str] = "success"
