"""The models of a partition as ranking sees them: baselines in the place of those put aside."""

from online_models.baselines import OfActivity
from online_models.replica import Replica


class Served:
    """What may serve of a replica, now."""

    def __init__(self, replica: Replica) -> None:
        aside = replica.quality.put_aside
        baselines = replica.baselines
        self.version = replica.version
        self.put_aside = aside
        """Models whose baseline stands in."""
        self.success = OfActivity(baselines.success) if "success" in aside else replica.success
        self.engagement = (
            OfActivity(baselines.engagement) if "engagement" in aside else replica.engagement
        )
        self.relevance = replica.relevance
        self.items = replica.items
