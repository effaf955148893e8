"""From event to trace: what finishes, what is evidence, and the packed form."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traces import YEAR_1, YEAR_9999, busy, some_traces, trace

from processors.trace import KIND_CODES, KINDS, Trace, finish_of, pack_trace, trace_of, unpack_trace
from schemas.codec import hash64
from schemas.errors import Corrupt
from schemas.event import LearningEvent
from schemas.kinds import Kind


def event(kind: Kind = Kind.ANSWERED, **facts: Any) -> LearningEvent:
    given = {"occurred_at": 100.0, "received_at": 200.0} | facts
    return LearningEvent(
        id="s1", learner="l1", kind=kind, verb="v", activity="https://a.example/1", **given
    )


def test_a_trace_says_the_event_in_numbers() -> None:
    found = trace_of(
        event(
            outcome=0.65,
            skills=("SQL", "Statistics"),
            duration_sec=61.26,
            minutes=20.0,
            content="quiz",
            progress=0.5,
        )
    )
    assert found == Trace(
        id=hash64("s1"),
        at=100.0,
        activity=hash64("https://a.example/1"),
        kind=Kind.ANSWERED,
        outcome=0.65,
        weight=1.0,
        skills=(hash64("SQL"), hash64("Statistics")),
        seconds=61.3,
        planned_minutes=20.0,
        content=hash64("quiz"),
        progress=0.5,
        finish=0,
    )


def test_nothing_happens_after_its_arrival() -> None:
    assert trace_of(event(occurred_at=500.0, received_at=200.0)).at == 200.0


def test_what_is_not_known_is_none() -> None:
    found = trace_of(event(Kind.VIEWED))
    assert (found.outcome, found.seconds, found.planned_minutes, found.progress) == (None,) * 4
    assert (found.skills, found.content, found.weight) == ((), 0, 0.0)


def test_each_skill_counts_once_and_eight_at_most() -> None:
    skills = trace_of(event(skills=("a", "a", *"bcdefghij"))).skills
    assert skills == tuple(map(hash64, "abcdefgh"))


def test_numbers_out_of_range_are_brought_in() -> None:
    found = trace_of(event(outcome=1.7, progress=-2.0, duration_sec=-5.0, minutes=1e300))
    assert (found.outcome, found.progress, found.seconds) == (1.0, 0.0, 0.0)
    assert unpack_trace(pack_trace(found)) == found


PASSED = {"outcome": 0.6}
MISSED = {"outcome": 0.5999}
SHORT = {"progress": 0.99}
WHOLE = {"progress": 1.0}
DENIED = {"completion": False}
STATED = {"completion": True}

FINISHES = [
    # the event; what it does under each of the three ways of being done
    (Kind.VIEWED, {}, (1, 0, 0)),
    (Kind.VIDEO, {}, (1, 0, 0)),
    (Kind.ATTEMPTED, {}, (1, 0, 0)),
    (Kind.SUBMITTED, {}, (1, 0, 0)),
    (Kind.ANSWERED, PASSED, (1, 0, 1)),
    (Kind.ANSWERED, MISSED, (1, 0, 0)),
    (Kind.ANSWERED, STATED, (1, 1, 0)),
    (Kind.SCORED, PASSED, (1, 0, 1)),
    (Kind.SCORED, MISSED, (1, 0, 0)),
    (Kind.SCORED, MISSED | {"success": True}, (1, 0, 1)),
    (Kind.SCORED, PASSED | {"success": False}, (1, 0, 0)),
    (Kind.PROGRESSED, SHORT, (1, 0, 0)),
    (Kind.PROGRESSED, WHOLE, (1, 1, 0)),
    (Kind.PROGRESSED, WHOLE | DENIED, (1, 0, 0)),
    (Kind.COMPLETED, {}, (1, 1, 0)),
    (Kind.COMPLETED, PASSED, (1, 1, 1)),
    (Kind.COMPLETED, MISSED, (1, 1, 0)),
    (Kind.COMPLETED, DENIED, (0, 0, 0)),
    (Kind.COMPLETED, DENIED | PASSED, (0, 0, 1)),
    (Kind.PASSED, {}, (1, 1, 1)),
    (Kind.PASSED, MISSED, (1, 1, 1)),
    (Kind.PASSED, {"success": False}, (1, 1, 0)),
    (Kind.MASTERED, {}, (1, 1, 1)),
    (Kind.MASTERED, DENIED, (1, 1, 1)),
    (Kind.FAILED, {}, (1, 0, 0)),
    (Kind.FAILED, PASSED | {"success": True}, (1, 0, 0)),
    (Kind.FAILED, STATED, (1, 1, 0)),
    (Kind.UNCOMPLETED, STATED | PASSED, (-1, -1, -1)),
    (Kind.FORFEITED, {}, (-1, -1, -1)),
    (Kind.ABANDONED, STATED, (0, 0, 0)),
    (Kind.ENROLLED, STATED, (0, 0, 0)),
    (Kind.LAUNCHED, {}, (0, 0, 0)),
    (Kind.TERMINATED, STATED, (1, 1, 0)),
    (Kind.OTHER, {}, (0, 0, 0)),
]


@pytest.mark.parametrize(("kind", "facts", "expected"), FINISHES)
def test_what_finishes_an_activity(
    kind: Kind, facts: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    ways = ("viewed", "completed", "passed")
    assert tuple(finish_of(event(kind, done_by=way, **facts)) for way in ways) == expected


def test_an_unknown_way_of_being_done_is_completion() -> None:
    assert finish_of(event(Kind.COMPLETED, done_by="signed")) == 1
    assert finish_of(event(Kind.VIEWED, done_by="signed")) == 0


def test_the_pass_mark_is_the_activitys_own() -> None:
    assert finish_of(event(Kind.SCORED, done_by="passed", outcome=0.7, pass_mark=0.8)) == 0


@pytest.mark.parametrize(
    ("kind", "facts", "outcome", "weight"),
    [
        (Kind.ANSWERED, {"outcome": 0.0}, 0.0, 1.0),
        (Kind.SCORED, {"outcome": 0.65}, 0.65, 2.0),
        (Kind.COMPLETED, {"outcome": 0.8}, 0.8, 2.0),
        (Kind.COMPLETED, {}, None, 0.5),
        (Kind.COMPLETED, {"completion": False}, None, 0.0),
        (Kind.PASSED, {}, 1.0, 3.0),
        (Kind.PASSED, {"outcome": 0.7}, 0.7, 3.0),
        (Kind.FAILED, {}, 0.0, 3.0),
        (Kind.MASTERED, {}, None, 1.0),
        (Kind.MASTERED, {"outcome": 0.9}, 0.9, 3.0),
        (Kind.VIEWED, {}, None, 0.0),
        (Kind.LAUNCHED, {"outcome": 0.5}, 0.5, 1.0),
        (Kind.UNCOMPLETED, {"outcome": 0.5}, None, 0.0),
        (Kind.VOIDED, {"outcome": 0.5}, None, 0.0),
    ],
)
def test_what_an_event_weighs(
    kind: Kind, facts: dict[str, Any], outcome: float | None, weight: float
) -> None:
    found = trace_of(event(kind, **facts))
    assert (found.outcome, found.weight) == (outcome, weight)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_with_an_outcome_has_weight(kind: Kind) -> None:
    found = trace_of(event(kind, outcome=0.5))
    assert (found.weight > 0.0) == (found.outcome is not None)
    assert found.weight * 2 in range(8)


def test_being_booked_in_or_out_is_not_being_there() -> None:
    absent = {kind for kind in KINDS if not trace(kind=kind).engaging}
    assert absent == {
        Kind.ENROLLED,
        Kind.LEFT,
        Kind.ABANDONED,
        Kind.SESSION,
        Kind.VOIDED,
        Kind.UNCOMPLETED,
        Kind.FORFEITED,
    }


def test_stored_codes_of_kinds_stay_as_they_are() -> None:
    assert [KIND_CODES[kind] for kind in (Kind.LAUNCHED, Kind.ANSWERED, Kind.OTHER)] == [0, 6, 26]
    assert len(KINDS) <= 32


@given(some_traces(most=5))
def test_unpacked_is_what_was_packed(traces: list[Trace]) -> None:
    for one in traces:
        data = pack_trace(one)
        assert unpack_trace(data) == one
        assert len(data) == 48 + 8 * len(one.skills)


@given(st.integers(0, 2**32))
def test_any_name_can_be_packed(seed: int) -> None:
    for one in busy(random.Random(seed), 5):
        assert unpack_trace(pack_trace(one)) == one


@given(
    st.floats(YEAR_1, YEAR_9999),
    st.none() | st.floats(0.0, 1.0),
    st.none() | st.floats(0.0, 1e12),
    st.none() | st.floats(-10.0, 10.0),
)
def test_what_trace_of_gives_packs_exactly(
    at: float, outcome: float | None, length: float | None, progress: float | None
) -> None:
    found = trace_of(
        event(
            occurred_at=at,
            received_at=at,
            outcome=outcome,
            duration_sec=length,
            minutes=length,
            progress=progress,
        )
    )
    assert unpack_trace(pack_trace(found)) == found


@given(st.binary(max_size=120))
def test_foreign_bytes_are_corrupt_or_a_trace(data: bytes) -> None:
    try:
        found = unpack_trace(data)
    except Corrupt:
        return
    assert len(data) == 48 + 8 * len(found.skills)


def test_a_cut_trace_is_corrupt() -> None:
    for data in (b"", pack_trace(trace())[:-1], pack_trace(trace()) + b"x"):
        with pytest.raises(Corrupt, match="not a packed trace"):
            unpack_trace(data)
