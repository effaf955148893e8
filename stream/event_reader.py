"""From messages of `learning.events` to events; what is none becomes a dead letter."""

from collections.abc import Sequence

from schemas.codec import JsonError, decode_json
from schemas.errors import Corrupt, Rejection
from schemas.event import LearningEvent, event_from_json
from stream.dead_letters import rejected_event
from stream.log import Message
from stream.records import RawRecord

BAD_EVENT = "bad_event"


def read_events(
    records: Sequence[RawRecord], prefix: str
) -> tuple[list[tuple[int, LearningEvent]], list[Message]]:
    """(offset, event) of each readable record, and a dead letter for each of the others."""
    events, letters = [], []
    for record in records:
        try:
            events.append((record.offset, event_from_json(decode_json(record.value))))
        except (JsonError, KeyError, TypeError, ValueError) as error:
            rejection = Rejection(BAD_EVENT, f"not a LearningEvent: {type(error).__name__}")
            letters.append(rejected_event(prefix, record, rejection))
    return events, letters


def check_no_hole(partition: int, applied: int, records: Sequence[RawRecord]) -> None:
    """What follows `applied` (-1: nothing was) must be there, without a gap.

    Raises:
        Corrupt: names the first offset that is missing.
    """
    first = records[0].offset if applied < 0 else applied + 1
    for expected, record in enumerate(records, first):
        if record.offset != expected:
            raise Corrupt(
                f"partition {partition}: offset {expected} is missing before {record.offset}; "
                "events were deleted before they were applied, or the topic was made anew: "
                "restore the topic, or `stepstream replay --from archive` and switch to that"
            )
