"""Will this learner finish this activity, once started?"""

from typing import ClassVar

from online_models.linear import ProbabilityModel


class EngagementModel(ProbabilityModel):
    """P(finishes once started); y is 1 where it was finished, 0 where it was left."""

    name: ClassVar[str] = "engagement"
