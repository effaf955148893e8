"""The map of the curriculum: its activities, what builds on what, and where a learner stands."""

from dataclasses import dataclass
from enum import StrEnum

from processors.curriculum.choice import Traveller, choose
from processors.curriculum.layout import Edge, Place, layout
from processors.reference import Reference
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
    """The map for a learner, or of the catalogue (`processors.curriculum.choice`)."""
    choice = choose(reference, traveller, limit)
    chosen = choice.entries
    edges = [(before, one) for one in chosen for before in chosen[one].activity.prerequisites]
    drawn = sorted({(a, b) for a, b in edges if a in chosen and a != b})
    places = layout(chosen, drawn)
    nodes = [_node(chosen[one].activity, place, traveller) for one, place in places.items()]
    nodes.sort(key=lambda node: (node.layer, node.order))
    return Plan(tuple(nodes), tuple(drawn), choice.total)


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
