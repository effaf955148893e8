from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from processors.reference import Reference
from processors.saying import Saying, event_of
from schemas.kinds import FEEDBACK, Kind
from schemas.reference import Activity, LearnerProfile

NOW = 1_750_000_000.0
SAYING = Saying(learner="k", tenant="t", decision="3-4", activity="a", kind=Kind.DISMISSED)


@pytest.fixture
def reference() -> Reference:
    reference = Reference()
    reference.put(Activity(id="a", title="A", course="c", content="video", skills=("s",)))
    reference.put(LearnerProfile(learner="k", role="analyst", cohort="2026"))
    return reference


def test_the_event_says_what_was_said(reference: Reference) -> None:
    event = event_of(replace(SAYING, kind=Kind.RATED, rating=4.0, at=NOW - 5), reference, NOW)
    assert (event.learner, event.tenant, event.activity) == ("k", "t", "a")
    assert (event.kind, event.verb) == (Kind.RATED, "urn:stepstream:feedback:rated")
    assert (event.decision, event.rating) == ("3-4", 4.0)
    assert (event.occurred_at, event.received_at) == (NOW - 5, NOW)
    assert (event.title, event.course, event.content) == ("A", "c", "video")
    assert (event.role, event.cohort) == ("analyst", "2026")
    assert (event.outcome, event.skills) == (None, ())


def test_the_same_said_again_is_the_same_event(reference: Reference) -> None:
    first, again = (event_of(SAYING, reference, now) for now in (NOW, NOW + 60))
    assert (first.id, first.digest) == (again.id, again.digest)
    assert UUID(first.id).version == 5


@pytest.mark.parametrize(
    "other",
    [
        {"learner": "l"},
        {"tenant": "u"},
        {"decision": "3-5"},
        {"activity": "b"},
        {"kind": Kind.NOT_RELEVANT},
        {"rating": 1.0},
        {"at": NOW},
    ],
)
def test_anything_else_is_another_event(reference: Reference, other: dict[str, Any]) -> None:
    assert (
        event_of(replace(SAYING, **other), reference, NOW).id != event_of(SAYING, reference, NOW).id
    )


def test_every_kind_of_feedback_has_a_verb() -> None:
    verbs = {event_of(replace(SAYING, kind=kind), Reference(), NOW).verb for kind in FEEDBACK}
    assert len(verbs) == len(FEEDBACK)
