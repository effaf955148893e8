"""What models of a probability have in common."""

from online_models.linear import LinearModel
from online_models.river_door import Logistic, NamedWeights, sigmoid


class ProbabilityModel(LinearModel):
    """A probability in [1e-4, 1 - 1e-4]; y in [0, 1] may be a part of a success."""

    @staticmethod
    def _fresh() -> NamedWeights:
        return Logistic()

    @staticmethod
    def _expected(score: float) -> float:
        return sigmoid(score)

    @staticmethod
    def _target(y: float) -> float:
        return max(0.0, min(1.0, y))
