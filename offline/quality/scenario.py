"""What a scenario of model quality is, and how far its figures may move.

A module of `offline/scenarios` holds a family of scenarios: its function `scenarios(data)` yields
them, `data` being the folder of the public data sets or None. A scenario that needs a data set is
yielded where that is there; scenarios on simulated learners always are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

Figures = Mapping[str, float]
"""Measure -> value."""


class Pointless(Exception):
    """Raised by `Scenario.measure`: nothing can be measured here; its text says why."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much worse than its committed value a figure may be."""

    better: int
    """+1 where higher is better, -1 where lower is."""
    slack: float
    relative: float = 0.0
    """Share of the committed value that is added to the slack."""

    def gain(self, figure: float, committed: float) -> float:
        """By how much `figure` is better than `committed`; 0 within the tolerance."""
        moved = self.better * (figure - committed)
        return moved if abs(moved) > self.slack + self.relative * abs(committed) else 0.0

    def keeps(self, figure: float, limit: float) -> bool:
        """Whether `figure` is as good as `limit`, without any slack."""
        return self.better * (figure - limit) >= 0.0


TOLERANCES: Mapping[str, Tolerance] = MappingProxyType(
    {
        "auc": Tolerance(+1, 0.001),
        "auc_above_item_mean": Tolerance(+1, 0.001),
        "auc_above_one_partition": Tolerance(+1, 0.0005),
        "auc_cold_above_item_mean": Tolerance(+1, 0.005),
        "log_loss": Tolerance(-1, 0.001),
        "log_loss_below_mean": Tolerance(+1, 0.001),
        "hr@1": Tolerance(+1, 0.01),
        "hr@5": Tolerance(+1, 0.01),
        "hr@10": Tolerance(+1, 0.01),
        "ndcg@10": Tolerance(+1, 0.005),
        "mrr": Tolerance(+1, 0.005),
        "ndcg_above_popular": Tolerance(+1, 0.005),
        "log_loss_all": Tolerance(-1, 0.001),
        "log_loss_below_half_life": Tolerance(+1, 0.02),
        "log_loss_below_timeless": Tolerance(+1, 0.001),
        "log_loss_below_share": Tolerance(+1, 0.0005),
        "log_loss_below_mean_gain": Tolerance(+1, 0.0002),
        "log_loss_below_no_gain": Tolerance(+1, 0.0005),
        "auc_above_share": Tolerance(+1, 0.005),
        "error_by_elapsed": Tolerance(-1, 0.003),
        "nll": Tolerance(-1, 0.005),
        "nll_below_baseline": Tolerance(+1, 0.005),
        "crps": Tolerance(-1, 0.002),
        "crps_below_baseline": Tolerance(+1, 0.002),
        "miss_of_50": Tolerance(-1, 0.01),
        "miss_of_90": Tolerance(-1, 0.01),
        "rank_correlation": Tolerance(+1, 0.02),
        "gain_error": Tolerance(-1, 0.005),
        "rmse": Tolerance(-1, 0.001),
        "accuracy": Tolerance(+1, 0.002),
        "ece": Tolerance(-1, 0.002),
        "parameters": Tolerance(-1, 0.0, 0.05),
        "state_bytes_per_learner": Tolerance(-1, 0.0, 0.05),
    }
)
"""By name of the measure. The same learners give the same figures: the slack is for changes of a
model that help one set of data and hardly harm another."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that is measured again and again."""

    name: str
    """`family/data/protocol`. Permanent: figures of years are compared under it."""
    models: Iterable[str]
    """Names of the models whose quality it shows."""
    measure: Callable[[], Figures]
    needs: str = ""
    """Path of its data below the folder of data sets; "" where its learners are simulated."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """Values that the figures must keep, whatever was committed."""


Family = Callable[[Path | None], Iterable[Scenario]]
