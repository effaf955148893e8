"""What ranking looks up in the reference data, computed when first asked for.

An index holds for one version of the activity graph; `index_of` starts a new one after a change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from online_models.moment import Description
from processors.memo import Memo
from processors.reference import Entry, Reference
from processors.relevance import about
from processors.rules import Rules, rules_for
from schemas.reference import Deadline


@dataclass(frozen=True, slots=True)
class Path:
    """The ways to a skill through the graph of prerequisites."""

    steps: tuple[Entry, ...]
    """What teaches the skill, easiest first, then what comes before it, nearest first."""
    ahead: dict[int, int]
    """Activity key -> number of edges (>= 1) to the nearest later activity that teaches it."""


class Known(dict[int, Entry | None]):
    """Entries by key; an unknown key gives None and is not remembered, so memory is bounded."""

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        self._reference = reference

    def __missing__(self, key: int) -> Entry | None:
        found = self._reference.by_key(key)
        if found is not None:
            self[key] = found
        return found


@dataclass(slots=True)
class Survey:
    """What one walk through the whole catalogue finds."""

    openings: list[Entry] = field(default_factory=list)
    """What has no prerequisites and is not withdrawn, by id."""
    duties: list[tuple[Entry, Deadline]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    """When activities become valid (POSIX seconds), in order."""
    audiences: set[str] = field(default_factory=set)
    """Every role that some audience names."""


class CatalogueIndex:
    """Entries, rules, paths, openings, duties and validity starts of one version."""

    def __init__(self, reference: Reference) -> None:
        self.version = reference.graph_version
        self._reference = reference
        self._survey = _surveyed(reference)
        self._openings: Memo[str, tuple[Entry, ...]] = Memo(self._find_openings)
        self.entries = Known(reference)
        self.rules: Memo[int, Rules] = Memo(self._find_rules)
        """Activity key -> the rules that can ever concern it."""
        self.about: Memo[int, Description] = Memo(self._describe)
        """Activity key -> what it is about."""
        self.path: Memo[int, Path] = Memo(self._walk_back)
        """Skill -> the ways to it."""
        self.duties: Memo[str, tuple[tuple[Entry, Deadline], ...]] = Memo(self._find_duties)
        """Role -> what binds it, by activity id."""

    def openings(self, role: str) -> tuple[Entry, ...]:
        """What has no prerequisites and is meant for `role`, by id."""
        return self._openings[role if role in self._survey.audiences else ""]

    @property
    def starts(self) -> list[float]:
        """When activities become valid (POSIX seconds), in order."""
        return self._survey.starts

    def _find_openings(self, role: str) -> tuple[Entry, ...]:
        openings = self._survey.openings
        return tuple(e for e in openings if not (who := e.activity.audience) or role in who)

    def _describe(self, key: int) -> Description:
        entry = self.entries[key]
        return Description() if entry is None else about(entry.activity, entry.skills)

    def _find_rules(self, key: int) -> Rules:
        entry = self.entries[key]
        return () if entry is None else rules_for(entry)

    def _find_duties(self, role: str) -> tuple[tuple[Entry, Deadline], ...]:
        duties = self._survey.duties
        return tuple(duty for duty in duties if not duty[1].roles or role in duty[1].roles)

    def _walk_back(self, skill: int) -> Path:
        """Breadth first along the prerequisites; each activity once, so cycles come to an end."""
        level = sorted(self._reference.teaching(skill), key=_easiest_first)
        steps = {entry.key: entry for entry in level}
        ahead: dict[int, int] = {}
        distance = 0
        while level:
            distance += 1
            before = {key for entry in level for key in entry.prerequisites} - ahead.keys()
            ahead.update(dict.fromkeys(before, distance))
            level = sorted(self._found(before - steps.keys()), key=_easiest_first)
            steps.update((entry.key, entry) for entry in level)
        return Path(tuple(steps.values()), ahead)

    def _found(self, keys: set[int]) -> Iterator[Entry]:
        return (entry for key in keys if (entry := self.entries[key]) is not None)


def _surveyed(reference: Reference) -> Survey:
    survey = Survey()
    for entry in reference.entries():
        activity = entry.activity
        if not entry.prerequisites and not activity.withdrawn:
            survey.openings.append(entry)
        if activity.audience:
            survey.audiences.update(activity.audience)
        if activity.deadlines:
            survey.duties += [(entry, deadline) for deadline in activity.deadlines]
        if activity.valid_from is not None:
            survey.starts.append(activity.valid_from)
    survey.starts.sort()
    return survey


def _easiest_first(entry: Entry) -> tuple[float, str]:
    difficulty = entry.activity.difficulty
    return (0.5 if difficulty is None else difficulty, entry.activity.id)


_INDEXES: WeakKeyDictionary[Reference, CatalogueIndex] = WeakKeyDictionary()


def index_of(reference: Reference) -> CatalogueIndex:
    """The index of `reference`, kept until its `graph_version` changes."""
    found = _INDEXES.get(reference)
    if found is None or found.version != reference.graph_version:
        found = _INDEXES[reference] = CatalogueIndex(reference)
    return found
