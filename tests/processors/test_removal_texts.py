from typing import Any

import pytest

from processors.reference import Reference
from processors.removal_texts import removal_text
from processors.rules import Removal, RemovalCode
from schemas.reference import Activity

DAY_AT = 1_750_000_000.0
DAY = "2025-06-15"
SAMPLES: dict[RemovalCode, tuple[dict[str, Any], str]] = {
    RemovalCode.UNKNOWN: ({}, "Neither the catalogue"),
    RemovalCode.WITHDRAWN: ({}, "taken out of the catalogue"),
    RemovalCode.NOT_YET_VALID: ({"valid_from": DAY_AT}, f"from {DAY} on"),
    RemovalCode.EXPIRED: ({"valid_until": DAY_AT}, f"until {DAY}"),
    RemovalCode.AUDIENCE: ({"audience": ["clerk", "driver"]}, "other roles: clerk or driver"),
    RemovalCode.NOT_RELEVANT: ({"until": DAY_AT}, f"not relevant; it may come back on {DAY}"),
    RemovalCode.DISMISSED: ({"until": DAY_AT}, f"dismissed it; it may come back on {DAY}"),
    RemovalCode.FINISHED: ({}, "finished"),
    RemovalCode.MASTERED: ({}, "You know what it teaches"),
    RemovalCode.PREREQUISITES: ({"missing": ["a", "b"]}, "first: The first one and b."),
    RemovalCode.NO_PROGRESS: ({"failures": 3, "openings": 0}, "3 times without success"),
    RemovalCode.CAP: ({"score": 1.0, "lowest": 0.5}, "its share"),
    RemovalCode.OUTRANKED: (
        {"score": 0.123, "lowest": 0.5},
        "scored 0.12, the last of them 0.50",
    ),
    RemovalCode.DISPLACED: ({"score": 1.0, "lowest": 0.5}, "drawn"),
    RemovalCode.NOT_PROPOSED: ({}, "nothing speaks for it"),
}


@pytest.mark.parametrize("code", RemovalCode)
def test_every_removal_has_a_sentence(code: RemovalCode) -> None:
    reference = Reference()
    reference.put(Activity(id="a", title="The first one"))
    evidence, part = SAMPLES[code]
    text = removal_text(Removal(code, evidence), reference)
    assert part in text
    assert text[0].isupper()
    assert text.endswith(".")


def test_of_many_the_first_are_named() -> None:
    removal = Removal(RemovalCode.PREREQUISITES, {"missing": ["a", "b", "c", "d", "e"]})
    assert removal_text(removal, Reference()) == "Something comes first: a, b, c and 2 more."


def test_without_numbers_less_is_said() -> None:
    text = removal_text(Removal(RemovalCode.OUTRANKED, {"lowest": 0.1}), Reference())
    assert text == "Other activities help more now."


def test_openings_without_result() -> None:
    removal = Removal(RemovalCode.NO_PROGRESS, {"failures": 0, "openings": 6})
    assert removal_text(removal, Reference()).startswith("You tried it 6 times:")
