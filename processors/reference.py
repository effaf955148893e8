"""What the compacted topics say, as one value: activities, profiles and role requirements.

It is loaded whole and changes only between batches. Whatever it answers is a function of what it
holds, not of the order in which it was told; only `version`, and which observed activities came
first where too many came, remember the order.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from processors.catalogue import OBSERVED, Catalogue, Entry, Index
from schemas.codec import hash64
from schemas.erasure import Erased
from schemas.reference import Activity, LearnerProfile, RoleRequirement

__all__ = ["Change", "Entry", "Reference"]

NOBODY: frozenset[str] = frozenset()
MAX_OBSERVED = 20_000
_GROWTH = 1.05
_NO_TARGETS: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Change:
    """Whose queue a change of the reference data concerns."""

    learners: frozenset[str] | None
    """Learner keys; None means everybody."""
    why: str
    """One line for the queue's cause; names no person."""
    erased: frozenset[str] = NOBODY
    """Learner keys of whom nothing is to be left."""


class Reference:
    """Catalogue, profiles and requirements, each looked up in constant time.

    Args:
        max_observed: how many activities may be known from statements alone. First come, first
            kept: a sender that makes up activity ids cannot fill the memory.
    """

    def __init__(self, max_observed: int = MAX_OBSERVED) -> None:
        self.version = 0
        """Grows with each change."""
        self.graph_version = 0
        """Grows with each change of an activity, but with new observed ones only as their number
        grows by a twentieth: what is computed from the whole catalogue may wait so long for them.
        """
        self._observed_mark = 0.0
        self._catalogue = Catalogue()
        self._max_observed = max_observed
        self._profiles: dict[str, LearnerProfile] = {}
        self._by_role = Index()
        self._sizes = {"role": Counter[str](), "cohort": Counter[str]()}
        self._requirements: dict[str, RoleRequirement] = {}
        self._targets: dict[str, Mapping[int, float]] = {}
        self._erased: dict[str, Erased] = {}

    def lookup(self, activity_id: str) -> Activity | None:
        """The activity of that id, withdrawn or not."""
        return self._catalogue.lookup(activity_id)

    def entry(self, activity_id: str) -> Entry | None:
        """The entry of that activity id, withdrawn or not."""
        return self._catalogue.entry(activity_id)

    def by_key(self, key: int) -> Entry | None:
        """The entry whose activity id hashes to `key`, withdrawn or not."""
        return self._catalogue.by_key(key)

    def entries(self) -> Iterator[Entry]:
        """All entries, withdrawn ones included, in the order of their ids."""
        return self._catalogue.entries()

    def teaching(self, skill: int) -> tuple[Entry, ...]:
        """What teaches a skill (hash) and is not withdrawn, in the order of the ids."""
        return self._catalogue.teaching(skill)

    def course(self, course_id: str) -> tuple[Entry, ...]:
        """What belongs to a course and is not withdrawn, in the order of the ids."""
        return self._catalogue.course(course_id)

    def unlocks_of(self, key: int) -> tuple[Entry, ...]:
        """What names the activity of that key as a prerequisite and is not withdrawn."""
        return self._catalogue.unlocks_of(key)

    def profile(self, learner: str) -> LearnerProfile | None:
        """What HR knows of that learner key."""
        return self._profiles.get(learner)

    def learners(self) -> Iterator[str]:
        """Learner keys with a profile, in order."""
        return iter(sorted(self._profiles))

    def sizes(self, grouping: str) -> Mapping[str, int]:
        """How many profiles name each "role", or each "cohort"."""
        return self._sizes[grouping]

    def erased(self, learner: str) -> Erased | None:
        """That this learner is erased, or was and is readmitted; None where neither is so."""
        return self._erased.get(learner)

    @property
    def anybody_erased(self) -> bool:
        """Whether anybody is erased, or was."""
        return bool(self._erased)

    def erasures(self) -> list[Erased]:
        """All who are erased or were, in order of their keys."""
        return [erased for _, erased in sorted(self._erased.items())]

    def barred(self) -> Iterator[str]:
        """Learner keys of whom nothing is taken, in order."""
        return (erased.learner for erased in self.erasures() if erased.is_barred)

    def is_erased(self, learner: str, received_at: float) -> bool:
        """Whether what arrived of a learner at that moment (POSIX seconds) counts no more."""
        erased = self._erased.get(learner)
        return erased is not None and erased.covers(received_at)

    def requirement(self, role: str) -> Mapping[int, float]:
        """Target proficiency by skill (hash); empty where nobody said what the role requires."""
        return self._targets.get(role, _NO_TARGETS)

    def skill_name(self, skill: int) -> str | None:
        """The name behind a skill's hash, also of a skill that nothing names any more."""
        return self._catalogue.skill_names.get(skill)

    def put(self, record: Activity | LearnerProfile | RoleRequirement | Erased) -> Change:
        """Take a record in; one that says nothing new concerns nobody and is no change.

        The profile of an erased learner is not taken.

        An observed activity never replaces one of the catalogue, nor brings a withdrawn one back,
        and concerns nobody: queues meet it when they are next rebuilt.
        """
        match record:
            case Activity():
                return self._put_activity(record)
            case LearnerProfile():
                return self._put_profile(record.learner, record)
            case RoleRequirement():
                return self._put_requirement(record.role, record)
            case Erased():
                return self._put_erased(record)

    def drop_activity(self, activity_id: str) -> Change:
        """Withdraw an activity: it is offered no more, but history can still name it."""
        found = self.lookup(activity_id)
        if found is None:
            return Change(NOBODY, f"activity {activity_id} is not known")
        return self._put_activity(replace(found, withdrawn=True))

    def drop_profile(self, learner: str) -> Change:
        """Forget a learner's profile."""
        return self._put_profile(learner, None)

    def drop_erased(self, learner: str) -> Change:
        """Nothing is known any more of this learner's having been erased."""
        self.version += self._erased.pop(learner, None) is not None
        return Change(NOBODY, "nobody is erased")

    def drop_requirement(self, role: str) -> Change:
        """Forget what a role requires."""
        return self._put_requirement(role, None)

    def _put_activity(self, new: Activity) -> Change:
        old = self.lookup(new.id)
        if old == new or not self._admits(old, new):
            return Change(NOBODY, f"activity {new.id} stays as it is")
        self._catalogue.put(new)
        self.version += 1
        self._move_graph(is_new_observed=old is None and new.origin == OBSERVED)
        if new.withdrawn:
            return Change(None, f"activity {new.id} withdrawn")
        if new.origin == OBSERVED:
            return Change(NOBODY, f"activity {new.id} observed")
        return Change(None, f"activity {new.id} changed")

    def _move_graph(self, *, is_new_observed: bool) -> None:
        count = self._catalogue.observed
        if not is_new_observed or count >= self._observed_mark:
            self.graph_version += 1
            self._observed_mark = count * _GROWTH

    def _admits(self, old: Activity | None, new: Activity) -> bool:
        if new.origin != OBSERVED:
            return True
        if old is None:
            return self._catalogue.observed < self._max_observed
        return old.origin == OBSERVED and not old.withdrawn

    def _put_erased(self, new: Erased) -> Change:
        if self._erased.get(new.learner) == new:
            return Change(NOBODY, "a learner is erased already")
        self._erased[new.learner] = new
        self.version += 1
        if not new.is_barred:
            return Change(NOBODY, "a learner is readmitted")
        self._put_profile(new.learner, None)
        return Change(NOBODY, "a learner is erased", frozenset({new.learner}))

    def _put_profile(self, learner: str, new: LearnerProfile | None) -> Change:
        erased = self._erased.get(learner)
        if new is not None and erased is not None and erased.is_barred:
            return Change(NOBODY, "the profile of an erased learner is not taken")
        old = self._profiles.pop(learner, None)
        if old is not None:
            self._by_role.discard(old.role, learner)
            self._count(old, -1)
        if new is not None:
            self._profiles[learner] = new
            self._by_role.add(new.role, learner)
            self._count(new, 1)
            self._catalogue.name_skills(new.goals)
        return self._change(frozenset({learner}), "profile changed", differs=old != new)

    def _count(self, profile: LearnerProfile, step: int) -> None:
        for grouping, sizes in self._sizes.items():
            name = getattr(profile, grouping)
            sizes[name] += step
            if not sizes[name]:
                del sizes[name]

    def _put_requirement(self, role: str, new: RoleRequirement | None) -> Change:
        old = self._requirements.pop(role, None)
        self._targets.pop(role, None)
        if new is not None:
            self._requirements[role] = new
            self._targets[role] = MappingProxyType({hash64(k): v for k, v in new.skills.items()})
            self._catalogue.name_skills(new.skills)
        concerned = frozenset(self._by_role.of(role))
        return self._change(concerned, f"role {role} changed", differs=old != new)

    def _change(self, learners: frozenset[str], why: str, *, differs: bool) -> Change:
        self.version += differs
        return Change(learners if differs else NOBODY, why)
