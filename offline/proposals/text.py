"""Proposals in words, and as a catalogue that `stepstream load` takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from offline.proposals.mining import Known, Proposals
from offline.proposals.prerequisites import Link
from offline.proposals.tags import Tag
from schemas.codec import encode_json
from schemas.reference import Activity

_AFTER = 3
"""Activities of a skill that get a prerequisite, the most visited ones."""
_QUESTION = "question"

_HEAD = """\
# Proposed by Stepstream from {events} events, never applied: read the evidence, keep what is right.
# Each entry has what the events say of an activity, and the line that is proposed. An entry that is
# loaded replaces the catalogue's own of that id: where you have one, copy the proposed line there.
#   stepstream load FILE --dry-run
"""
_NOTHING = "# Nothing in the log surely builds on anything, and no activity surely lacks a skill.\n"


def sentences(proposals: Proposals) -> list[str]:
    """Each proposal with its evidence, for people."""
    links = [link_in_words(link) for link in proposals.links]
    return links + [tag_in_words(tag, proposals.activities) for tag in proposals.tags]


def link_in_words(link: Link) -> str:
    """A link and why."""
    effect = link.effect
    return (
        f"{link.after} builds on {link.before}: first answers on {link.after} were right in "
        f"{effect.right_with:.0%} with {link.before} mastered before ({effect.with_it:,} "
        f"learners), {effect.right_without:.0%} without it ({effect.without_it:,}); the odds are "
        f"{link.odds_ratio:.1f} times as high among equally able ones (95 %: {link.low:.1f} to "
        f"{link.high:.1f}); in the end {link.only_before:,} knew {link.before} alone, "
        f"{link.only_after:,} {link.after} alone"
    )


def tag_in_words(tag: Tag, activities: Mapping[str, Known]) -> str:
    """A tag and why."""
    known = activities.get(tag.activity)
    named = known.activity.title if known and known.activity.title else tag.activity
    return (
        f"{named} is about {tag.skill}: so are {tag.of_skill:,} of the {tag.neighbours:,} "
        f"activities that learners did next to it ({tag.share:.0%}, 95 %: {tag.low:.0%} to "
        f"{tag.high:.0%}), {tag.lift:.1f} times as often as anywhere"
    )


def yaml_of(proposals: Proposals) -> str:
    """The file: evidence as comments, entries as `stepstream load` reads them."""
    head = _HEAD.format(events=f"{proposals.events:,}")
    entries = [*_entries(proposals)]
    if not entries:
        return head + _NOTHING
    return f"{head}\nactivities:\n{''.join(entries)}"


def _entries(proposals: Proposals) -> Iterator[str]:
    proposed = _Proposed(proposals)
    for link in proposals.links:
        proposed.add_link(link)
    for tag in proposals.tags:
        proposed.add_tag(tag)
    yield from proposed.entries()


class _Proposed:
    """Lines by activity."""

    def __init__(self, proposals: Proposals) -> None:
        self._known = proposals.activities
        self._notes: dict[str, list[str]] = {}
        self._prerequisites: dict[str, list[str]] = {}
        self._skills: dict[str, list[str]] = {}

    def add_link(self, link: Link) -> None:
        first = self._of_skill(link.before)[:1]
        if not first:
            return
        before = first[0].activity.id
        self._notes.setdefault(before, [])
        for known in self._of_skill(link.after)[:_AFTER]:
            if known.activity.id != before:
                self._note(known.activity.id, link_in_words(link))
                self._prerequisites.setdefault(known.activity.id, []).append(before)

    def add_tag(self, tag: Tag) -> None:
        self._note(tag.activity, tag_in_words(tag, self._known))
        self._skills.setdefault(tag.activity, []).append(tag.skill)

    def _note(self, activity: str, text: str) -> None:
        self._notes.setdefault(activity, []).append(text)

    def _of_skill(self, skill: str) -> list[Known]:
        """Activities with that skill alone, the most visited first; questions where that is all."""
        found = [one for one in self._known.values() if one.activity.skills == (skill,)]
        offered = [one for one in found if one.activity.content != _QUESTION] or found
        return sorted(offered, key=lambda one: (-one.visits, one.activity.id))

    def entries(self) -> Iterator[str]:
        """In order of the ids; what others build on is there, too."""
        for activity in sorted(self._notes):
            known = self._known.get(activity)
            facts = Activity(id=activity) if known is None else known.activity
            prerequisites = self._prerequisites.get(activity, [])
            skills = [*facts.skills, *self._skills.get(activity, [])]
            yield _entry(facts, self._notes[activity], skills, prerequisites)


def _entry(
    facts: Activity, notes: Iterable[str], skills: Sequence[str], prerequisites: Sequence[str]
) -> str:
    lines = [f"  # {_one_line(note)}" for note in notes]
    lines.append(f"  - id: {_quoted(facts.id)}")
    said = {
        "title": facts.title,
        "skills": [*dict.fromkeys(skills)],
        "prerequisites": [*dict.fromkeys(prerequisites)],
        "content": facts.content,
        "minutes": facts.minutes,
        "difficulty": facts.difficulty,
        "course": facts.course,
        "parent": facts.parent,
        "done_by": facts.done_by,
        "pass_mark": facts.pass_mark,
    }
    lines += [f"    {name}: {_quoted(value)}" for name, value in said.items() if value]
    return "\n".join(lines) + "\n\n"


def _quoted(value: object) -> str:
    """JSON, which is YAML as well."""
    return encode_json(value).decode()


def _one_line(text: str) -> str:
    return " ".join(text.split())
