"""Engagement: who finishes what was begun, beside the share of all who did."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from offline.outcomes.engagement import evaluate_engagement, planted_ease, statements_of
from offline.outcomes.worlds import Finishing
from offline.quality.scenario import Figures, Scenario
from online_models.engagement import EngagementModel

VIDEOS = "xapi/valid/ralph_funmooc.jsonl.gz"
SITTING_SEC = 4 * 3_600.0
"""Horizon for videos: the traffic is a week long, too short for that of the stream."""


def scenarios(data: Path | None) -> Iterator[Scenario]:
    """Planted ease, and real traffic on videos where it is there."""
    limits = {"rank_correlation": 0.9, "log_loss_below_share": 0.0}
    planted = partial(planted_ease, Finishing())
    yield Scenario("engagement/simulated/planted", (EngagementModel.name,), planted, "", limits)
    if data and (path := data / VIDEOS).exists():
        name, measure = "engagement/ralph_funmooc/tries", partial(_videos, path)
        limits = {"log_loss_below_share": 0.0, "ece": 0.03}
        yield Scenario(name, (EngagementModel.name,), measure, VIDEOS, limits)


def _videos(path: Path) -> Figures:
    found, _ = evaluate_engagement(statements_of(path), SITTING_SEC)
    auc = (found.model.auc or 0.0) - (found.baseline.auc or 0.0)
    return {
        **asdict(found.model),
        "log_loss_below_share": found.baseline.log_loss - found.model.log_loss,
        "auc_above_share": auc,
    }
