"""From a learner's state to the queue: gather, rule, rank, arrange, explore, explain.

`rebuild` is what a worker calls; `why_not` answers for what a queue does not hold.
"""

from dataclasses import dataclass
from typing import NamedTuple

from processors.candidates.gather import Gathered, gather
from processors.draws import Draws
from processors.explain import reasons
from processors.exploration import Slot, explored
from processors.learner_view import Basis, LearnerView
from processors.rank import Scored, expected, rank
from processors.reference import Entry
from processors.rules import Removal, RemovalCode, removal_of
from processors.sequence import Arrangement, arrange, is_duty, times
from processors.staleness import next_rebuild
from processors.state import LearnerState
from schemas.queue import Expected, Queue, QueueItem

__all__ = ["Basis", "Occasion", "Rebuilt", "build_queue", "rebuild", "why_not"]

SMALLEST_PROPENSITY = 1e-4
SHORTEST_MINUTES = 0.1


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a queue is built, and when."""

    now: float
    """POSIX seconds."""
    version: int
    """Offset of the causing event; also what the draws of this queue hang on."""
    cause: dict[str, str]


class Rebuilt(NamedTuple):
    """A queue, and when a clock makes it stale."""

    queue: Queue
    stale_at: float | None
    """POSIX seconds; None where only an event can."""
    dues: tuple[float, ...] = ()
    """When the duties fall due that the learner has not fulfilled (POSIX seconds)."""


class _Plan(NamedTuple):
    """What comes of one place of the queue."""

    expected: Expected
    minutes: float
    start: float
    """POSIX seconds."""


@dataclass(slots=True)
class _Decision:
    """A queue before it is written, with all that was considered."""

    view: LearnerView
    gathered: Gathered
    ranked: list[Scored]
    arrangement: Arrangement
    slots: list[Slot]


def build_queue(learner: str, state: LearnerState, basis: Basis, occasion: Occasion) -> Queue:
    """The queue of `learner`: a function of its arguments, the same bytes each time."""
    return _written(_decide(learner, state, basis, occasion), occasion)


def rebuild(learner: str, state: LearnerState, basis: Basis, occasion: Occasion) -> Rebuilt:
    """`build_queue`, and when the queue must be built again though nothing happens."""
    decision = _decide(learner, state, basis, occasion)
    queue = _written(decision, occasion)
    dues = tuple(due for _, due in decision.view.open_duties)
    return Rebuilt(queue, next_rebuild(queue, decision.view), dues)


def why_not(
    activity: str, learner: str, state: LearnerState, basis: Basis, occasion: Occasion
) -> Removal | None:
    """What keeps an activity (id) out of the queue of that occasion; None where it is in it."""
    entry = basis.reference.entry(activity)
    if entry is None:
        return Removal(RemovalCode.UNKNOWN, {})
    decision = _decide(learner, state, basis, occasion)
    if any(slot.chosen.entry.key == entry.key for slot in decision.slots):
        return None
    removal = removal_of(entry, decision.view)
    return removal or _not_chosen(entry, decision)


def _decide(learner: str, state: LearnerState, basis: Basis, occasion: Occasion) -> _Decision:
    view = LearnerView(learner, state, basis, occasion.now)
    gathered = gather(view)
    ranked = rank(gathered.candidates.values(), view)
    draws = Draws(learner, occasion.version, basis.objective.seed, "slots")
    arrangement = arrange(ranked, view)
    slots = explored(arrangement, basis.objective.exploration, draws)
    return _Decision(view, gathered, ranked, arrangement, slots)


def _written(decision: _Decision, occasion: Occasion) -> Queue:
    view = decision.view
    chosen = [slot.chosen for slot in decision.slots]
    minutes = [view.minutes(one.entry) for one in chosen]
    starts = times(minutes, view.weekly_minutes, view.now)
    plans = map(_Plan, expected(chosen, view), minutes, starts)
    places = zip(decision.slots, plans, strict=True)
    return Queue(
        learner=view.learner,
        version=occasion.version,
        generated_at=occasion.now,
        cause=occasion.cause,
        model=view.predictors.version,
        put_aside=view.predictors.put_aside,
        policy=view.objective.name,
        items=tuple(_item(rank_, *place, view) for rank_, place in enumerate(places, 1)),
    )


def _item(rank_: int, slot: Slot, plan: _Plan, view: LearnerView) -> QueueItem:
    one = slot.chosen
    activity = one.entry.activity
    return QueueItem(
        activity=activity.id,
        title=activity.title or activity.id,
        rank=rank_,
        score=round(one.score, 3),
        propensity=max(SMALLEST_PROPENSITY, round(slot.propensity, 4)),
        expected=plan.expected,
        minutes=max(SHORTEST_MINUTES, round(plan.minutes, 1)),
        not_before=view.now if is_duty(one) else plan.start,
        reasons=reasons(slot, view),
    )


def _not_chosen(entry: Entry, decision: _Decision) -> Removal:
    """Why an activity that the rules let pass found no place."""
    if entry.key not in decision.gathered.candidates:
        return Removal(RemovalCode.NOT_PROPOSED, {})
    arrangement = decision.arrangement
    lowest = min((one.score for one in arrangement.order), default=0.0)
    scored = next((one for one in decision.ranked if one.entry.key == entry.key), None)
    if scored is None:
        return Removal(RemovalCode.OUTRANKED, {"lowest": lowest})
    evidence = {"score": scored.score, "lowest": lowest}
    if scored in arrangement.order:
        return Removal(RemovalCode.DISPLACED, evidence)
    capped = not arrangement.caps.admits(scored)
    return Removal(RemovalCode.CAP if capped else RemovalCode.OUTRANKED, evidence)
