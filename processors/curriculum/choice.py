"""Which activities the map shows: all that there are, or of a large catalogue the nearest ones."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from processors.catalogue import OBSERVED
from processors.reference import Entry, Reference
from processors.rules import CATALOGUE_RULES, removal_at_reading


@dataclass(frozen=True, slots=True)
class Traveller:
    """The learner whose place is shown; a `processors.rules.Standing`."""

    now: float
    """POSIX seconds."""
    done: Mapping[int, bool]
    """Activity key -> whether it is finished; has an answer for every key."""
    role: str = ""
    queue: Sequence[str] = ()
    """Activity ids, next first."""
    recent: Sequence[int] = ()
    """Keys of activities engaged with, newest first."""
    skills: Collection[int] = ()
    """Hashes of the skills that role or goals name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown."""

    entries: Mapping[str, Entry]
    """By activity id."""
    total: int
    """How many could have been."""


def choose(reference: Reference, traveller: Traveller | None, limit: int) -> Choice:
    """At most `limit` activities: around the learner first, then for the goals, then the hubs.

    Activities known from statements alone are left out, unless the learner met them: nobody said
    what they build on. So are, for a learner, those of other roles and other times.
    """
    ground, walk = _ground_of(reference), _Walk(reference, traveller, limit)
    walk.spread(walk.around())
    walk.spread(walk.aims())
    for hub in ground.hubs:
        if walk.is_full:
            break
        walk.spread([hub])
    hidden = sum(not walk.is_shown(one) for one in ground.bounded)
    return Choice(walk.chosen, len(ground.hubs) - hidden + walk.observed)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the catalogue says for everybody; holds for one of its versions."""

    version: int
    hubs: tuple[Entry, ...]
    """All but withdrawn and observed ones, the most connected first, then by id."""
    bounded: tuple[Entry, ...]
    """Those of them that are not for everybody, or not for ever."""


_GROUNDS: WeakKeyDictionary[Reference, _Ground] = WeakKeyDictionary()


def _ground_of(reference: Reference) -> _Ground:
    found = _GROUNDS.get(reference)
    if found is None or found.version != reference.graph_version:
        found = _GROUNDS[reference] = _survey(reference)
    return found


def _survey(reference: Reference) -> _Ground:
    known = [one for one in reference.entries() if _is_of_catalogue(one)]
    hubs = sorted(known, key=lambda one: -(len(one.prerequisites) + len(one.unlocks)))
    bounded = [one for one in known if any(rule.concerns(one) for rule in CATALOGUE_RULES)]
    return _Ground(reference.graph_version, tuple(hubs), tuple(bounded))


def _is_of_catalogue(entry: Entry) -> bool:
    return not entry.activity.withdrawn and entry.activity.origin != OBSERVED


class _Walk:
    """Gathers activities until there are enough."""

    def __init__(self, reference: Reference, traveller: Traveller | None, limit: int) -> None:
        self._reference = reference
        self._traveller = traveller
        self._limit = limit
        self.chosen: dict[str, Entry] = {}

    @property
    def is_full(self) -> bool:
        return len(self.chosen) >= self._limit

    @property
    def observed(self) -> int:
        """How many of the chosen are not of the catalogue."""
        return sum(not _is_of_catalogue(one) for one in self.chosen.values())

    def around(self) -> list[Entry]:
        """Where the learner is."""
        if self._traveller is None:
            return []
        queue = map(self._reference.entry, self._traveller.queue)
        return [*_known(queue), *_known(map(self._reference.by_key, self._traveller.recent))]

    def aims(self) -> list[Entry]:
        """What teaches what the learner is to know."""
        skills = () if self._traveller is None else sorted(self._traveller.skills)
        return [one for skill in skills for one in self._reference.teaching(skill)]

    def is_shown(self, entry: Entry) -> bool:
        """Whether there is a place for it on this learner's map."""
        activity, traveller = entry.activity, self._traveller
        if traveller is None:
            return _is_of_catalogue(entry)
        if activity.id in traveller.queue:
            return True
        is_met = activity.origin != OBSERVED or entry.key in traveller.recent
        if activity.withdrawn or not is_met:
            return False
        return traveller.done[entry.key] or removal_at_reading(entry, traveller) is None

    def spread(self, seeds: Iterable[Entry]) -> None:
        """Choose the seeds, then what the graph reaches from them in either direction, by steps."""
        border = deque(one for one in seeds if self._take(one))
        while border and not self.is_full:
            border += [one for one in self._neighbours(border.popleft()) if self._take(one)]

    def _take(self, entry: Entry) -> bool:
        is_new = not self.is_full and entry.activity.id not in self.chosen and self.is_shown(entry)
        if is_new:
            self.chosen[entry.activity.id] = entry
        return is_new

    def _neighbours(self, entry: Entry) -> Iterator[Entry]:
        return _known(map(self._reference.by_key, (*entry.prerequisites, *entry.unlocks)))


def _known(entries: Iterable[Entry | None]) -> Iterator[Entry]:
    return (one for one in entries if one is not None)
