"""Made-up learners with planted half-lives: skills that are forgotten at different speeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from offline.answers import Numbers
from offline.outcomes.living import Living
from online_models.replica import Replica
from schemas.codec import hash64
from schemas.event import LearningEvent
from schemas.kinds import Kind

_DAY_SEC = 86_400.0
_START = 1_700_000_000.0
_SLIP, _GUESS = 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Memories:
    """Learners who practise skills at intervals from a minute to two months."""

    half_lives_days: tuple[float, ...] = (0.3, 0.8, 2.0, 5.0, 12.0, 30.0, 75.0, 200.0)
    """Of each skill: `P(success) = guess + (1 - guess - slip) 2^(-t / h)`."""
    learners: int = 150
    sittings: int = 10
    """A learner and skill."""
    seed: int = 1


def events_of(world: Memories) -> list[LearningEvent]:
    """Answers in order of time; the same for the same seed."""
    rng = Random(world.seed)  # noqa: S311  simulated people, no secrets
    answers = [
        answer
        for learner in range(world.learners)
        for skill in range(len(world.half_lives_days))
        for answer in _practice(world, learner, skill, rng)
    ]
    answers.sort(key=lambda one: one.occurred_at)
    return answers


def _practice(world: Memories, learner: int, skill: int, rng: Random) -> Iterator[LearningEvent]:
    at, known = _START + rng.uniform(0.0, 30.0) * _DAY_SEC, _GUESS
    for sitting in range(world.sittings):
        right = rng.uniform(0.0, 1.0) < known
        yield LearningEvent(
            id=f"{learner}/{skill}/{sitting}",
            learner=f"learner {learner}",
            kind=Kind.ANSWERED,
            verb="v",
            activity=f"https://lms.example/{skill}/{rng.randrange(200)}",
            occurred_at=at,
            received_at=at,
            outcome=float(right),
            skills=(f"skill {skill}",),
        )
        pause = np.exp(rng.uniform(np.log(60.0), np.log(60.0 * _DAY_SEC)))
        at += pause
        left = 2.0 ** (-pause / _DAY_SEC / world.half_lives_days[skill])
        known = _GUESS + (1.0 - _GUESS - _SLIP) * left


def rank_correlation(world: Memories) -> dict[str, float]:
    """Spearman's, of planted half-lives and those that were learned."""
    living = Living(Replica())
    for _ in living.moments(events_of(world)):
        pass
    skills = range(len(world.half_lives_days))
    learned = [living.models.retention.half_life_days(hash64(f"skill {one}")) for one in skills]
    return {"rank_correlation": spearman(np.array(world.half_lives_days), np.array(learned))}


def spearman(one: Numbers, other: Numbers) -> float:
    """Correlation of ranks (Spearman, 1904); equal values have ranks in their order."""
    ranks = np.array([np.argsort(np.argsort(values, kind="stable")) for values in (one, other)])
    return float(np.corrcoef(ranks)[0, 1])
