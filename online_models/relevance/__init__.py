"""What will this learner turn to next? Experts, blended by how well each has done lately.

`experts` says who they are and what they measure; `model` is the whole, `blend` learns whom to
believe. All that is kept are sums over visits, factors and weights of *everybody*: of a learner
nothing is kept here, whoever asks says what the learner did of late (`online_models.moment`).
"""

from online_models.relevance.model import RelevanceModel
from online_models.relevance.naming import BLEND
from online_models.relevance.popularity import Popularity

__all__ = ["BLEND", "Popularity", "RelevanceModel"]
