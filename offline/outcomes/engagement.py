"""Whether the engagement model knows what will be finished: statements of an LMS, in order."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from offline.outcomes.living import Living
from offline.outcomes.memory_world import spearman
from offline.outcomes.worlds import Finishing, activity_id
from offline.scores import Scores, scores
from online_models.engagement import OFFER, EngagementModel
from online_models.observation import Observation
from online_models.replica import Replica
from online_models.things import Thing
from processors.ingest import IngestContext, Origin, ingest
from schemas.codec import decode_json, hash64
from schemas.event import LearningEvent
from schemas.statement.times import posix_sec
from schemas.statement.validation import Mode, Validator

HOME_PAGE = "https://lms.example.org"


@dataclass(frozen=True, slots=True)
class EngagementEvaluation:
    """Tries, predicted when they began, settled when their horizon had passed."""

    model: Scores
    baseline: Scores
    tries: int


def statements_of(path: Path) -> Iterator[LearningEvent]:
    """The events of statements in a gzip file, one a line, in order of their timestamps."""
    with gzip.open(path) as lines:
        dated = sorted((_at(line), n, line) for n, line in enumerate(lines))
    context = IngestContext(Validator(Mode.LENIENT, home_page=HOME_PAGE), b"e" * 32, _unknown)
    for at, n, line in dated:
        yield from ingest(line.strip(), Origin("file", 0, n, at), context).events


def _unknown(activity: str) -> None:
    """Nobody knows any activity."""
    del activity


def _at(line: bytes) -> float:
    return posix_sec(decode_json(line)["timestamp"])


def evaluate_engagement(
    events: Iterable[LearningEvent], horizon_sec: float
) -> tuple[EngagementEvaluation, Living]:
    """Every activity that was begun; and the models when all is settled."""
    models = Replica()
    models.engagement = models.models["engagement"] = EngagementModel(horizon_sec=horizon_sec)
    living, now = Living(models), 0.0
    for moment in living.moments(events):
        now = moment.trace.at
    observed = living.of("engagement")
    for one in models.engagement.settle(now + horizon_sec + 1.0):
        outcome = float(one.finished)
        observed.append(Observation("engagement", one.predicted, one.baseline, outcome))
    predicted, baseline, outcomes = np.array([one[1:4] for one in observed]).T
    judged = scores(predicted, outcomes), scores(baseline, outcomes)
    return EngagementEvaluation(*judged, len(outcomes)), living


def planted_ease(world: Finishing) -> dict[str, float]:
    """How well the planted ease of activities is found again, and what knowing it is worth."""
    found, living = evaluate_engagement(world.events(), 86_400.0 * 3.0)
    planted = np.array([world.ease(activity) for activity in range(world.activities)])
    learned = np.array([_offset(living, activity) for activity in range(world.activities)])
    return {
        "rank_correlation": spearman(planted, learned),
        "ece": found.model.ece,
        "log_loss": found.model.log_loss,
        "log_loss_below_share": found.baseline.log_loss - found.model.log_loss,
    }


def _offset(living: Living, activity: int) -> float:
    """Chance of a learner of whom nothing is known."""
    inputs = np.zeros((1, len(OFFER)))
    inputs[0, 0] = 1.0
    thing = Thing(hash64(activity_id(activity)), 0, ())
    return living.models.engagement.chance([thing], inputs)[0]
