"""The order of a queue: duties first, then by score under caps, with skills spaced, in a budget."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from processors.features.decay import DAY_SEC
from processors.learner_view import LearnerView
from processors.objective import Objective
from processors.rank import Scored

WEEK_SEC = 7 * DAY_SEC
_NO_SKILLS: frozenset[int] = frozenset()


@dataclass(slots=True)
class Caps:
    """How many items of one sort a queue holds, and may hold."""

    objective: Objective
    contents: dict[str, int] = field(default_factory=dict)
    courses: dict[str, int] = field(default_factory=dict)
    reviews: int = 0

    def admits(self, one: Scored) -> bool:
        """Whether one more such item is allowed; what is of no known sort is not limited."""
        limits, activity = self.objective, one.entry.activity
        return (
            self.contents.get(activity.content, 0) < limits.max_per_content
            and self.courses.get(activity.course, 0) < limits.max_per_course
            and (not one.promise.review or self.reviews < limits.max_reviews)
        )

    def count(self, one: Scored) -> None:
        """The queue holds one more such item."""
        content, course = one.entry.activity.content, one.entry.activity.course
        if content:
            self.contents[content] = self.contents.get(content, 0) + 1
        if course:
            self.courses[course] = self.courses.get(course, 0) + 1
        self.reviews += bool(one.promise.review)

    def copy(self) -> "Caps":
        """The same counts, to go on from."""
        return Caps(self.objective, self.contents.copy(), self.courses.copy(), self.reviews)


@dataclass(slots=True)
class Arrangement:
    """What the queue would hold if nothing were explored."""

    order: list[Scored]
    forced: int
    """How many of the first are duties."""
    rest: list[Scored]
    """What was scored and found no place, best first."""
    caps: Caps
    """As `order` has filled them."""


def arrange(ranked: Sequence[Scored], view: LearnerView) -> Arrangement:
    """Put what was scored (best first) in order."""
    length = view.objective.length
    duties = sorted(filter(is_duty, ranked), key=lambda one: _urgency(one, view))[:length]
    caps = Caps(view.objective)
    for one in duties:
        caps.count(one)
    order, rest = list(duties), [one for one in ranked if one not in duties]
    while len(order) < length and (best := _next(order, rest, caps)) is not None:
        order.append(best)
        rest.remove(best)
        caps.count(best)
    return Arrangement(order, len(duties), rest, caps)


def is_duty(one: Scored) -> bool:
    """Whether compliance forces it in."""
    return one.candidate.due_at is not None


def _urgency(one: Scored, view: LearnerView) -> tuple[bool, float, str]:
    """What makes no progress comes last, but comes: the deadline stands."""
    cooled = one.entry.key in view.cooled
    return (cooled, one.candidate.due_at or 0.0, one.entry.activity.id)


def _next(order: Sequence[Scored], rest: Sequence[Scored], caps: Caps) -> Scored | None:
    """The best that the caps admit; another skill goes first where it is nearly as good."""
    before = {*order[-1].entry.skills} if order else _NO_SKILLS
    best: Scored | None = None
    for one in filter(caps.admits, rest):
        if best is None:
            best = one
        if best.score - one.score >= caps.objective.weights.spacing:
            break
        if before.isdisjoint(one.entry.skills):
            return one
    return best


def times(minutes: Sequence[float], weekly_minutes: float, now: float) -> Iterator[float]:
    """When each item may begin (POSIX seconds): in the week in which what is before it ends."""
    spent = 0.0
    for each in minutes:
        yield now + spent // weekly_minutes * WEEK_SEC
        spent += each
