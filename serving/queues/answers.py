"""What is answered, as the documents describe it; queues themselves are handed on as bytes."""

from dataclasses import dataclass, field
from typing import Any

from processors.learner_report import Practised, SkillStanding
from processors.rules import RemovalCode
from schemas.queue import Queue, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAnswer(Queue):
    """A queue as it is handed out."""

    decision: str
    """Names this queue in feedback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesAnswer:
    """Queues of several learners."""

    queues: list[QueueAnswer]
    """In the order that was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalAnswer:
    """What keeps an activity out of the queue."""

    code: RemovalCode
    """For programs."""
    text: str
    """One sentence for people."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """The numbers that decided, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnswer:
    """Why an activity is in the queue, or why not."""

    activity: str
    title: str
    offered: bool
    rank: int | None = None
    """Where it is offered; 1 is next."""
    reasons: list[Reason] = field(default_factory=list)
    """Where it is offered."""
    removal: RemovalAnswer | None = None
    """Where it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackAnswer:
    """Feedback that Kafka has."""

    id: str
    """The same for the same feedback: sent again, it counts once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityAnswer:
    """An activity that can be offered."""

    activity: str
    title: str
    content: str
    """Kind of content: video, reading, quiz, ..."""
    minutes: float | None
    skills: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerSeen:
    """A learner whose queue has changed since this server started."""

    learner: str
    role: str
    version: int
    at: float
    """When it changed; POSIX seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerAnswer:
    """What is known of a learner."""

    learner: str
    profile: dict[str, Any] | None
    """As HR has it; null: none was loaded."""
    role: str
    goals: list[str]
    skills: list[SkillStanding]
    """Those with evidence, and those that role or goals name, by name."""
    recent: list[Practised]
    """The newest events, the newest first."""
    features: dict[str, Any] | None
    """Every feature by name (docs/features.md); null: no event was handled."""
