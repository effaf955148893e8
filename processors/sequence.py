"""The order of a queue: duties first, then by score under caps, with skills spaced, in a budget."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from processors.features.decay import DAY_SEC
from processors.learner_view import LearnerView
from processors.objective import Objective
from processors.rank import Scored
from processors.reference import Entry
from schemas.queue import ReasonCode

WEEK_SEC = 7 * DAY_SEC


@dataclass(slots=True)
class Caps:
    """How many items of one kind of content and of one course a queue holds, and may hold."""

    objective: Objective
    contents: Counter[str] = field(default_factory=Counter)
    courses: Counter[str] = field(default_factory=Counter)

    def admits(self, entry: Entry) -> bool:
        """Whether one more such activity is allowed."""
        content, course = entry.activity.content, entry.activity.course
        return (not content or self.contents[content] < self.objective.max_per_content) and (
            not course or self.courses[course] < self.objective.max_per_course
        )

    def count(self, entry: Entry) -> None:
        """The queue holds one more such activity."""
        self.contents[entry.activity.content] += 1
        self.courses[entry.activity.course] += 1

    def copy(self) -> "Caps":
        """The same counts, to go on from."""
        return Caps(self.objective, self.contents.copy(), self.courses.copy())


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
        caps.count(one.entry)
    rest = [one for one in ranked if one not in duties]
    order = list(duties)
    while len(order) < length and (one := _next(order, rest, caps, view)) is not None:
        order.append(one)
        rest.remove(one)
        caps.count(one.entry)
    return Arrangement(order, len(duties), rest, caps)


def is_duty(one: Scored) -> bool:
    """Whether compliance forces it in."""
    return ReasonCode.COMPLIANCE_DUE in one.signals


def _urgency(one: Scored, view: LearnerView) -> tuple[bool, float, str]:
    """What makes no progress comes last, but comes: the deadline stands."""
    cooled = view.stalled(one.entry.key) is not None
    return (cooled, one.signals[ReasonCode.COMPLIANCE_DUE], one.entry.activity.id)


def _next(
    order: Sequence[Scored], rest: Sequence[Scored], caps: Caps, view: LearnerView
) -> Scored | None:
    """The best that the caps admit; another skill goes first where it is nearly as good."""
    open_ = [one for one in rest if caps.admits(one.entry)]
    if not open_:
        return None
    before = set(order[-1].entry.skills) if order else set()
    enough = open_[0].score - view.objective.weights.spacing
    near = (one for one in open_ if one.score > enough and before.isdisjoint(one.entry.skills))
    return next(near, open_[0])


def times(minutes: Sequence[float], weekly_minutes: float, now: float) -> Iterator[float]:
    """When each item may begin (POSIX seconds): in the week in which what is before it ends."""
    spent = 0.0
    for each in minutes:
        yield now + spent // weekly_minutes * WEEK_SEC
        spent += each
