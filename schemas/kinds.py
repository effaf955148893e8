"""The closed list of what a learner can be seen doing."""

from enum import StrEnum


class Kind(StrEnum):
    """Kind of learning activity, normalised from hundreds of xAPI verbs."""

    LAUNCHED = "launched"
    INITIALIZED = "initialized"
    ATTEMPTED = "attempted"
    VIEWED = "viewed"
    VIDEO = "video"
    PROGRESSED = "progressed"
    ANSWERED = "answered"
    ASKED = "asked"
    SUBMITTED = "submitted"
    SCORED = "scored"
    PASSED = "passed"
    FAILED = "failed"
    COMPLETED = "completed"
    UNCOMPLETED = "uncompleted"
    MASTERED = "mastered"
    FORFEITED = "forfeited"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXITED = "exited"
    TERMINATED = "terminated"
    ABANDONED = "abandoned"
    ENROLLED = "enrolled"
    LEFT = "left"
    SESSION = "session"
    SOCIAL = "social"
    VOIDED = "voided"
    OTHER = "other"
    SHOWN = "shown"
    OPENED = "opened"
    DISMISSED = "dismissed"
    NOT_RELEVANT = "not_relevant"
    RATED = "rated"


FEEDBACK = frozenset({Kind.SHOWN, Kind.OPENED, Kind.DISMISSED, Kind.NOT_RELEVANT, Kind.RATED})
"""What became of an offer: no learning activity, however often it is sent."""
PUTTING_ASIDE = frozenset({Kind.DISMISSED, Kind.NOT_RELEVANT})
"""Feedback that keeps an activity out of the queue for a while."""
