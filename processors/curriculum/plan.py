"""The map of the curriculum: its activities, what builds on what, and where a learner stands."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from processors.catalogue import OBSERVED
from processors.curriculum.layout import Edge, Place, layout
from processors.reference import Entry, Reference
from processors.rules import removal_at_reading
from schemas.codec import hash64
from schemas.reference import Activity

MAX_NODES = 150
"""Activities on one map; more cannot be read, nor drawn at once."""


class State(StrEnum):
    """Where a learner stands with an activity."""

    DONE = "done"
    NEXT = "next"
    """It is in the queue."""
    OPEN = "open"
    """All that it builds on is done."""
    LOCKED = "locked"
    """Something that it builds on is not done."""
    NONE = "none"
    """No learner was asked about."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """The learner whose place is shown; a `processors.rules.Standing`."""

    now: float
    """POSIX seconds."""
    role: str = ""
    done: Mapping[int, bool] = field(default_factory=dict)
    """Activity key -> whether it is finished; asked for those that may be shown."""
    queue: Sequence[str] = ()
    """Activity ids, next first."""
    recent: Sequence[int] = ()
    """Keys of activities engaged with, newest first."""
    skills: Collection[int] = ()
    """Hashes of the skills that role or goals name."""


@dataclass(frozen=True, slots=True)
class Node:
    """One activity on the map."""

    activity: str
    title: str
    skills: tuple[str, ...]
    content: str
    minutes: float | None
    layer: int
    """Column, from 0, by what it builds on."""
    order: int
    """Row, from 0; rows of one column are distinct."""
    state: State


@dataclass(frozen=True, slots=True)
class Plan:
    """The map."""

    nodes: tuple[Node, ...]
    """By layer, then by order."""
    edges: tuple[Edge, ...]
    """(what comes before, what builds on it)"""
    total: int
    """How many activities could have been shown; where it is more than `nodes`, the nearest are."""


def plan_of(
    reference: Reference, traveller: Traveller | None = None, limit: int = MAX_NODES
) -> Plan:
    """The map for a learner, or of the catalogue.

    Activities known from statements alone are not on it, unless the learner met them: nobody said
    what they build on. Nor are, for a learner, those of other roles and other times.
    """
    pool = {one.activity.id: one for one in reference.entries() if _is_shown(one, traveller)}
    chosen = _nearest(reference, pool, traveller, limit)
    edges = [(before, one) for one in chosen for before in pool[one].activity.prerequisites]
    drawn = sorted({(a, b) for a, b in edges if a in chosen and a != b})
    places = layout(chosen, drawn)
    nodes = [_node(pool[one].activity, place, traveller) for one, place in places.items()]
    nodes.sort(key=lambda node: (node.layer, node.order))
    return Plan(tuple(nodes), tuple(drawn), len(pool))


def _is_shown(entry: Entry, traveller: Traveller | None) -> bool:
    activity = entry.activity
    if traveller is None:
        return not activity.withdrawn and activity.origin != OBSERVED
    if activity.id in traveller.queue:
        return True
    if activity.origin == OBSERVED and entry.key not in traveller.recent:
        return False
    removed = removal_at_reading(entry, traveller) is not None
    return not removed or (traveller.done[entry.key] and not activity.withdrawn)


def _nearest(
    reference: Reference, pool: Mapping[str, Entry], traveller: Traveller | None, limit: int
) -> dict[str, None]:
    """At most `limit` ids: around the learner first, then what serves the goals, then hubs."""
    if len(pool) <= limit:
        return dict.fromkeys(pool)
    chosen: dict[str, None] = {}
    hubs = sorted(pool, key=lambda one: (-_degree(pool[one]), one))
    around, aims = _seeds(reference, traveller)
    for seeds in (around, aims, *([hub] for hub in hubs)):
        if len(chosen) >= limit:
            break
        _spread(reference, pool, seeds, chosen)
    return dict.fromkeys(list(chosen)[:limit])


def _degree(entry: Entry) -> int:
    return len(entry.prerequisites) + len(entry.unlocks)


def _seeds(reference: Reference, traveller: Traveller | None) -> tuple[list[str], list[str]]:
    if traveller is None:
        return [], []
    met = (reference.by_key(key) for key in traveller.recent)
    teaching = (one for skill in sorted(traveller.skills) for one in reference.teaching(skill))
    return [*traveller.queue, *_ids(met)], _ids(teaching)


def _ids(entries: Iterable[Entry | None]) -> list[str]:
    return [one.activity.id for one in entries if one is not None]


def _spread(
    reference: Reference, pool: Mapping[str, Entry], seeds: Iterable[str], chosen: dict[str, None]
) -> None:
    """Add what the graph reaches from `seeds` in either direction, nearest first."""
    new = dict.fromkeys(one for one in seeds if one in pool and one not in chosen)
    chosen.update(new)
    border = deque(new)
    while border:
        entry = pool[border.popleft()]
        unlocked = _ids(map(reference.by_key, entry.unlocks))
        for one in (*entry.activity.prerequisites, *unlocked):
            if one in pool and one not in chosen:
                chosen[one] = None
                border.append(one)


def _node(activity: Activity, place: Place, traveller: Traveller | None) -> Node:
    return Node(
        activity=activity.id,
        title=activity.title or activity.id,
        skills=activity.skills,
        content=activity.content,
        minutes=activity.minutes,
        layer=place.layer,
        order=place.order,
        state=State.NONE if traveller is None else _state(activity, traveller),
    )


def _state(activity: Activity, traveller: Traveller) -> State:
    if activity.id in traveller.queue:
        return State.NEXT
    if traveller.done[hash64(activity.id)]:
        return State.DONE
    before = map(hash64, activity.prerequisites)
    return State.OPEN if all(traveller.done[key] for key in before) else State.LOCKED
