"""What brings back a skill that was proficient and is fading."""

from collections.abc import Iterator

from processors.candidates.stream import Found, Stream
from processors.learner_view import LearnerView
from processors.reference import Entry
from schemas.queue import ReasonCode

MAX_SKILLS = 4
"""Skills that get a stream: those remembered least."""
PER_SKILL = 2
"""Activities offered for one skill."""


def reviews(view: LearnerView) -> Iterator[Stream]:
    """For each faded skill its finished activities, the shortest first."""
    faded = sorted(filter(view.faded, view.practised), key=lambda s: (view.recall(s), s))
    for skill in faded[:MAX_SKILLS]:
        yield Stream(_finished(view, skill), PER_SKILL)


def _finished(view: LearnerView, skill: int) -> Iterator[Found]:
    def shortest(entry: Entry) -> tuple[float, str]:
        return (view.minutes(entry), entry.activity.id)

    done = (entry for entry in view.reference.teaching(skill) if view.is_done(entry.key))
    strength = 1.0 - view.recall(skill)
    return (
        Found(entry, ReasonCode.DUE_FOR_REVIEW, strength) for entry in sorted(done, key=shortest)
    )
