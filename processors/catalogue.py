"""The activities as a graph, with the hashes that the engine works on."""

from bisect import insort
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from online_models.things import Thing
from processors.features.facts import packed_facts
from schemas.codec import hash64
from schemas.reference import Activity

OBSERVED = "observed"
MAX_SKILLS = 200_000
"""How many skill names are kept: statements may name skills, and they may make them up."""
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity and its place in the graph; each hash is `schemas.codec.hash64`."""

    activity: Activity
    key: int
    skills: tuple[int, ...]
    prerequisites: tuple[int, ...]
    """Keys of the activities that it names, known or not; each once."""
    unlocks: tuple[int, ...]
    """Keys of the activities that name it as a prerequisite, withdrawn ones left out."""
    content: int
    """Hash of the kind of content; 0 where nobody said."""
    facts: bytes = field(compare=False, repr=False)
    """What models are told of it, one row."""
    thing: Thing = field(compare=False, repr=False)
    """What else they are told."""


class Index:
    """Which ids stand under a word."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = {}

    def of(self, word: str) -> AbstractSet[str]:
        """The ids under `word`."""
        return self._ids.get(word, _NONE)

    def add(self, word: str, one: str) -> None:
        """Put `one` under `word`."""
        self._ids.setdefault(word, set()).add(one)

    def discard(self, word: str, one: str) -> None:
        """Take `one` away from `word`; a word without ids is forgotten."""
        ids = self._ids.get(word, set())
        ids.discard(one)
        if not ids:
            self._ids.pop(word, None)


class Catalogue:
    """Activities by id; what is asked of them is built once and kept.

    A change lets go of exactly the answers that it touches, so that activities observed one after
    the other do not make each batch build the whole catalogue anew.
    """

    def __init__(self) -> None:
        self.observed = 0
        """How many activities are known from statements alone."""
        self.skill_names: dict[int, str] = {}
        """Name of each skill that was ever named, by its hash."""
        self._activities: dict[str, Activity] = {}
        self._ids: list[str] = []
        self._id_of: dict[int, str] = {}
        self._by_skill = Index()
        self._by_course = Index()
        self._by_prerequisite = Index()
        self._entries: dict[str, Entry] = {}
        self._teaching: dict[int, tuple[Entry, ...]] = {}
        self._course: dict[str, tuple[Entry, ...]] = {}

    def lookup(self, activity_id: str) -> Activity | None:
        """The activity of that id."""
        return self._activities.get(activity_id)

    def entry(self, activity_id: str) -> Entry | None:
        """The entry of that id."""
        found = self._entries.get(activity_id)
        if found is None and (activity := self._activities.get(activity_id)) is not None:
            found = self._entries[activity_id] = self._build(activity)
        return found

    def by_key(self, key: int) -> Entry | None:
        """The entry whose id hashes to `key`."""
        found = self._id_of.get(key)
        return None if found is None else self.entry(found)

    def entries(self) -> Iterator[Entry]:
        """All entries in the order of their ids."""
        return self._known(self._ids)

    def teaching(self, skill: int) -> tuple[Entry, ...]:
        """What teaches a skill and is not withdrawn, in the order of the ids."""
        found = self._teaching.get(skill)
        if found is None and (name := self.skill_names.get(skill)) is not None:
            found = self._teaching[skill] = self._sorted(self._by_skill.of(name))
        return found or ()

    def course(self, course_id: str) -> tuple[Entry, ...]:
        """What belongs to a course and is not withdrawn, in the order of the ids."""
        found = self._course.get(course_id)
        if found is None and (ids := self._by_course.of(course_id)):
            found = self._course[course_id] = self._sorted(ids)
        return found or ()

    def unlocks_of(self, key: int) -> tuple[Entry, ...]:
        """What names the activity of that key as a prerequisite and is not withdrawn."""
        found = self._id_of.get(key)
        return () if found is None else self._sorted(self._by_prerequisite.of(found))

    def name_skills(self, skills: Iterable[str]) -> None:
        """Remember the names of `skills`, unless `MAX_SKILLS` are known."""
        if len(self.skill_names) < MAX_SKILLS:
            self.skill_names.update((hash64(skill), skill) for skill in skills)

    def put(self, new: Activity) -> None:
        """Take `new` in, in the place of what had its id."""
        old = self._activities.get(new.id)
        if old is None:
            insort(self._ids, new.id)
            self._id_of[hash64(new.id)] = new.id
        else:
            self._leave(old)
        self._activities[new.id] = new
        self._enter(new)

    def _enter(self, activity: Activity) -> None:
        self.observed += activity.origin == OBSERVED
        self.name_skills(activity.skills)
        if not activity.withdrawn:
            for index, words in self._places(activity):
                for word in words:
                    index.add(word, activity.id)
        self._let_go(activity)

    def _leave(self, activity: Activity) -> None:
        self.observed -= activity.origin == OBSERVED
        for index, words in self._places(activity):
            for word in words:
                index.discard(word, activity.id)
        self._let_go(activity)

    def _places(self, activity: Activity) -> tuple[tuple[Index, tuple[str, ...]], ...]:
        return (
            (self._by_skill, activity.skills),
            (self._by_course, (activity.course,) if activity.course else ()),
            (self._by_prerequisite, activity.prerequisites),
        )

    def _let_go(self, activity: Activity) -> None:
        """Forget the answers that name `activity`, or that name what it builds on."""
        for stale in (activity, *map(self._activities.get, activity.prerequisites)):
            if stale is not None:
                self._entries.pop(stale.id, None)
                self._course.pop(stale.course, None)
                for skill in stale.skills:
                    self._teaching.pop(hash64(skill), None)

    def _build(self, activity: Activity) -> Entry:
        key, skills = hash64(activity.id), _hashes(activity.skills)
        content = hash64(activity.content) if activity.content else 0
        return Entry(
            activity=activity,
            key=key,
            skills=skills,
            prerequisites=_hashes(activity.prerequisites),
            unlocks=_hashes(sorted(self._by_prerequisite.of(activity.id))),
            content=content,
            facts=packed_facts(key, skills, activity.difficulty, content, activity.minutes),
            thing=Thing(key, content, skills),
        )

    def _sorted(self, ids: AbstractSet[str]) -> tuple[Entry, ...]:
        return tuple(self._known(sorted(ids)))

    def _known(self, ids: Iterable[str]) -> Iterator[Entry]:
        return (found for one in ids if (found := self.entry(one)) is not None)


def _hashes(words: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(map(hash64, words)))
