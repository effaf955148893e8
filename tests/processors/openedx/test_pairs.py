"""Beside event-routing-backends: its own 77 examples of a tracking event and its statements."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from processors.openedx.conversion import Lms, convert
from processors.openedx.event import TrackingEvent, read
from schemas.errors import Rejection
from schemas.statement.validation import Mode, Valid, Validator

pytestmark = pytest.mark.data

LMS = Lms("http://localhost:18000")
LEARNER = "32e08e30-f8ae-4ce2-94a8-c2bfe38a70cb"
"""What the LMS's database calls every learner of the examples."""
_TRANSFORMER = "https://w3id.org/xapi/openedx/extension/transformer-version"
_TITLE = "Demonstration Course"
"""What the LMS's database calls every course of the examples."""

Json = dict[str, Any]


@pytest.fixture(scope="module")
def pairs(data_dir: Path) -> list[Json]:
    file = data_dir / "xapi" / "openedx_raw_to_xapi_pairs.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def expected_of(pair: Json) -> list[Json]:
    found = pair["xapi"]
    return found if isinstance(found, list) else [found]


def converted(pair: Json) -> list[Json] | Rejection | None:
    event = read(json.dumps(pair["raw"]).encode())
    assert isinstance(event, TrackingEvent)
    return convert(event, LMS, LEARNER)


def known(part: Any) -> Any:
    """A statement without what only the LMS knows, and without what is empty."""
    if isinstance(part, list):
        return [known(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: known(one) for name, one in part.items() if name != _TRANSFORMER}
    if isinstance(name := kept.get("name"), dict) and _TITLE in name.values():
        del kept["name"]
    return {name: one for name, one in kept.items() if one not in ({}, [])}


def same_moment(statement: Json) -> Json:
    return {**statement, "timestamp": statement["timestamp"].replace("Z", "+00:00")}


def differences(ours: Any, theirs: Any) -> set[tuple[str, str]]:
    """Values that differ, ours and theirs."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        return {pair for name in ours for pair in differences(ours[name], theirs[name])}
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        parts = zip(ours, theirs, strict=True)
        return {pair for one, other in parts for pair in differences(one, other)}
    return set() if ours == theirs else {(str(ours), str(theirs))}


def why(pair: Json) -> str:
    """How our statements differ from the expected ones; empty where they do not."""
    made = converted(pair)
    if isinstance(made, Rejection):
        return made.code
    assert made is not None, pair["name"]
    ours = [same_moment(known(one)) for one in made]
    theirs = [same_moment(known(one)) for one in expected_of(pair)]
    found = differences(ours, theirs)
    if found == {("Activity", "GroupActivity")}:
        return "GroupActivity is no type of xAPI's"
    if all(ours == f"urn:uuid:{theirs}" for ours, theirs in found):
        return "a UUID alone is no IRI" if found else ""
    return f"{pair['name']}: {found}"


def test_all_are_the_same_but_for_what_xapi_does_not_allow(pairs: list[Json]) -> None:
    assert len(pairs) == 77
    assert Counter(map(why, pairs)) == {
        "": 66,
        "GroupActivity is no type of xAPI's": 4,
        "a UUID alone is no IRI": 6,
        "bad_tracking_event": 1,
    }


def test_the_one_that_is_refused_is_about_nothing(pairs: list[Json]) -> None:
    (refused,) = (pair for pair in pairs if isinstance(converted(pair), Rejection))
    (theirs,) = expected_of(refused)
    assert "id" not in theirs["object"]


def test_every_id_is_theirs(pairs: list[Json]) -> None:
    ids = 0
    for pair in pairs:
        made = converted(pair)
        if isinstance(made, list):
            assert [one["id"] for one in made] == [one["id"] for one in expected_of(pair)]
            ids += len(made)
    assert ids == 89


def test_what_is_made_is_xapi_to_the_letter(pairs: list[Json]) -> None:
    strict = Validator(Mode.STRICT, home_page="https://lms.example.org", max_bytes=1_000_000)
    statements = 0
    for pair in pairs:
        made = converted(pair)
        if isinstance(made, list):
            for one in made:
                (found,) = strict.validate(json.dumps(one).encode()).checked
                assert isinstance(found, Valid), (pair["name"], found)
                statements += 1
    assert statements == 89
