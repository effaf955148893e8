"""What the log says of the catalogue: one pass over the events, in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from offline.archived import Archived, Offsets, Source
from offline.passes.guarded import Guarded
from offline.proposals.encounters import Encounters
from offline.proposals.prerequisites import Link, links
from offline.proposals.tags import Neighbours, Tag
from processors.trace import trace_of
from schemas.event import LearningEvent
from schemas.kinds import FEEDBACK
from schemas.reference import Activity

MOST_ACTIVITIES = 50_000
"""Whose facts are kept; those that come later have none."""

_TELL_EVERY = 1000


@dataclass(slots=True)
class Known:
    """An activity as its newest event described it, and how often it was met."""

    activity: Activity
    visits: int = 0


@dataclass(frozen=True, slots=True)
class Proposals:
    """What a person may accept."""

    links: tuple[Link, ...]
    """Between skills."""
    tags: tuple[Tag, ...]
    """Of activities that have no skill."""
    activities: dict[str, Known] = field(default_factory=dict)
    """By id."""
    events: int = 0
    share: float = 1.0
    """Share of the learners whose answers were counted."""

    def __bool__(self) -> bool:
        return bool(self.links or self.tags)


class Mining:
    """Events in, proposals out."""

    def __init__(self) -> None:
        self._encounters, self._neighbours = Encounters(), Neighbours()
        self._activities: dict[str, Known] = {}
        self._events = 0

    def add(self, event: LearningEvent) -> None:
        """Look at an event; those of a learner come in order."""
        if event.voids or event.kind in FEEDBACK:
            return
        self._events += 1
        trace = trace_of(event)
        if trace.outcome is not None and event.skills:
            self._encounters.answer(event.learner, event.skills, trace.outcome)
        if trace.engaging:
            self._neighbours.visit(event.learner, event.activity, event.skills, trace.at)
            self._meet(event)

    def _meet(self, event: LearningEvent) -> None:
        known = self._activities.get(event.activity)
        if known is None:
            if len(self._activities) >= MOST_ACTIVITIES:
                return
            known = self._activities[event.activity] = Known(_described(event))
        elif event.skills and event.skills != known.activity.skills:
            known.activity = replace(known.activity, skills=event.skills)
        known.visits += 1

    def proposals(self) -> Proposals:
        """What was found."""
        encounters = self._encounters
        return Proposals(
            tuple(links(encounters.counts(), encounters.standings())),
            tuple(self._neighbours.tags()),
            self._activities,
            self._events,
            encounters.share,
        )


def _described(event: LearningEvent) -> Activity:
    return Activity(
        id=event.activity,
        title=event.title,
        skills=event.skills,
        difficulty=event.difficulty,
        content=event.content,
        minutes=event.minutes,
        course=event.course,
        parent=event.parent,
        done_by=event.done_by,
        pass_mark=event.pass_mark,
    )


def mine(
    source: Source, up_to: Offsets, watch: Callable[[int], None] = lambda _: None
) -> Proposals:
    """What the events up to some offsets say; nothing later is looked at.

    Args:
        source: all events.
        up_to: last event by partition.
        watch: told how many more events are done.
    """
    mining = Mining()
    for event in _told(Guarded(source, up_to).read({}, up_to), watch):
        mining.add(event)
    return mining.proposals()


def _told(events: Iterator[Archived], watch: Callable[[int], None]) -> Iterator[LearningEvent]:
    done = 0
    for done, one in enumerate(events, 1):
        yield one.event
        if done % _TELL_EVERY == 0:
            watch(_TELL_EVERY)
    watch(done % _TELL_EVERY)
