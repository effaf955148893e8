"""What may be offered: one definition, used when a queue is built and when it is read.

Rules of the catalogue need the activity, the learner's role and the time; whoever reads a stored
queue can ask them again (`CATALOGUE_RULES`). Rules of the learner need the state as well. Each
returns None where it lets the activity pass, else the numbers that decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from processors.reference import Entry

Evidence = dict[str, Any]


class RemovalCode(StrEnum):
    """Why an activity is not in the queue."""

    UNKNOWN = "unknown"
    """Neither the catalogue nor a statement ever named it."""
    WITHDRAWN = "withdrawn"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    AUDIENCE = "audience"
    """It is meant for other roles."""
    FINISHED = "finished"
    MASTERED = "mastered"
    """Not finished, but there is nothing left to learn in it nor behind it."""
    PREREQUISITES = "prerequisites"
    NO_PROGRESS = "no_progress"
    """Tried several times without success: something else comes first."""
    CAP = "cap"
    """The queue holds its share of this kind of content or of this course."""
    OUTRANKED = "outranked"
    """It may be offered, but others scored higher."""
    DISPLACED = "displaced"
    """Its place was drawn for exploration."""
    NOT_PROPOSED = "not_proposed"
    """It may be offered, but nothing speaks for it now."""


class Removal(NamedTuple):
    """What keeps one activity out of the queue, and the numbers that decided."""

    code: RemovalCode
    evidence: Evidence


class Standing(Protocol):
    """What the rules of the catalogue ask."""

    @property
    def now(self) -> float:
        """POSIX seconds."""

    @property
    def role(self) -> str:
        """Role of the learner; empty where nobody said."""


class Learner(Standing, Protocol):
    """What the rules of the learner ask besides."""

    @property
    def done(self) -> Mapping[int, bool]:
        """Activity key -> whether it is finished."""

    @property
    def duties(self) -> Mapping[int, float]:
        """Activity key -> when it must be finished (POSIX seconds), where that is near."""

    @property
    def cooled(self) -> Mapping[int, Evidence]:
        """Activity key -> the tries that cool it down."""

    def may_return(self, entry: Entry) -> bool:
        """Whether a finished activity is due for review, or for repetition."""

    def is_exhausted(self, entry: Entry) -> bool:
        """Whether there is nothing left to learn in an activity nor behind it."""


L_contra = TypeVar("L_contra", bound=Standing, contravariant=True)


@dataclass(frozen=True, slots=True)
class Rule(Generic[L_contra]):
    """One reason for leaving activities out."""

    code: RemovalCode
    concerns: Callable[[Entry], bool]
    """Whether the rule can ever apply, from the catalogue alone: most rules concern few."""
    broken: Callable[[Entry, L_contra], Evidence | None]
    """The numbers that decided; None where the activity passes."""


CatalogueRule = Rule[Standing]
LearnerRule = Rule[Learner]


def _withdrawn(entry: Entry, _: Standing) -> Evidence | None:
    return {} if entry.activity.withdrawn else None


def _not_yet_valid(entry: Entry, standing: Standing) -> Evidence | None:
    start = entry.activity.valid_from
    return {"valid_from": start} if start is not None and standing.now < start else None


def _expired(entry: Entry, standing: Standing) -> Evidence | None:
    end = entry.activity.valid_until
    return {"valid_until": end} if end is not None and standing.now >= end else None


def _audience(entry: Entry, standing: Standing) -> Evidence | None:
    audience = entry.activity.audience
    return {"audience": audience} if audience and standing.role not in audience else None


def _finished(entry: Entry, learner: Learner) -> Evidence | None:
    return {} if learner.done[entry.key] and not learner.may_return(entry) else None


def _mastered(entry: Entry, learner: Learner) -> Evidence | None:
    if not learner.is_exhausted(entry) or learner.done[entry.key] or entry.key in learner.duties:
        return None
    return {}


def _prerequisites(entry: Entry, learner: Learner) -> Evidence | None:
    for key in entry.prerequisites:
        if not learner.done[key]:
            return {"missing": _missing(entry, learner)}
    return None


def _missing(entry: Entry, learner: Learner) -> list[str]:
    names = dict.fromkeys(entry.activity.prerequisites)
    return [
        name for name, key in zip(names, entry.prerequisites, strict=True) if not learner.done[key]
    ]


def _no_progress(entry: Entry, learner: Learner) -> Evidence | None:
    return None if entry.key in learner.duties else learner.cooled.get(entry.key)


def _always(_: Entry) -> bool:
    return True


CATALOGUE_RULES: tuple[CatalogueRule, ...] = (
    Rule(RemovalCode.WITHDRAWN, lambda entry: entry.activity.withdrawn, _withdrawn),
    Rule(
        RemovalCode.NOT_YET_VALID,
        lambda entry: entry.activity.valid_from is not None,
        _not_yet_valid,
    ),
    Rule(RemovalCode.EXPIRED, lambda entry: entry.activity.valid_until is not None, _expired),
    Rule(RemovalCode.AUDIENCE, lambda entry: bool(entry.activity.audience), _audience),
)

LEARNER_RULES: tuple[LearnerRule, ...] = (
    Rule(RemovalCode.FINISHED, _always, _finished),
    Rule(RemovalCode.PREREQUISITES, lambda entry: bool(entry.prerequisites), _prerequisites),
    Rule(RemovalCode.MASTERED, lambda entry: bool(entry.skills), _mastered),
    Rule(RemovalCode.NO_PROGRESS, _always, _no_progress),
)


Rules = tuple[LearnerRule | CatalogueRule, ...]


def rules_for(entry: Entry) -> Rules:
    """The few rules that can ever remove `entry`; holds until the catalogue changes."""
    return tuple(rule for rule in (*CATALOGUE_RULES, *LEARNER_RULES) if rule.concerns(entry))


def removal_of(entry: Entry, learner: Learner, rules: Rules) -> Removal | None:
    """What removes `entry` when a queue is built; None where every rule lets it pass."""
    return _first(rules, entry, learner)


def removal_at_reading(entry: Entry, standing: Standing) -> Removal | None:
    """What removes `entry` from a stored queue, by the rules that need no state."""
    return _first(CATALOGUE_RULES, entry, standing)


def _first(rules: Sequence[Rule[L_contra]], entry: Entry, learner: L_contra) -> Removal | None:
    for rule in rules:
        evidence = rule.broken(entry, learner)
        if evidence is not None:
            return Removal(rule.code, evidence)
    return None
