"""Small archives, made as the archiver makes them."""

from collections.abc import Iterable, Sequence

from offline.archive.appending import Appender, Span, spans_of
from offline.archive.listing import Archive
from offline.archive.rows import Row
from offline.archive.schemas import EVENT
from schemas.codec import encode_json
from schemas.event import LearningEvent, event_to_json
from schemas.kinds import Kind

DAY_SEC = 86_400.0
START = 1_790_035_200.0
"""Midnight, UTC."""


def event(number: int, learner: str = "ab" * 16, at: float = START) -> LearningEvent:
    return LearningEvent(
        id=f"00000000-0000-4000-8000-{number:012x}",
        learner=learner,
        kind=Kind.ANSWERED,
        verb="http://adlnet.gov/expapi/verbs/answered",
        activity=f"https://lms.example.org/items/{number % 7}",
        occurred_at=at - 1.0,
        received_at=at,
        success=number % 3 > 0,
        outcome=float(number % 3 > 0),
        skills=("SQL", "Joins"),
        groupings=(("https://lms.example.org/courses/1", "course"),),
    )


def event_row(offset: int, logged_at: float = START, learner: str = "ab" * 16) -> Row:
    made = event(offset, learner, logged_at)
    return Row(offset, logged_at, learner.encode(), encode_json(event_to_json(made)))


def queue_row(
    offset: int,
    version: int,
    at: float,
    activities: Sequence[str] = ("a", "b"),
    learner: str = "ab" * 16,
) -> Row:
    expected = {"success": 0.7, "engagement": 0.5, "gain": 0.1, "retention": 0.4, "transfer": None}
    queue = {
        "learner": learner,
        "version": version,
        "generated_at": at,
        "cause": {"statement": f"s{version}", "verb": "answered"},
        "model": "live",
        "policy": "default",
        "items": [
            {
                "activity": activity,
                "title": activity.upper(),
                "rank": rank,
                "score": 1.0 / rank,
                "propensity": 0.5,
                "expected": expected,
                "minutes": 10.0,
                "not_before": at,
                "reasons": [{"code": "skill_gap", "text": "...", "evidence": {}}],
            }
            for rank, activity in enumerate(activities, 1)
        ],
        "put_aside": [],
        "fallback": False,
    }
    return Row(offset, at, learner.encode(), encode_json(queue))


def put(
    archive: Archive,
    rows: Iterable[Row],
    partition: int = 0,
    *,
    topic: str = EVENT.topic,
    cuts: Sequence[int] = (),
) -> None:
    """Append `rows` as an archiver that flushes after the offsets in `cuts`, and at the end."""
    (*_, span) = spans_of(archive.listing(topic), partition, 0)
    appender = Appender(archive, topic, partition, span)
    for row in rows:
        appender.add(row)
        if row.offset in cuts:
            appender.flush()
    appender.flush()


def put_at(archive: Archive, rows: Sequence[Row], partition: int = 0) -> None:
    """Append `rows` of events as one who knows nothing of what there is already."""
    appender = Appender(archive, EVENT.topic, partition, Span(rows[0].offset))
    for row in rows:
        appender.add(row)
    appender.flush()
