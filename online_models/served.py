"""The models of a partition as ranking sees them: baselines in the place of those put aside."""

from online_models.baselines import OfActivity
from online_models.relevance import Popularity
from online_models.replica import Replica
from online_models.retention import RetentionModel
from online_models.stand_ins import UsualDuration, UsualEngagement, UsualGain


class Served:
    """What may serve of a replica, now."""

    def __init__(self, replica: Replica) -> None:
        aside, usual = replica.quality.put_aside, replica.baselines
        self.version = replica.version
        self.put_aside = aside
        """Models whose baseline stands in; for retention it is one that has learned nothing."""
        self.success = OfActivity(usual.success) if "success" in aside else replica.success
        self.engagement = UsualEngagement(usual) if "engagement" in aside else replica.engagement
        self.duration = UsualDuration(usual) if "duration" in aside else replica.duration
        self.retention = RetentionModel() if "retention" in aside else replica.retention
        self.gain = UsualGain(usual) if "gain" in aside else replica.gain
        self.relevance = (
            Popularity(replica.relevance) if "relevance" in aside else replica.relevance
        )
        self.items = replica.items
