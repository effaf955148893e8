"""Dead letters: the original bytes, with headers that say why and whence.

Headers of the message that say whose it is stay on its letters, so that a redrive keeps them.
"""

from processors.ingest import Rejected
from schemas.errors import Rejection
from stream.log import Message
from stream.records import RawRecord, sender_of
from stream.topics import REJECTED

REASON, DETAIL = "reason", "detail"
TOPIC, PARTITION, OFFSET, INDEX, TIME = "topic", "partition", "offset", "index", "time"
CONFLICT = "id_conflict"
HEADERS = (REASON, DETAIL, TOPIC, PARTITION, OFFSET, INDEX, TIME)
"""Names of the headers; `index` is the statement's place in a message that held many, else -1."""


def dead_letter(prefix: str, record: RawRecord, rejected: Rejected) -> Message:
    """The dead letter of one statement of `record`."""
    return _letter(prefix, record, rejected.rejection, rejected.original, rejected.index)


def rejected_event(prefix: str, record: RawRecord, rejection: Rejection) -> Message:
    """The dead letter of a message of `learning.events`."""
    return _letter(prefix, record, rejection, record.value, -1)


def conflict_letter(prefix: str, record: RawRecord) -> Message:
    """The dead letter of an event whose statement id is known with another content."""
    detail = "this statement id is known with another content"
    return rejected_event(prefix, record, Rejection(CONFLICT, detail))


def _letter(
    prefix: str, record: RawRecord, rejection: Rejection, original: bytes, index: int
) -> Message:
    facts = {
        REASON: rejection.code,
        DETAIL: rejection.detail,
        TOPIC: record.topic,
        PARTITION: str(record.partition),
        OFFSET: str(record.offset),
        INDEX: str(index),
        TIME: repr(record.timestamp),
    }
    key = f"{record.topic}/{record.partition}/{record.offset}"
    headers = tuple((name, value.encode()) for name, value in facts.items())
    whose = sender_of(record.headers)
    return Message(prefix + REJECTED.name, original, key.encode(), headers + whose)
