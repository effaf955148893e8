"""What turning to an activity has led to: labels that look at what came later.

A turn *lifts* by what the next outcome on its skills is above what was expected of it before, by a
recall model that had seen nothing later. Outcomes at the activity itself do not count: that its own
questions are remembered is no lift of the skill. Nor does having completed it. An outcome speaks
for all turns since the skill was last examined, to equal parts, where they were not longer than
`HORIZON_SEC` ago. What is never examined is not known, and neither good nor bad.

One outcome is the toss of a coin, so turns are judged by their activity: *fruitless* is one that
surely lifts less than `WORTH`, or than half of what turns lift on average.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from math import sqrt
from typing import NamedTuple

from online_models.replica import Replica
from processors.application import Lesson
from processors.learning import Taught, learn
from processors.outcomes.memories import question_of
from processors.state import LearnerState
from processors.trace import Trace
from schemas.codec import hash64, pack, unpack
from schemas.event import LearningEvent
from schemas.kinds import Kind

HORIZON_SEC = 14 * 86_400.0
WORTH = 0.02
"""Probability of a right answer: a lift below is none."""
FEWEST = 30.0
"""Labelled turns that are needed to judge an activity."""

MOST_WAITING = 200_000
"""Skills of learners that wait for an outcome; of more, those that wait longest are not judged."""
MOST_TURNS = 8
"""Turns since the last outcome that share the next one, the newest."""

_SURE = 2.0
"""Standard errors."""
_EXAMINING = frozenset({Kind.ANSWERED, Kind.SCORED, Kind.PASSED, Kind.FAILED})
_ANY_ACTIVITY = 1
"""The hash of none that anybody has met."""


class Turn(NamedTuple):
    """A learner turned to an activity."""

    activity: int
    at: float
    expected: float
    """P(success) on its skills, as of then."""


class Lift(NamedTuple):
    """What is known of an activity."""

    turns: float = 0.0
    """Labelled ones; parts of them where an outcome speaks for several."""
    total: float = 0.0
    squares: float = 0.0
    """Sum of parts times squared lifts."""

    @property
    def mean(self) -> float:
        """Mean lift; 0 where nothing is known."""
        return self.total / self.turns if self.turns else 0.0

    @property
    def error(self) -> float:
        """Its standard error."""
        if not self.turns:
            return 0.0
        return sqrt(max(self.squares / self.turns - self.mean**2, 0.0) / self.turns)

    def plus(self, lift: float, part: float) -> "Lift":
        """With one more."""
        return Lift(self.turns + part, self.total + part * lift, self.squares + part * lift * lift)

    def is_below(self, lift: float) -> bool:
        """Whether turning to it is known to lift less."""
        return self.turns >= FEWEST and self.mean + _SURE * self.error < lift


Skill = tuple[int, int]
"""Hashes of a learner and of a skill."""


class Labels:
    """Follows learners, and judges what they turned to; a `Kept`."""

    def __init__(self) -> None:
        self.lifts: dict[int, Lift] = {}
        """By hash of the activity."""
        self._waiting: OrderedDict[Skill, tuple[Turn, ...]] = OrderedDict()

    def turn(self, learner: int, skills: tuple[int, ...], turn: Turn) -> None:
        """A learner turned to an activity for some skills."""
        for skill in skills:
            key = learner, skill
            waiting = self._waiting.pop(key, ())
            self._waiting[key] = (*waiting[1 - MOST_TURNS :], turn)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)

    def outcome(self, learner: int, trace: Trace) -> None:
        """A learner was examined."""
        for skill in trace.skills:
            waiting = self._waiting.pop((learner, skill), ())
            others = [turn for turn in waiting if self._counts(turn, trace)]
            for turn in others:
                lift = (trace.outcome or 0.0) - turn.expected
                part = 1.0 / (len(others) * len(trace.skills))
                known = self.lifts.get(turn.activity, Lift())
                self.lifts[turn.activity] = known.plus(lift, part)

    @staticmethod
    def _counts(turn: Turn, trace: Trace) -> bool:
        return turn.activity != trace.activity and 0.0 <= trace.at - turn.at <= HORIZON_SEC

    def fruitless(self) -> frozenset[int]:
        """Hashes of the activities that are."""
        turns = sum(lift.turns for lift in self.lifts.values())
        usual = sum(lift.total for lift in self.lifts.values()) / max(turns, 1.0)
        worth = max(WORTH, usual / 2.0)
        return frozenset(key for key, lift in self.lifts.items() if lift.is_below(worth))

    def packed(self) -> bytes:
        """See `Kept`."""
        waiting = [[*key, [*map(list, turns)]] for key, turns in self._waiting.items()]
        return pack([[[key, *lift] for key, lift in self.lifts.items()], waiting])

    def restore(self, packed: bytes) -> None:
        """See `Kept`."""
        lifts, waiting = unpack(packed) if packed else ([], [])
        self.lifts = {key: Lift(*rest) for key, *rest in lifts}
        self._waiting = OrderedDict(
            ((learner, skill), tuple(Turn(*turn) for turn in turns))
            for learner, skill, turns in waiting
        )

    def following(self, teach: Lesson) -> Lesson:
        """A lesson that is `teach`, and followed here."""

        def lesson(
            models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
        ) -> Taught:
            self._follow(models, state, event, trace)
            return teach(models, state, event, trace)

        return lesson

    def _follow(
        self, models: Replica, state: LearnerState, event: LearningEvent, trace: Trace
    ) -> None:
        if not trace.skills:
            return
        if trace.outcome is not None:
            self.outcome(hash64(event.learner), trace)
        elif _is_turn(state, trace):
            self.turn(hash64(event.learner), trace.skills, turn_of(models, state, trace))


def _is_turn(state: LearnerState, trace: Trace) -> bool:
    """Whether the learner turned to something that is no examination."""
    other = trace.activity != state.newest_activity
    return trace.engaging and other and trace.kind not in _EXAMINING


def turn_of(models: Replica, state: LearnerState, trace: Trace) -> Turn:
    """The turn that `trace` shows, given models and state just before it."""
    question = question_of(state, trace._replace(activity=_ANY_ACTIVITY))
    return Turn(trace.activity, trace.at, models.retention.recall(question))


PART = 0.25
"""Share of the turns to fruitless activities that relevance learns of."""


def leaving_out(fruitless: frozenset[int], draw: Callable[[LearningEvent], float]) -> Lesson:
    """A lesson by which relevance learns of few turns to fruitless activities.

    Args:
        fruitless: hashes of them.
        draw: a number in [0, 1) for each event.
    """

    def lesson(models: Replica, state: LearnerState, event: LearningEvent, trace: Trace) -> Taught:
        turns = trace.activity not in fruitless or draw(event) < PART
        return learn(models, state, event, trace, turns=turns)

    return lesson


def draw_by_id(event: LearningEvent) -> float:
    """A number in [0, 1), always the same for an event."""
    return hash64(event.id) / 2.0**64


def labelled(lifts: Mapping[int, Lift]) -> Iterator[tuple[int, Lift]]:
    """Activities by their lift, the largest first, ties by hash."""
    yield from sorted(lifts.items(), key=lambda pair: (-pair[1].mean, pair[0]))
