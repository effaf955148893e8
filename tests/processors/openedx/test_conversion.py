from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.openedx.conversion import Lms, convert, learner_of
from processors.openedx.event import TrackingEvent, read
from processors.openedx.table import BROWSER_CHECK, ROWS
from schemas.codec import encode_json
from schemas.errors import Rejection
from schemas.statement.validation import Mode, Validator

LMS = Lms("https://lms.example.org/")
STRICT = Validator(Mode.STRICT)
AT = "2026-11-26T08:00:00+00:00"
COURSE = "course-v1:a+b+c"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = (
    *(
        "id",
        "problem_id",
        "block_id",
        "target_url",
        "course_id",
        "completion",
        "grade",
        "max_grade",
    ),
    *("submission", "answers", "duration", "currentTime", "weighted_earned", "weighted_possible"),
)


def event(name: str, data: Any, **context: Any) -> TrackingEvent:
    told = {"username": "ann", "course_id": COURSE, **context}
    raw = {"name": name, "timestamp": AT, "data": data, "context": told}
    found = read(encode_json(raw))
    assert isinstance(found, TrackingEvent)
    return found


def one(name: str, data: Any, **context: Any) -> dict[str, Any]:
    made = convert(event(name, data, **context), LMS, "ann")
    assert isinstance(made, list), made
    return made[0]


def test_a_statement_names_who_what_where_and_when() -> None:
    made = one("play_video", {"id": "abc", "currentTime": 1.23456, "duration": 195})
    assert made["actor"]["account"] == {"name": "ann", "homePage": LMS.root}
    assert made["verb"]["id"] == "https://w3id.org/xapi/video/verbs/played"
    block = "block-v1:a+b+c+type@video+block@abc"
    assert made["object"]["id"] == f"https://lms.example.org/xblock/{block}"
    assert made["timestamp"] == AT
    assert made["result"]["extensions"] == {"https://w3id.org/xapi/video/extensions/time": 1.235}
    (course,) = made["context"]["contextActivities"]["parent"]
    assert course["id"] == f"https://lms.example.org/course/{COURSE}"


def test_the_same_event_has_the_same_id_and_another_ones_differ() -> None:
    first = one("play_video", {"id": "abc"})
    assert one("play_video", {"id": "abc"})["id"] == first["id"]
    assert one("pause_video", {"id": "abc"})["id"] != first["id"]
    # as event-routing-backends has it: what it is about is no part of the id
    assert one("play_video", {"id": "other"})["id"] == first["id"]


def test_questions_answered_together_have_ids_of_their_own() -> None:
    question = {"answer": "a", "correct": True, "question": "?", "response_type": "choiceresponse"}
    data = {
        "problem_id": "block-v1:a+b+c+type@problem+block@p",
        "grade": 2,
        "max_grade": 2,
        "success": "correct",
        "submission": {"p_2_1": question, "p_3_1": {**question, "correct": False}},
    }
    made = convert(event("problem_check", data), LMS, "ann")
    assert isinstance(made, list)
    assert len({statement["id"] for statement in made}) == len(made) == 3
    assert [statement["result"]["success"] for statement in made] == [True, True, False]
    assert all(STRICT.validate(encode_json(statement)).is_valid for statement in made)


def test_the_browsers_check_is_an_attempt_without_a_result() -> None:
    made = one("problem_check", "input_p_2_1=choice_0", event_source="browser")
    assert made["verb"]["display"] == {"en": "attempted"}
    assert "result" not in made


def test_a_video_of_hours() -> None:
    made = one("complete_video", {"id": "abc", "duration": 3725.4})
    assert made["result"]["duration"] == "PT01H02M05S"


def test_what_says_nothing_of_learning_is_left_out() -> None:
    assert convert(event("edx.bi.something", {}), LMS, "ann") is None


def test_whose_it_is() -> None:
    assert learner_of(event("x", {})) == "ann"
    assert learner_of(event("x", {"username": "bob"}, username="")) == "bob"
    assert learner_of(event("x", {"user_id": 7}, username=None)) == "7"
    assert learner_of(event("x", {}, username="")) is None


@pytest.mark.parametrize("name", sorted(set(ROWS) - {BROWSER_CHECK}))
def test_an_event_that_is_about_nothing_is_refused(name: str) -> None:
    made = convert(event(name, {}, course_id=""), LMS, "ann")
    assert isinstance(made, Rejection)
    assert "ann" not in made.detail


@given(
    st.sampled_from(sorted(ROWS)),
    st.dictionaries(st.sampled_from(FIELDS), json_values) | json_values,
    json_values,
)
def test_converting_never_raises(name: str, data: Any, course: Any) -> None:
    told = event(name, data, course_id=course)
    made = convert(told, LMS, "ann")
    assert made is None or isinstance(made, Rejection | list)
