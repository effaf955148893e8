"""What may be offered: one definition, used when a queue is built and when it is read.

Rules of the catalogue need the activity, the learner's role and the time; whoever reads a stored
queue asks them again (`removal_at_reading`). Rules of the learner need the state as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from processors.features.records.put_aside import named
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
    NOT_RELEVANT = "not_relevant"
    """The learner said so."""
    DISMISSED = "dismissed"
    """The learner does not want it now."""
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


Aside = Mapping[RemovalCode, Mapping[int, float]]
"""Code -> activity (`put_aside.named`) -> until when it is put aside for that (POSIX seconds)."""


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

    @property
    def aside(self) -> "Aside":
        """What the learner has put aside."""

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
    removes: Callable[[Entry, L_contra], bool]
    """Whether it removes the activity; asked of activities that it concerns only."""
    evidence: Callable[[Entry, L_contra], Evidence]
    """The numbers that decided; asked of activities that it removes only."""


CatalogueRule = Rule[Standing]
LearnerRule = Rule[Learner]
Rules = tuple[CatalogueRule | LearnerRule, ...]


def _always(_: Entry) -> bool:
    return True


def _nothing(_: Entry, __: Standing) -> Evidence:
    return {}


def _not_yet_valid(entry: Entry, standing: Standing) -> bool:
    start = entry.activity.valid_from
    return start is not None and standing.now < start


def _expired(entry: Entry, standing: Standing) -> bool:
    end = entry.activity.valid_until
    return end is not None and standing.now >= end


def _other_audience(entry: Entry, standing: Standing) -> bool:
    return standing.role not in entry.activity.audience


def _finished(entry: Entry, learner: Learner) -> bool:
    return learner.done[entry.key] and not learner.may_return(entry)


def _prerequisites(entry: Entry, learner: Learner) -> bool:
    return not all(map(learner.done.__getitem__, entry.prerequisites))


def _missing(entry: Entry, learner: Learner) -> Evidence:
    named = zip(dict.fromkeys(entry.activity.prerequisites), entry.prerequisites, strict=True)
    return {"missing": [name for name, key in named if not learner.done[key]]}


def _mastered(entry: Entry, learner: Learner) -> bool:
    if not learner.is_exhausted(entry):
        return False
    return entry.key not in learner.duties and not learner.done[entry.key]


def _no_progress(entry: Entry, learner: Learner) -> bool:
    return entry.key in learner.cooled and entry.key not in learner.duties


CATALOGUE_RULES: tuple[CatalogueRule, ...] = (
    Rule(
        RemovalCode.WITHDRAWN,
        concerns=lambda entry: entry.activity.withdrawn,
        removes=lambda _, __: True,
        evidence=_nothing,
    ),
    Rule(
        RemovalCode.NOT_YET_VALID,
        concerns=lambda entry: entry.activity.valid_from is not None,
        removes=_not_yet_valid,
        evidence=lambda entry, _: {"valid_from": entry.activity.valid_from},
    ),
    Rule(
        RemovalCode.EXPIRED,
        concerns=lambda entry: entry.activity.valid_until is not None,
        removes=_expired,
        evidence=lambda entry, _: {"valid_until": entry.activity.valid_until},
    ),
    Rule(
        RemovalCode.AUDIENCE,
        concerns=lambda entry: bool(entry.activity.audience),
        removes=_other_audience,
        evidence=lambda entry, _: {"audience": list(entry.activity.audience)},
    ),
)

LEARNER_RULES: tuple[LearnerRule, ...] = (
    Rule(RemovalCode.FINISHED, _always, _finished, _nothing),
    Rule(
        RemovalCode.PREREQUISITES, lambda entry: bool(entry.prerequisites), _prerequisites, _missing
    ),
    Rule(RemovalCode.MASTERED, lambda entry: bool(entry.skills), _mastered, _nothing),
    Rule(
        RemovalCode.NO_PROGRESS,
        _always,
        _no_progress,
        evidence=lambda entry, learner: learner.cooled[entry.key],
    ),
)


def _put_aside(code: RemovalCode) -> LearnerRule:
    def removes(entry: Entry, learner: Learner) -> bool:
        return named(entry.key) in learner.aside[code] and entry.key not in learner.duties

    def evidence(entry: Entry, learner: Learner) -> Evidence:
        return {"until": learner.aside[code][named(entry.key)]}

    return Rule(code, _always, removes, evidence)


FEEDBACK_RULES: tuple[LearnerRule, ...] = (
    _put_aside(RemovalCode.NOT_RELEVANT),
    _put_aside(RemovalCode.DISMISSED),
)
"""Asked before all others, but only where the learner has put anything aside: few have."""
NOTHING_ASIDE: Aside = {rule.code: {} for rule in FEEDBACK_RULES}


def rules_for(entry: Entry) -> Rules:
    """The few rules that can remove `entry` from any queue; holds until the catalogue changes."""
    everything: Rules = (*CATALOGUE_RULES, *LEARNER_RULES)
    return tuple(rule for rule in everything if rule.concerns(entry))


def first_removing(
    rules: Rules, entry: Entry, learner: Learner
) -> CatalogueRule | LearnerRule | None:
    """The first of `rules` (those that concern `entry`) that removes it; None where all pass."""
    for rule in rules:
        if rule.removes(entry, learner):
            return rule
    return None


def removal_of(entry: Entry, learner: Learner) -> Removal | None:
    """What keeps `entry` out when a queue is built; None where every rule lets it pass."""
    rule = first_removing((*FEEDBACK_RULES, *rules_for(entry)), entry, learner)
    return None if rule is None else Removal(rule.code, rule.evidence(entry, learner))


def removal_at_reading(entry: Entry, standing: Standing) -> Removal | None:
    """What removes `entry` from a stored queue, by the rules that need no state."""
    for rule in CATALOGUE_RULES:
        if rule.concerns(entry) and rule.removes(entry, standing):
            return Removal(rule.code, rule.evidence(entry, standing))
    return None
