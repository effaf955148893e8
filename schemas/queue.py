"""The queue of next activities as Redis holds it and consumers read it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ReasonCode(StrEnum):
    """Why an activity is in the queue."""

    SKILL_GAP = "skill_gap"
    ROLE_REQUIRES = "role_requires"
    UNLOCKS = "unlocks"
    LOW_ASSESSMENT = "low_assessment"
    DUE_FOR_REVIEW = "due_for_review"
    CONTINUES = "continues"
    SIMILAR_LEARNERS = "similar_learners"
    COMPLIANCE_DUE = "compliance_due"
    EXPLORES = "explores"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code for programs, a sentence for people, the numbers behind both."""

    code: ReasonCode
    text: str
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of (learner, activity, now)."""

    success: float
    """Probability of succeeding, in [0, 1]."""
    engagement: float
    """Probability of finishing it once started, in [0, 1]."""
    gain: float
    """Expected change of proficiency, in [0, 1]."""
    retention: float
    """Probability of recall at the horizon if nothing is done, in [0, 1]."""
    transfer: float | None = None
    """Probability of use on the job; None until outcome data exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """One activity of a queue."""

    activity: str
    title: str
    rank: int
    """1 is next."""
    score: float
    propensity: float
    """Probability that the policy would put it at this rank, in (0, 1]."""
    expected: Expected
    minutes: float
    not_before: float
    """POSIX seconds."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The queue of one learner. Serialised by `schemas.codec.encode_json`."""

    learner: str
    version: int
    """Offset in `learning.events` of the event that caused it; -1 before any event."""
    generated_at: float
    """POSIX seconds."""
    cause: dict[str, str]
    """{"statement": id, "verb": IRI}, or {"change": what} where data or a clock changed it."""
    model: str
    """Version of the models that ranked it."""
    policy: str
    """Name of the objective that ranked it."""
    items: tuple[QueueItem, ...]
    put_aside: tuple[str, ...] = ()
    """Models that were not good enough: in what is expected their baseline stands for them."""
    fallback: bool = False
    """True where content rules on the catalogue stood in for the engine."""


def decision_id(version: int, generated_at: float) -> str:
    """Names a queue among those of its learner; feedback says by it what it is about."""
    return f"{version}-{round(generated_at * 1000)}"
