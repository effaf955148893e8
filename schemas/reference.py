"""Reference data: what an organisation says of its activities, learners and roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A compliance duty: who must finish an activity, and by when."""

    roles: tuple[str, ...] = ()
    """Roles that are bound; empty binds everybody."""
    due_at: float | None = None
    """A fixed date, POSIX seconds."""
    days_after_hire: float | None = None
    """Days after the learner's `hired_on`; used where `due_at` is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One thing that can be learned from, as the catalogue or the statements describe it."""

    id: str
    title: str = ""
    description: str = ""
    skills: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()
    """Ids of activities that must be done before."""
    difficulty: float | None = None
    """In [0, 1]; None where nobody said."""
    content: str = ""
    """Kind of content: video, reading, quiz, lab, workshop, course, ..."""
    minutes: float | None = None
    course: str = ""
    parent: str = ""
    done_by: str = "completed"
    """What finishes it: "viewed", "completed" or "passed"."""
    pass_mark: float = 0.6
    valid_from: float | None = None
    """POSIX seconds; not offered before."""
    valid_until: float | None = None
    """POSIX seconds; not offered from then on."""
    audience: tuple[str, ...] = ()
    """Roles it is meant for; empty means everybody."""
    deadlines: tuple[Deadline, ...] = ()
    url: str = ""
    origin: str = "catalogue"
    """"catalogue", or "observed" where it is known only from statements."""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerProfile:
    """What HR knows of a learner."""

    learner: str
    """Learner key."""
    role: str = ""
    level: str = ""
    cohort: str = ""
    manager: str = ""
    hired_on: float | None = None
    """POSIX seconds."""
    goals: tuple[str, ...] = ()
    """Skills that the learner wants."""
    minutes_per_week: float | None = None
    """Time budget; None means the configured default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequirement:
    """Target proficiency by skill, each in [0, 1]."""

    role: str
    skills: Mapping[str, float] = field(default_factory=dict)
