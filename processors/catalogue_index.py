"""What ranking looks up in the reference data, computed when first asked for.

An index holds for one version of the reference data; `index_of` starts a new one after a change.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from processors.reference import Entry, Reference
from processors.rules import RuleSet, rules_for
from schemas.reference import Deadline


@dataclass(frozen=True, slots=True)
class Path:
    """The ways to a skill through the graph of prerequisites."""

    steps: tuple[Entry, ...]
    """What teaches the skill, easiest first, then what comes before it, nearest first."""
    ahead: dict[int, int]
    """Activity key -> number of edges (>= 1) to the nearest later activity that teaches it."""


class CatalogueIndex:
    """Paths, openings, duties and validity starts of one version of the reference data."""

    def __init__(self, reference: Reference) -> None:
        self.version = reference.version
        self._reference = reference
        self._paths: dict[int, Path] = {}
        self._openings: dict[str, tuple[Entry, ...]] = {}
        self._duties: dict[str, tuple[tuple[Entry, Deadline], ...]] = {}
        self._rules: dict[int, RuleSet] = {}
        self._audiences: frozenset[str] | None = None
        self._starts: tuple[float, ...] | None = None

    def path(self, skill: int) -> Path:
        """The ways to `skill`."""
        found = self._paths.get(skill)
        if found is None:
            found = self._paths[skill] = _walk_back(self._reference, skill)
        return found

    def openings(self, role: str) -> tuple[Entry, ...]:
        """What has no prerequisites and is meant for `role`, by id."""
        known = role if role in self.audiences else ""
        found = self._openings.get(known)
        if found is None:
            found = self._openings[known] = tuple(
                entry for entry in self._reference.entries() if _is_opening(entry, known)
            )
        return found

    def duties(self, role: str) -> tuple[tuple[Entry, Deadline], ...]:
        """The compliance duties of `role`, by activity id."""
        found = self._duties.get(role)
        if found is None:
            found = self._duties[role] = tuple(
                (entry, deadline)
                for entry in self._reference.entries()
                for deadline in entry.activity.deadlines
                if not deadline.roles or role in deadline.roles
            )
        return found

    def rules(self, entry: Entry) -> RuleSet:
        """The rules that can concern `entry`: most activities have few."""
        found = self._rules.get(entry.key)
        if found is None:
            found = self._rules[entry.key] = rules_for(entry)
        return found

    @property
    def audiences(self) -> frozenset[str]:
        """Every role that some audience names."""
        if self._audiences is None:
            entries = self._reference.entries()
            self._audiences = frozenset(role for e in entries for role in e.activity.audience)
        return self._audiences

    @property
    def starts(self) -> tuple[float, ...]:
        """When activities become valid (POSIX seconds), in order."""
        if self._starts is None:
            given = (entry.activity.valid_from for entry in self._reference.entries())
            self._starts = tuple(sorted(at for at in given if at is not None))
        return self._starts


def _is_opening(entry: Entry, role: str) -> bool:
    activity = entry.activity
    fits = not activity.audience or role in activity.audience
    return fits and not activity.withdrawn and not entry.prerequisites


def _easiest_first(entry: Entry) -> tuple[float, str]:
    difficulty = entry.activity.difficulty
    return (0.5 if difficulty is None else difficulty, entry.activity.id)


def _walk_back(reference: Reference, skill: int) -> Path:
    """Breadth first along the prerequisites; each activity once, so cycles come to an end."""
    level = sorted(reference.teaching(skill), key=_easiest_first)
    steps = {entry.key: entry for entry in level}
    ahead: dict[int, int] = {}
    distance = 0
    while level:
        distance += 1
        before = {key for entry in level for key in entry.prerequisites} - ahead.keys()
        ahead.update(dict.fromkeys(before, distance))
        found = (reference.by_key(key) for key in before - steps.keys())
        level = sorted((entry for entry in found if entry is not None), key=_easiest_first)
        steps.update((entry.key, entry) for entry in level)
    return Path(tuple(steps.values()), ahead)


_INDEXES: WeakKeyDictionary[Reference, CatalogueIndex] = WeakKeyDictionary()


def index_of(reference: Reference) -> CatalogueIndex:
    """The index of `reference` as it is now, kept until its version changes."""
    found = _INDEXES.get(reference)
    if found is None or found.version != reference.version:
        found = _INDEXES[reference] = CatalogueIndex(reference)
    return found
