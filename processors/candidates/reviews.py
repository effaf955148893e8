"""What brings back a skill that was proficient and is fading."""

from collections.abc import Iterator

from processors.candidates.stream import Stream
from processors.learner_view import LearnerView
from processors.reference import Entry

MAX_SKILLS = 4
"""Skills that get a stream: those longest due."""
PER_SKILL = 2
"""Activities offered for one skill."""


def reviews(view: LearnerView) -> Iterator[Stream]:
    """For each faded skill its finished activities, the shortest first."""
    longest_due = sorted(view.faded, key=lambda skill: (view.review_at[skill], skill))
    for skill in longest_due[:MAX_SKILLS]:
        yield Stream(_finished(view, skill), PER_SKILL)


def _finished(view: LearnerView, skill: int) -> list[Entry]:
    done = (entry for entry in view.reference.teaching(skill) if view.done[entry.key])
    return sorted(done, key=lambda entry: (view.minutes(entry), entry.activity.id))
