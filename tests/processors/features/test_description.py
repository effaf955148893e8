"""What people and the offline job are shown."""

from traces import T0, answers, state_of, trace

from processors.features import describe
from processors.state import fresh
from schemas.codec import decode_json, encode_json
from schemas.kinds import Kind

NAMES = {11: "SQL", 21: "https://a.example/1", 31: "quiz"}


def test_all_is_shown_by_name() -> None:
    state = state_of([*answers([1.0, 0.0], content=31, skills=(11, 12)), trace(id=5, finish=1)])
    shown = describe(state, T0 + 100.0, NAMES.get)
    assert list(shown) == sorted(shown)
    assert list(shown["skills"]) == ["000000000000000c", "SQL"]
    assert list(shown["skills"]["SQL"]) == sorted(shown["skills"]["SQL"])
    assert shown["skills"]["SQL"]["successes"]["all"] == 2.0
    assert shown["activities"]["https://a.example/1"]["attempts"] == 3
    assert list(shown["affinity"]) == ["quiz"]
    assert (shown["events"], shown["finished"], shown["successes"]) == (3, 1, 2.0)
    assert shown["session"] == {"events": 3, "seconds": 100.0}


def test_it_is_plain_json() -> None:
    shown = describe(state_of(answers([1.0] * 9)), T0, NAMES.get)
    assert decode_json(encode_json(shown)) == shown


def test_nobody_knows_anything_of_a_new_learner() -> None:
    shown = describe(fresh(), T0, NAMES.get)
    assert (shown["skills"], shown["activities"], shown["history"]) == ({}, {}, [])
    assert shown["performance_delta"] is None


def test_events_of_no_activity_are_shown_as_such() -> None:
    state = state_of([trace(kind=Kind.SESSION, outcome=None, weight=0.0)])
    (step,) = describe(state, T0, NAMES.get)["history"]
    assert step == {"activity": None, "at": T0, "kind": "session", "outcome": None, "skills": []}
