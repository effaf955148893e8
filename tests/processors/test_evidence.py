from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statement_examples import ADL, TYPE, invalid_cases, statement

from processors.evidence import outcome_of, progress_of
from schemas.kinds import Kind
from schemas.statement.validation import Mode, Valid, Validator
from schemas.statement.verbs import kind_of

TINCAN = "http://id.tincanapi.com/verb/"
OPENEDX = {"extensions": {"https://w3id.org/xapi/openedx/extension/transformer-version": "x@1"}}


def outcome(verb: str, context: Any = None, deviations: tuple[str, ...] = (), **result: Any) -> Any:
    sent = statement(verb={"id": verb}, result=result, context=context)
    return outcome_of(kind_of(verb), sent, deviations)


def score(raw: float | None = None, scaled: float | None = None, **bounds: float) -> dict[str, Any]:
    values = {"raw": raw, "scaled": scaled, **bounds}
    return {"score": {name: value for name, value in values.items() if value is not None}}


@pytest.mark.parametrize(
    ("verb", "result", "expected"),
    [
        ("answered", {"success": True}, 1.0),
        ("answered", {"success": False}, 0.0),
        ("answered", {"success": False, **score(scaled=0.5)}, 0.0),
        ("answered", score(scaled=0.5), 0.5),
        ("answered", score(raw=3, min=1, max=5), 0.5),
        ("answered", score(raw=3, max=6), 0.5),
        ("answered", {}, None),
        ("answered", score(raw=3), None),
        ("scored", score(raw=65, min=0, max=100), 0.65),
        ("scored", {"success": True, **score(scaled=0.65)}, 0.65),
        ("scored", {"success": True}, 1.0),
        ("scored", {"success": True, **score(raw=0, scaled=0, min=0, max=0)}, None),
        ("scored", {}, None),
        ("passed", {}, 1.0),
        ("passed", {"success": True, **score(scaled=0.8)}, 0.8),
        ("passed", score(scaled=0, raw=0, min=0, max=0), 1.0),
        ("failed", {}, 0.0),
        ("failed", {"success": False, **score(scaled=0.65)}, 0.65),
        ("failed", score(scaled=0, raw=0, min=0, max=0), 0.0),
        ("completed", {"completion": True}, None),
        ("completed", {"success": True}, 1.0),
        ("completed", {"success": True, **score(scaled=0.8)}, 0.8),
        ("completed", {"success": True, **score(raw=0, min=0, max=0)}, 1.0),
        ("attempted", {}, None),
        ("attempted", {"success": True, **score(scaled=0.95)}, 0.95),
        ("mastered", {}, 1.0),
        ("progressed", score(scaled=0.4), None),
        ("suspended", score(scaled=0.4), None),
        ("terminated", {"success": True}, None),
        ("experienced", {"success": True}, None),
        ("scored", score(scaled=-0.5), 0.0),
        ("scored", score(raw=1e308, min=-1e308, max=1.7e308), None),
    ],
)
def test_the_table_of_evidence(verb: str, result: dict[str, Any], expected: float | None) -> None:
    assert outcome(ADL + verb, **result) == expected


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("https://w3id.org/xapi/adl/verbs/satisfied", None),
        ("https://w3id.org/xapi/adl/verbs/waived", None),
        ("https://w3id.org/xapi/tla/verbs/achieved", 1.0),
        ("http://vocab.xapi.fr/verbs/graded", 0.25),
        ("http://www.tincanapi.co.uk/verbs/evaluated", 0.25),
        (f"{TINCAN}earned", 0.25),
    ],
)
def test_verbs_beside_adls(verb: str, expected: float | None) -> None:
    result = score(scaled=0.25) if expected == 0.25 else {}
    assert outcome(verb, **result) == expected


def test_open_edx_is_learned_from_its_answers_and_verdicts_only() -> None:
    graded = {"success": True, **score(scaled=1, raw=1, min=0, max=1)}
    assert outcome(f"{ADL}attempted", OPENEDX, **graded) is None
    assert outcome(f"{TINCAN}earned", OPENEDX, **graded) is None
    assert outcome("https://w3id.org/xapi/acrossx/verbs/evaluated", OPENEDX, **graded) == 1.0
    assert outcome(f"{ADL}passed", OPENEDX) == 1.0


@pytest.mark.data
def test_of_several_open_edx_questions_the_children_count_and_the_parent_does_not() -> None:
    lenient = Validator(Mode.LENIENT)
    counted = []
    for _, sent in invalid_cases("openedx_event_routing_backends"):
        (item,) = lenient.validate(sent).checked
        if isinstance(item, Valid) and item.statement["verb"]["id"].endswith("evaluated"):
            found = outcome_of(Kind.ANSWERED, item.statement, item.deviations)
            parent = "object_group_activity" in item.deviations
            assert (found is None) == parent
            counted.append(parent)
    assert (counted.count(True), counted.count(False)) == (4, 13)


@pytest.mark.parametrize("verb", ["answered", "completed", "passed"])
def test_the_parent_of_h5p_questions_is_no_evidence(verb: str) -> None:
    result = score(scaled=0.5)
    library = {"id": "http://h5p.org/libraries/H5P.QuestionSet-1.17"}
    inside = {"contextActivities": {"category": [library]}}
    assert outcome(ADL + verb, deviations=("object_compound",), **result) is None
    assert outcome(ADL + verb, inside, **result) is None
    question = {"id": "http://h5p.org/libraries/H5P.MultiChoice-1.16"}
    single = {"contextActivities": {"category": [question]}}
    assert outcome(ADL + verb, single, ("context_compound",), **result) == 0.5


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63)


@given(
    st.sampled_from(Kind),
    st.dictionaries(st.sampled_from(["scaled", "raw", "min", "max"]), NUMBERS),
    st.sampled_from([{}, {"success": True}, {"success": False}]),
    NUMBERS,
)
def test_evidence_and_progress_lie_between_nothing_and_all(
    kind: Kind, points: dict[str, float], success: dict[str, bool], done: float
) -> None:
    extensions = {"https://w3id.org/xapi/video/extensions/progress": done}
    result = {**success, "score": points, "extensions": extensions}
    sent = statement(object={"id": "a:b", "definition": {"type": TYPE + "x"}}, result=result)
    found = outcome_of(kind, sent)
    assert found is None or 0.0 <= found <= 1.0
    assert 0.0 <= (progress_of(sent) or 0.0) <= 1.0


@pytest.mark.parametrize(
    ("extensions", "progress"),
    [
        ({"https://w3id.org/xapi/cmi5/result/extensions/progress": 50}, 0.5),
        ({"https://w3id.org/xapi/cmi5/result/extensions/progress": 100.0}, 1.0),
        ({"https://w3id.org/xapi/cmi5/result/extensions/progress": 120}, 1.0),
        ({"https://w3id.org/xapi/video/extensions/progress": 0.472}, 0.472),
        ({"https://w3id.org/xapi/video/extensions/progress": "0.472"}, None),
        ({"https://w3id.org/xapi/video/extensions/progress": True}, None),
        ({}, None),
    ],
)
def test_progress_is_counted_by_each_profile_in_its_own_way(
    extensions: dict[str, Any], progress: float | None
) -> None:
    assert progress_of(statement(result={"extensions": extensions})) == progress
    assert progress_of(statement()) is None
