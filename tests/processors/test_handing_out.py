from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.handing_out import Reader, Wish, hand_out
from processors.reference import Reference
from processors.rules import RemovalCode
from schemas.reference import Activity

NOW = 1000.0
READER = Reader(NOW, "analyst")
NAMES = ("a", "b", "c", "d")


def catalogue(**facts: dict[str, Any]) -> Reference:
    reference = Reference()
    for name in NAMES:
        reference.put(Activity(id=name, **{"course": f"course {name}", **facts.get(name, {})}))
    return reference


def stored(*minutes: float) -> dict[str, Any]:
    items = [
        {"activity": name, "rank": rank, "minutes": length, "propensity": 1 / rank}
        for rank, (name, length) in enumerate(zip(NAMES, minutes, strict=False), 1)
    ]
    return {"learner": "x", "version": 7, "items": items}


def handed(queue: dict[str, Any], reference: Reference, **wish: Any) -> list[str]:
    found = hand_out(queue, Wish(**wish), reference, READER).queue
    assert found.keys() == queue.keys()
    assert [item["rank"] for item in found["items"]] == list(range(1, len(found["items"]) + 1))
    return [item["activity"] for item in found["items"]]


QUEUE = stored(10, 20, 30, 40)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"withdrawn": True}, RemovalCode.WITHDRAWN),
        ({"valid_until": NOW}, RemovalCode.EXPIRED),
        ({"valid_from": NOW + 1}, RemovalCode.NOT_YET_VALID),
        ({"audience": ("clerk",)}, RemovalCode.AUDIENCE),
    ],
)
def test_what_may_not_be_offered_any_more_is_left_out(
    facts: dict[str, Any], code: RemovalCode
) -> None:
    reference = catalogue(b=facts)
    assert handed(QUEUE, reference) == ["a", "c", "d"]
    found = hand_out(QUEUE, Wish(), reference, READER)
    assert found.removed == [code]
    assert found.queue["items"][1] == {**QUEUE["items"][2], "rank": 2}
    assert found.kept == 0b11010


def test_what_the_reader_does_not_know_stays() -> None:
    assert handed(QUEUE, Reference()) == [*NAMES]


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        ({}, "abcd"),
        ({"k": 2}, "ab"),
        ({"minutes": 9}, ""),
        ({"minutes": 45}, "ab"),
        ({"minutes": 59}, "ab"),
        ({"minutes": 60}, "abc"),
        ({"minutes": 60, "k": 1}, "a"),
        ({"context": "course c"}, "c"),
        ({"context": "c"}, "c"),
        ({"context": "unheard of"}, ""),
    ],
)
def test_a_reader_gets_what_it_wishes(wish: dict[str, Any], names: str) -> None:
    assert handed(QUEUE, catalogue(), **wish) == [*names]


def test_what_is_too_long_is_passed_over() -> None:
    assert handed(stored(10, 90, 20), catalogue(), minutes=30) == ["a", "c"]


def test_a_course_that_is_an_activity_means_its_parts() -> None:
    reference = catalogue(a={"course": ""}, b={"course": "a"}, c={"course": "a"})
    assert handed(QUEUE, reference, context="a") == ["b", "c"]
    assert handed(QUEUE, reference, context="c") == ["b", "c"]


def test_an_activity_of_no_course_is_the_context_of_nothing() -> None:
    assert handed(QUEUE, catalogue(d={"course": ""}), context="d") == []


@given(
    st.sets(st.sampled_from(NAMES)),
    st.integers(1, 25),
    st.none() | st.floats(1, 200),
    st.lists(st.floats(0.1, 100), min_size=4, max_size=4),
)
def test_laws(gone: set[str], k: int, minutes: float | None, lengths: list[float]) -> None:
    queue = stored(*lengths)
    before = repr(queue)
    reference = catalogue(**{name: {"withdrawn": True} for name in gone})
    names = handed(queue, reference, k=k, minutes=minutes)
    assert repr(queue) == before
    assert gone.isdisjoint(names)
    assert names == sorted(names)
    assert len(names) <= k
    taken = sum(lengths[NAMES.index(name)] for name in names)
    assert minutes is None or taken <= minutes * (1 + 1e-9)
    again = hand_out(queue, Wish(k, minutes), reference, READER).queue
    wider = replace(Wish(k, minutes), k=25)
    assert {i["activity"] for i in again["items"]} <= {
        i["activity"] for i in hand_out(queue, wider, reference, READER).queue["items"]
    }
