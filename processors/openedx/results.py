"""Results that take more than one value of an event."""

from typing import Any

from processors.openedx import vocabulary as v
from processors.openedx.event import TrackingEvent
from processors.openedx.sources import Source
from schemas.codec import encode_json

Json = dict[str, Any]


def score(earned: str, possible: str) -> Source:
    """Points and success; all points of none are a success, as Open edX has it."""

    def found(event: TrackingEvent) -> Json | None:
        raw, most = event.get(earned), event.get(possible)
        if raw is None or most is None:
            return None
        return {"score": scored(raw, most), "success": raw >= most}

    return found


def scored(raw: float, most: float) -> Json:
    """Points as xAPI has them."""
    return {"min": 0, "max": most, "raw": raw, "scaled": raw / most if most else 0}


def course_grade(event: TrackingEvent) -> Json | None:
    """The grade of a course; a course without a letter is not passed."""
    share = event.get("data.percent_grade")
    if share is None:
        return None
    letter = event.get("data.letter_grade") or "Fail"
    points = {"scaled": share, "raw": share, "min": 0.0, "max": 1.0}
    return {"score": points, "extensions": {v.GRADE: letter}}


def progress(event: TrackingEvent) -> Json | None:
    """How much of a block is done, in per cent."""
    share = event.get("data.completion")
    if share is None:
        return None
    return {"completion": share == 1.0, "extensions": {v.PROGRESS: share * 100}}


def watched(event: TrackingEvent) -> Json:
    """A video that was watched to its end."""
    length = event.get("data.duration")
    if length is None:
        return {"completion": True}
    whole = round(length)
    minutes, hours = whole // 60 % 60, whole // 3600
    long = f"PT{hours:02d}H" if hours else "PT"
    duration = f"{long}{minutes:02d}M{whole % 60:02d}S"
    return {"completion": True, "duration": duration, "extensions": {v.TIME: float(length)}}


def checked(event: TrackingEvent) -> Json | None:
    """What the server says of an answer: points, success, and of a single question the answer."""
    raw, most = event.get("data.grade"), event.get("data.max_grade")
    if raw is None or most is None:
        return None
    result: Json = {"score": scored(raw, most), "success": event.get("data.success") == "correct"}
    submitted = questions(event)
    if len(submitted) == 1:
        (question,) = submitted.values()
        result["response"] = response(question, event.get("data.answers"))
    return result


def questions(event: TrackingEvent) -> dict[str, Json]:
    """Questions that were answered together, by their ids."""
    found = event.get("data.submission")
    return found if isinstance(found, dict) else {}


def response(question: Json, answers: Any) -> str:
    """An answer as text; where the question tells no type, all that was sent."""
    if "response_type" not in question:
        return str(answers)
    answer = question.get("answer")
    return answer if isinstance(answer, str) else _listed(answer)


def _listed(answer: Any) -> str:
    # as Python's json writes lists, so that the same answer is the same text
    if isinstance(answer, list):
        return "[" + ", ".join(encode_json(one).decode() for one in answer) + "]"
    return encode_json(answer).decode()
