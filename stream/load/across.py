"""What only shows when records are seen together.

Problems refuse the load: ids given twice, prerequisites that nobody defines or that go in a
circle, validity that ends before it begins, and a role that requires a skill which no activity
teaches: such a gap can never be closed, and nearly always it is a misspelling.

Warnings do not: an activity without skills, or with more than the engine counts; an id that
no statement can carry; a learner's goal that nothing teaches; a role that nobody describes.

What is not loaded at all is not missed: profiles alone are checked against no catalogue.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from schemas.reference import Activity
from stream.load.problem import Problem, did_you_mean
from stream.load.records import Found, R, Records

MOST_SKILLS = 8
"""How many skills of an activity the engine counts."""
_MOST_CYCLES = 25


def problems(records: Records) -> Iterator[Problem]:
    """What refuses the load."""
    yield from _twice(records.activities, lambda activity: activity.id, "id")
    yield from _twice(records.profiles, lambda profile: profile.learner, "learner")
    yield from _twice(records.requirements, lambda requirement: requirement.role, "role")
    yield from _unknown_prerequisites(records.activities)
    yield from _cycles(records.activities)
    yield from _never_valid(records.activities)
    yield from _required_but_not_taught(records)


def warnings(records: Records) -> Iterator[Problem]:
    """What is worth a look."""
    for found in records.activities:
        yield from _doubtful(found)
    yield from _wanted_but_not_taught(records)
    yield from _unknown_roles(records)


def _twice(every: Sequence[Found[R]], name: Callable[[R], str], field: str) -> Iterator[Problem]:
    first: dict[str, Found[R]] = {}
    for found in every:
        word = name(found.record)
        before = first.setdefault(word, found)
        if before is not found:
            where = f"{before.file}:{before.line_of(field, word)}"
            yield _at(found, field, word, f"{field} is given twice, first in {where}")


def _unknown_prerequisites(activities: Sequence[Found[Activity]]) -> Iterator[Problem]:
    known = {found.record.id for found in activities}
    for found in activities:
        for word in found.record.prerequisites:
            if word not in known:
                hint = did_you_mean(word, known)
                yield _at(found, "prerequisites", word, f"unknown prerequisite {word}{hint}")


def _cycles(activities: Sequence[Found[Activity]]) -> Iterator[Problem]:
    found = {each.record.id: each for each in activities}
    for cycle in cycles({name: each.record.prerequisites for name, each in found.items()}):
        text = " -> ".join(cycle)
        yield _at(found[cycle[0]], "prerequisites", cycle[1], f"prerequisites in a circle: {text}")


def cycles(graph: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Circles of `graph` (name -> prerequisites), each as a, its prerequisite, ..., a.

    No two of them share a step, each begins with its smallest name, and at most 25 are told.
    """
    steps = {name: list(dict.fromkeys(needs)) for name, needs in sorted(graph.items())}
    for _ in range(_MOST_CYCLES):
        cycle = _cycle(steps)
        if not cycle:
            return
        for name, need in pairwise(cycle):
            steps[name].remove(need)
        yield cycle


def _cycle(steps: dict[str, list[str]]) -> tuple[str, ...]:
    try:
        TopologicalSorter(steps).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1][:0:-1]
        start = ring.index(min(ring))
        return (*ring[start:], *ring[: start + 1])
    return ()


def _never_valid(activities: Sequence[Found[Activity]]) -> Iterator[Problem]:
    for found in activities:
        start, end = found.record.valid_from, found.record.valid_until
        if start is not None and end is not None and end <= start:
            yield _at(found, "valid_until", "", "valid_until must be later than valid_from")


def _required_but_not_taught(records: Records) -> Iterator[Problem]:
    taught = _taught(records.activities)
    for found in records.requirements if taught else ():
        for skill in found.record.skills:
            if skill not in taught:
                text = f"no activity teaches {skill!r}{did_you_mean(skill, taught)}"
                yield _at(found, "skills", skill, text)


def _doubtful(found: Found[Activity]) -> Iterator[Problem]:
    activity = found.record
    if not activity.skills:
        yield _at(found, "id", activity.id, f"{activity.id} teaches no skill: it closes no gap")
    if len(activity.skills) > MOST_SKILLS:
        yield _at(found, "id", activity.id, f"only the first {MOST_SKILLS} skills count")
    if ":" not in activity.id:
        text = f"{activity.id} is no IRI, so no statement can name it; give the file a base"
        yield _at(found, "id", activity.id, text)


def _wanted_but_not_taught(records: Records) -> Iterator[Problem]:
    taught = _taught(records.activities)
    for found in records.profiles if taught else ():
        for goal in found.record.goals:
            if goal not in taught:
                text = f"no activity teaches {goal!r}{did_you_mean(goal, taught)}"
                yield _at(found, "goals", goal, text)


def _unknown_roles(records: Records) -> Iterator[Problem]:
    known = Counter(found.record.role for found in records.requirements)
    if not known:
        return
    for profile in records.profiles:
        yield from _unknown(profile, "role", filter(None, (profile.record.role,)), known)
    for found in records.activities:
        yield from _unknown(found, "audience", found.record.audience, known)
        for deadline in found.record.deadlines:
            yield from _unknown(found, "roles", deadline.roles, known)


def _unknown(
    found: Found[R], field: str, roles: Iterable[str], known: Iterable[str]
) -> Iterator[Problem]:
    for role in roles:
        if role not in known:
            text = f"nothing says what role {role!r} requires{did_you_mean(role, known)}"
            yield _at(found, field, role, text)


def _taught(activities: Sequence[Found[Activity]]) -> set[str]:
    return {skill for found in activities for skill in found.record.skills}


def _at(found: Found[R], field: str, word: str, text: str) -> Problem:
    return Problem(found.file, found.line_of(field, word), text)
